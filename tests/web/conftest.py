"""A server inside the test's own process, so that a test can look at what its requests caused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from stratascope.settings import Settings
from stratascope.web.app import create_app
from stratascope.web.server import Server, configuration
from stratascope.web.services import Services

START_SECONDS = 60


@dataclass(frozen=True)
class Inside:
    """A running server and the parts it consists of."""

    url: str
    services: Services

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}/api/v1/", timeout=60)


@pytest.fixture(scope="session")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """One server for all tests of a process that count or watch."""
    settings = Settings(data=tmp_path_factory.mktemp("inside"), port=0, threads=1, hub=False)
    app: FastAPI = create_app(settings)
    ports: list[int] = []
    started = threading.Event()

    def ready(port: int) -> None:
        ports.append(port)
        started.set()

    server = Server(configuration(app, settings), app, ready)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(START_SECONDS), "the server did not start"
    running = Inside(f"http://127.0.0.1:{ports[0]}", app.state.services)
    with running.client() as client:
        assert client.post("models", json={"id": "specimen"}).status_code == 200
    yield running
    server.should_exit = True
    thread.join(START_SECONDS)
    assert not thread.is_alive(), "the server did not stop"


@pytest.fixture
def api(inside: Inside) -> Iterator[httpx.Client]:
    """A client of the server inside."""
    with inside.client() as client:
        yield client

"""A graceful end: the running job is answered, what waits is refused with the time to come back, the exit is clean."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message

from stratascope.settings import Settings
from stratascope.web.security import Edge, host_names
from tests.live import Live, live_server

SLOW = "attention/head-scores"
WAITING = 6


def ask(live: Live, seed: int) -> socket.socket:
    """Send a slow request, and do not wait for its answer."""
    address = httpx.URL(live.url)
    body = orjson.dumps({"model": "specimen", "k": 100, "batch": 64, "seed": seed})
    head = f"POST /api/v1/methods/{SLOW} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    connection = socket.create_connection((address.host, address.port or 80), timeout=60)
    connection.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return connection


def answer(connection: socket.socket) -> tuple[int, bytes, Any]:
    """Status, head and body, once the server has closed."""
    with connection:
        head, _, body = b"".join(iter(lambda: connection.recv(1 << 16), b"")).partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), head.lower(), orjson.loads(body)


def test_everybody_is_answered_before_the_end(tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as live, httpx.Client(base_url=f"{live.api}/") as client:
        client.post("models", json={"id": "specimen"})
        run = client.post(
            f"methods/{SLOW}", json={"model": "specimen", "k": 100, "batch": 64}, headers={"prefer": "respond-async"}
        )
        while client.get(f"runs/{run.json()['id']}").json()["state"] == "queued":
            time.sleep(0.01)
        client.close()
        same = ask(live, seed=0)
        others = [ask(live, seed) for seed in range(1, WAITING + 1)]
        live.process.send_signal(signal.SIGTERM)
        status, _, document = answer(same)
        assert (status, document["method"]) == (200, SLOW)
        for status, head, body in map(answer, others):
            assert (status, body["error"]["code"]) == (503, "shutting_down")
            assert b"retry-after: " in head
        assert live.process.wait(60) == 0
        assert not any("Traceback" in line for line in live.output)


@pytest.mark.parametrize("started", [False, True])
def test_a_request_that_is_cut_off_is_refused_unless_it_was_begun(started: bool) -> None:
    sent: list[Message] = []

    async def inner(scope: Any, receive: Any, send: Callable[[Message], Awaitable[None]]) -> None:
        if started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.Event().wait()

    async def send(message: Message) -> None:
        sent.append(message)

    async def cut_off() -> bool:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}
        serving = asyncio.create_task(Edge(inner, host_names(Settings()))(scope, inner, send))
        await asyncio.sleep(0)
        serving.cancel()
        await asyncio.wait({serving})
        return serving.cancelled()

    assert asyncio.run(cut_off()) is started
    assert [message["status"] for message in sent if "status" in message] == [200 if started else 503]

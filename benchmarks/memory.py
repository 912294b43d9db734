"""The limit of a cached read: a bare ASGI application that sends the same bytes from memory."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers everything with the file named by the environment variable BODY, read once."""
    if scope["type"] == "http":
        body = _BODY
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


_BODY = Path(os.environ["BODY"]).read_bytes() if "BODY" in os.environ else b""


@contextmanager
def served_from_memory(body: bytes, folder: Path) -> Iterator[str]:
    """Address of a server of its own process that sends `body`."""
    (folder / "body").write_bytes(body)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "benchmarks.memory:application", "--port", str(port), "--no-access-log"]
    environment = os.environ | {"BODY": str(folder / "body")}
    process = subprocess.Popen([*command, "--lifespan", "off", "--log-level", "error"], env=environment)  # noqa: S603
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            httpx.get(address)
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return

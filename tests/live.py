"""A real server for tests: its own process, its own data folder, no network beyond this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

TESTS = Path(__file__).resolve().parent
START_SECONDS = 90


@dataclass
class Live:
    """A running server: where it is, what it printed, and how to make it suffer."""

    url: str
    process: subprocess.Popen[str]
    data: Path
    output: list[str] = field(default_factory=list)

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1"

    def worker_pid(self) -> int | None:
        """Process id of the worker, None while there is none."""
        body = httpx.get(f"{self.api}/health/ready").json()
        return body.get("worker", {}).get("pid")

    def kill_worker(self, signal_number: int = signal.SIGKILL) -> None:
        pid = self.worker_pid()
        assert pid, "there is no worker to kill"
        os.kill(pid, signal_number)

    def outbound(self) -> list[str]:
        """Connections beyond this machine that any process of the server tried."""
        log = self.data / "outbound.log"
        return log.read_text().splitlines() if log.exists() else []

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while httpx.get(f"{self.api}/health/ready").status_code != 200:
            assert time.monotonic() < deadline, "the worker did not become ready:\n" + "".join(self.output)
            time.sleep(0.05)


@contextmanager
def live_server(data: Path, *options: str, **environment: str) -> Iterator[Live]:
    """Start `stratascope serve` on a free port and stop it at the end, even when the test fails."""
    command = [sys.executable, "-m", "stratascope", "serve", "--port", "0", "--data", str(data), *options]
    data.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        command, env=_environment(data) | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    live = Live("", process, data)
    try:
        live.url = _address(live)
        live.wait_ready()
        yield live
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert live.outbound() == [], "the server tried to reach the network"


def _environment(data: Path) -> dict[str, str]:
    paths = [str(TESTS / "offline"), str(TESTS.parent / "backend"), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        "STRATASCOPE_THREADS": "1",
        "STRATASCOPE_OUTBOUND_LOG": str(data / "outbound.log"),
    }


def _address(live: Live) -> str:
    """Reads what the server prints until it names its address, then keeps reading in the background."""
    stream = live.process.stdout
    assert stream is not None
    for line in stream:
        live.output.append(line)
        if found := re.search(r"http://[\w.\[\]:]+", line):
            threading.Thread(target=lambda: live.output.extend(stream), daemon=True).start()
            return found.group().rstrip("/")
    raise AssertionError("the server ended before it was up:\n" + "".join(live.output))

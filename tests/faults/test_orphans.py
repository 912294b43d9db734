"""When the api process dies, so does its worker, whatever it is doing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("what", ["idle", "spin", "stopped"])
def test_no_worker_outlives_the_server(what: str) -> None:
    """Idle, it sees its socket close. Inside C or stopped it sees nothing, and is ended with the fork server."""
    command = [sys.executable, "-m", "tests.faults.server", what]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert alive(worker)
        server.kill()
        server.wait()
        end = time.monotonic() + PATIENCE_SECONDS
        while alive(worker) and time.monotonic() < end:
            time.sleep(0.02)
        assert not alive(worker)


def test_a_killed_fork_server_is_replaced_with_its_worker() -> None:
    command = [sys.executable, "-m", "tests.faults.server", "forkserver"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == "25.0 1\n"

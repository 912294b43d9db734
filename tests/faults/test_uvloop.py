"""The same on the event loop that the server runs on where it can."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.harness import marks, running, spec, square, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": True}


async def test_results_kills_and_cancellations(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    assert "uvloop" in type(asyncio.get_running_loop()).__module__
    async with running() as jobs:
        assert len(await jobs.run("large", spec(do="large", size=20 << 20))) > 20 << 20
        task = asyncio.create_task(jobs.run("killed", spec(do="steps", steps=40, number=3, marks=str(path))))
        await until(lambda: marks(path))
        os.kill(jobs.worker_pid or 0, signal.SIGKILL)
        assert square(await task) == 9
        left = asyncio.create_task(jobs.run("left", spec(do="steps", steps=1_000_000, marks=str(path))))
        await until(lambda: marks(path) == 3)
        left.cancel()
        assert square(await jobs.run("after", spec())) == 4
        assert (jobs.counters["deaths"], jobs.counters["kills"], jobs.counters["cancelled"]) == (1, 0, 1)

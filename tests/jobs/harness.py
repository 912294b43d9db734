"""Jobs to test with: started, stopped, and asked in few words."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from stratascope.document import Document
from stratascope.jobs.link import Target
from stratascope.jobs.orders import JobSpec
from stratascope.jobs.supervisor import Jobs, Keep
from stratascope.settings import Settings
from tests.jobs import fake

LONG_SECONDS = 60.0
"""Longer than anything here takes on the slowest machine; reached only by something that hangs."""


@asynccontextmanager
async def running(
    target: Target = fake.main, keep: Keep | None = None, wait: bool = True, **settings: Any
) -> AsyncIterator[Jobs]:
    """Jobs on a worker of their own, with a data folder of their own."""
    with tempfile.TemporaryDirectory() as data:
        jobs = Jobs(Settings(**{"threads": 1, "test_faults": True, "data": Path(data), **settings}), keep, target)
        await jobs.start()
        try:
            async with asyncio.timeout(3 * LONG_SECONDS):
                if wait:
                    await jobs.started()
                yield jobs
        finally:
            await jobs.stop(seconds=0)


def spec(**params: Any) -> JobSpec:
    """A job for the fake bench: `do` says what, `number` is squared."""
    return JobSpec("fake/square", {}, params)


def square(body: bytes) -> float:
    """The number in a document of the fake bench."""
    return float(Document.from_tensors(body).arrays["square"][0])


def marks(path: Path) -> int:
    """How many attempts were made at the job that marks this file."""
    return path.stat().st_size if path.exists() else 0


async def until(condition: Callable[[], Any]) -> None:
    """Wait for something that must happen."""
    async with asyncio.timeout(LONG_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)

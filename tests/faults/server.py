"""A process with a worker, to be killed. Run as a program: `server.py WHAT`; prints the worker's id once it is busy.

With WHAT `forkserver` it kills the process that its workers are forked from, and prints what it computes afterwards.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from stratascope.jobs import link
from tests.jobs.harness import running, spec, square, until


def parent(pid: int | None) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def main(what: str) -> None:
    async with running() as jobs:
        worker = jobs.worker_pid or 0
        if what == "forkserver":
            os.kill(parent(worker), signal.SIGKILL)
            await until(lambda: jobs.worker_pid not in (None, worker))
            print(square(await jobs.run("key", spec(number=5))), jobs.counters["deaths"], flush=True)
            return
        busy = asyncio.create_task(jobs.fault("spin")) if what == "spin" else None
        if busy:
            await until(lambda: jobs._dispatcher.within_deadline)
            await asyncio.sleep(0.3)
        if what == "stopped":
            os.kill(worker, signal.SIGSTOP)
        print(worker, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    link.PRELOAD = ("tests.jobs.fake",)
    asyncio.run(main(sys.argv[1]))

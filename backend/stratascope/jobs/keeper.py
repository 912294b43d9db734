"""Keeps one worker alive: a dead one is replaced at once, one that dies over and over with growing pauses."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from stratascope.jobs.link import Link, Target, WorkerDied
from stratascope.problem import Problem

PING_SECONDS = 1.0
SILENCE_SECONDS = 3.0
DEATHS_ALLOWED = 5
DEATHS_WINDOW_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 60.0

WorkerState = Literal["starting", "ready", "silent", "pausing", "stopped"]

log = logging.getLogger(__name__)


class Keeper:
    """Owns the worker. `link` is the live one, if there is one."""

    def __init__(self, target: Target, settings: Mapping[str, Any], counters: Counter[str]) -> None:
        self._target, self._settings, self._counters = target, settings, counters
        self._fruitless: deque[float] = deque()
        self._settled = asyncio.Event()
        self._paused_until: float | None = None
        self._refusal: Problem | None = None
        self._worked = self._ending = False
        self.link: Link | None = None

    async def run(self) -> None:
        """Start workers one after another, until `end`."""
        while not self._ending:
            try:
                link = await Link.start(self._target, self._settings)
            except Problem as problem:
                self._refusal = problem
                log.error("the worker cannot compute here: %s", problem.message)
            except WorkerDied:
                log.error("the worker died while starting")
            except Exception:
                log.exception("the worker could not be started")
            else:
                await self._accompany(link)
            if not self._ending:
                self._count_death()
                await self._pause()

    async def live(self) -> Link:
        """The live worker, waiting for one that is being started. Raises a 503 `Problem` if none will be soon."""
        while self.link is None:
            if self._paused_until is not None:
                raise self._unavailable(self._paused_until - time.monotonic())
            self._settled.clear()
            await self._settled.wait()
        return self.link

    def worked(self) -> None:
        """The worker finished a job: it is of use, so its death would be no sign of a loop."""
        self._worked = True

    def answering(self) -> bool:
        """Whether the worker gave a sign of life within the last seconds."""
        return self.link is not None and time.monotonic() - self.link.heard < SILENCE_SECONDS

    @property
    def state(self) -> WorkerState:
        """What the worker is up to, in a word."""
        if self.link is not None:
            return "ready" if self.answering() else "silent"
        if self._ending:
            return "stopped"
        return "starting" if self._paused_until is None else "pausing"

    async def end(self, seconds: float) -> None:
        """Let the worker go; it is gone when this returns, and no other comes."""
        self._ending = True
        if self.link is not None:
            await self.link.end(seconds)

    async def _accompany(self, link: Link) -> None:
        """From ready to dead."""
        self.link, self._worked, self._refusal = link, False, None
        self._settled.set()
        pinging = asyncio.create_task(_ping(link))
        try:
            await link.listen()
        finally:
            pinging.cancel()
            self.link = None
            self._worked |= link.killed

    def _count_death(self) -> None:
        self._counters["deaths"] += 1
        if not self._worked:
            self._fruitless.append(time.monotonic())

    async def _pause(self) -> None:
        """Nothing at first; 1, 2, 4 ... 60 s once workers have died too often without finishing anything."""
        now = time.monotonic()
        while self._fruitless and now - self._fruitless[0] > DEATHS_WINDOW_SECONDS:
            self._fruitless.popleft()
        excess = len(self._fruitless) - DEATHS_ALLOWED
        if excess <= 0:
            return
        seconds = min(LONGEST_PAUSE_SECONDS, 2.0 ** (excess - 1))
        log.error(
            "the worker died %d times without finishing anything; next start in %d s", len(self._fruitless), seconds
        )
        self._paused_until = now + seconds
        self._settled.set()
        await asyncio.sleep(seconds)
        self._paused_until = None

    def _unavailable(self, seconds: float) -> Problem:
        if self._refusal is not None:
            return self._refusal
        return Problem(
            "worker_unavailable",
            "The worker keeps dying and is given a pause. Saved and cached results still open.",
            status=503,
            remedy="Try again later",
            retry_after=max(1, math.ceil(seconds)),
        )


async def _ping(link: Link) -> None:
    """Ask for signs of life until cancelled."""
    with suppress(OSError):
        while True:
            link.ping()
            await asyncio.sleep(PING_SECONDS)

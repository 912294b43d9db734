"""Hands the worker one job at a time, and holds each to its deadline.

A job whose worker dies is tried once more without a word: every job is a pure function of its request. If it takes a
second worker with it, it is refused for ten minutes. A job that is out of time, or that nobody waits for, is asked to
stop and after two seconds stopped.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from stratascope.jobs.flight import Flight, Reply
from stratascope.jobs.keeper import Keeper
from stratascope.jobs.link import Link, WorkerDied
from stratascope.jobs.protocol import Header
from stratascope.jobs.queue import Waiting
from stratascope.jobs.states import ModelStates
from stratascope.problem import Cancelled, Problem

GRACE_SECONDS = 2.0
BLOCKED_SECONDS = 600.0
_TICK_SECONDS = 0.5

log = logging.getLogger(__name__)


class Dispatcher:
    """Takes flights off the queue. `deliver` is given each reply and decides when the waiters get it."""

    def __init__(
        self,
        waiting: Waiting,
        keeper: Keeper,
        models: ModelStates,
        load_seconds: float,
        counters: Counter[str],
        deliver: Callable[[Flight, Reply], None],
    ) -> None:
        self._waiting, self._keeper, self._models = waiting, keeper, models
        self._load_seconds, self._counters, self._deliver = load_seconds, counters, deliver
        self._numbers = itertools.count(1)
        self._blocked: dict[str, float] = {}
        self.within_deadline = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self) -> None:
        """Serve the queue for ever."""
        while True:
            self._idle.set()
            flight = await self._waiting.next()
            self._idle.clear()
            try:
                await self._serve(flight)
            except Exception:
                log.exception("a job could not be dispatched")
                flight.fail(Problem("internal", "This run failed because of a mistake in the program.", status=500))

    async def idle_within(self, seconds: float) -> bool:
        """Whether no job is under way, now or at some moment within `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        return self._idle.is_set()

    def require_unblocked(self, key: str) -> None:
        """Raise a `Problem` if this very job killed two workers within the last ten minutes."""
        seconds = self._blocked.get(key, 0.0) - time.monotonic()
        if seconds > 0:
            raise _crashed(seconds)
        self._blocked.pop(key, None)

    async def _serve(self, flight: Flight) -> None:
        """One flight from its turn to its end."""
        started = time.monotonic()
        flight.begin()
        try:
            reply = await self._tried(flight)
        except Cancelled:
            self._counters["cancelled"] += 1
            flight.abandon()
        except Problem as problem:
            self._counters["failed"] += 1
            flight.fail(problem)
        else:
            self._counters["computed"] += 1
            if not flight.work.job:  # the hours of one job say nothing of how long the next run waits
                self._waiting.measured(time.monotonic() - started)
            self._deliver(flight, reply)

    async def _tried(self, flight: Flight) -> Reply:
        """The reply, after a second try if the first worker died."""
        for attempt in (1, 2):
            link = await self._keeper.live()
            if flight.abandoned.is_set():
                raise Cancelled
            try:
                return await self._once(link, flight)
            except WorkerDied:
                log.error("the worker died during %s, attempt %d", flight.work.message.get("op"), attempt)
            self._counters["retries"] += attempt == 1
        self._block(flight.key)
        raise _crashed(BLOCKED_SECONDS)

    async def _once(self, link: Link, flight: Flight) -> Reply:
        """Load what the job needs, then do it."""
        for entry in flight.work.models:
            if not _is_loaded(link, entry):
                await self._load(link, flight, entry)
        if flight.abandoned.is_set():
            raise Cancelled
        return await self._ordered(link, flight, flight.work.message, flight.work.seconds, flight.abandoned)

    async def _load(self, link: Link, flight: Flight, entry: Mapping[str, Any]) -> None:
        """Load a model. For a job's sake it goes on when nobody waits any more: the next job wants the model too."""
        abandoned = flight.abandoned if flight.work.loads else asyncio.Event()
        with self._models.loading(entry["id"], flight):
            order = {"op": "load", "model": entry}
            await self._ordered(link, flight, order, self._load_seconds, abandoned)

    async def _ordered(
        self, link: Link, flight: Flight, order: Header, seconds: float, abandoned: asyncio.Event
    ) -> Reply:
        """Order one thing and see it through to its end, whichever that is."""
        job = str(next(self._numbers))
        answer = link.request(job, order, flight.hear)
        self.within_deadline = True
        try:
            in_time = await _settled(answer, abandoned, seconds)
            if not in_time:
                await self._stop(link, job, answer)
        finally:
            self.within_deadline = False
        if not isinstance(answer.exception(), WorkerDied):
            self._keeper.worked()
        if not in_time and abandoned.is_set():
            raise Cancelled
        if not in_time and answer.exception() is not None:
            self._counters["deadlines"] += 1
            raise _out_of_time(seconds, job=flight.work.job and order["op"] == "run")
        return answer.result()

    async def _stop(self, link: Link, job: str, answer: asyncio.Future[Reply]) -> None:
        """Ask the worker to stop the job, and kill it if it does not within the grace."""
        link.cancel(job)
        await asyncio.wait({answer}, timeout=GRACE_SECONDS)
        if not answer.done():
            self._counters["kills"] += 1
            link.kill()
            await link.closed.wait()

    def _block(self, key: str) -> None:
        now = time.monotonic()
        self._blocked = {each: until for each, until in self._blocked.items() if until > now}
        self._blocked[key] = now + BLOCKED_SECONDS


async def _settled(answer: asyncio.Future[Any], abandoned: asyncio.Event, seconds: float) -> bool:
    """Wait for the answer; False if nobody waits any more or `seconds` have passed without it.

    Time during which this very process stood still, as on a sleeping laptop, does not count.
    """
    leaving, left = asyncio.ensure_future(abandoned.wait()), seconds
    try:
        while left > 0 and not answer.done() and not leaving.done():
            before = time.monotonic()
            step = min(left, _TICK_SECONDS)
            await asyncio.wait({answer, leaving}, timeout=step, return_when=asyncio.FIRST_COMPLETED)
            left -= min(time.monotonic() - before, 2 * _TICK_SECONDS)
    finally:
        leaving.cancel()
    return answer.done()


def _is_loaded(link: Link, entry: Mapping[str, Any]) -> bool:
    """Whether the worker holds the model, and in the precision that is asked for."""
    held = link.models.get(entry["id"])
    return held is not None and held.get("precision") == entry.get("precision")


def _crashed(seconds: float) -> Problem:
    return Problem(
        "crashed_worker",
        "This very run ended the worker process twice, so it is not tried again for now. Other runs are not affected.",
        status=500,
        remedy="Change the request, and report the one that did this",
        retry_after=max(1, math.ceil(seconds)),
    )


def _out_of_time(seconds: float, *, job: bool) -> Problem:
    if job:
        return Problem(
            "deadline_exceeded",
            f"This job took longer than the {seconds:g} s that one job may take, and was stopped.",
            status=504,
            remedy="Ask for less, or start the server with a longer STRATASCOPE_JOB_DEADLINE and run the same again",
        )
    return Problem(
        "deadline_exceeded",
        f"This run took longer than the {seconds:g} s that one run may take, and was stopped.",
        status=504,
        remedy="Use fewer tokens or layers, or start the server with a longer STRATASCOPE_DEADLINE",
    )

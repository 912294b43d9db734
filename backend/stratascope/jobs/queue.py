"""Who waits for the worker: first come, first served, up to a bound, with the time it will take."""

from __future__ import annotations

import asyncio
import math
from collections import deque

from stratascope.jobs.flight import Flight
from stratascope.problem import Problem

_MOST_SECONDS = 600
_NEWEST_SHARE = 0.2


class Waiting:
    """At most `bound` flights. Beyond it the next is refused with the seconds after which to come back."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._flights: deque[Flight] = deque()
        self._arrived = asyncio.Event()
        self._closed: Problem | None = None
        self.service_seconds = 1.0

    def push(self, flight: Flight) -> None:
        """Take a place at the end, or in front if the work is urgent. Raises a 503 `Problem` when all are taken."""
        if self._closed is not None:
            raise self._closed
        if len(self._flights) >= self._bound:
            raise self._full()
        if flight.work.urgent:
            self._flights.appendleft(flight)
        else:
            self._flights.append(flight)
        self._arrived.set()
        self._number()

    def remove(self, flight: Flight) -> None:
        """Give up a place; nothing happens to one whose turn has come."""
        if flight in self._flights:
            self._flights.remove(flight)
            self._number()

    async def next(self) -> Flight:
        """The flight whose turn it is, once there is one."""
        while not self._flights:
            self._arrived.clear()
            await self._arrived.wait()
        flight = self._flights.popleft()
        self._number()
        return flight

    def close(self, problem: Problem) -> None:
        """Refuse everyone, those who wait already included."""
        self._closed = problem
        while self._flights:
            self._flights.popleft().fail(problem)

    def measured(self, seconds: float) -> None:
        """A run took this long. The newest counts for a fifth."""
        self.service_seconds += _NEWEST_SHARE * (seconds - self.service_seconds)

    def eta(self, flight: Flight) -> float | None:
        """Seconds until the flight's turn, by what runs took lately; None once it has begun."""
        return None if flight.position is None else round(flight.position * self.service_seconds, 1)

    def __len__(self) -> int:
        return len(self._flights)

    def _number(self) -> None:
        for position, flight in enumerate(self._flights, start=1):
            flight.place(position)

    def _full(self) -> Problem:
        waiting = len(self._flights)
        seconds = min(_MOST_SECONDS, max(1, math.ceil(waiting * self.service_seconds)))
        return Problem(
            "queue_full",
            f"{waiting} runs are waiting already, which is as many as may. They will take about {seconds} s.",
            status=503,
            remedy="Try again later",
            retry_after=seconds,
        )

"""Runs: what a client is given in place of a result when it does not want to wait for it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from typing import Any

from stratascope.jobs.flight import Flight, State
from stratascope.problem import Problem

Event = tuple[str, Any]
"""queued {position, eta} · progress {done, total, stage} · partial bytes · done {key, url} · error {error}."""

ENDED_KEPT = 1_000
MOST = 10_000


class Run:
    """One waiter on a flight, with an id to ask by. It lets go of the flight, and its numbers, when that ends."""

    def __init__(
        self, method: str, flight: Flight, eta: Callable[[Flight], float | None], leave: Callable[[Flight], None]
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.method, self.key = method, flight.key
        self._eta, self._leave = eta, leave
        self._flight: Flight | None = flight
        self._state: State = "queued"
        self._end: Event | None = None
        flight.answer.add_done_callback(lambda _: self._conclude())

    @property
    def ended(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self._end is not None

    @property
    def state(self) -> State:
        """queued, running, done, failed or cancelled."""
        if self._flight is None:
            return self._state
        return "queued" if self._flight.state == "queued" else "running"

    def describe(self) -> dict[str, Any]:
        """The run as the REST interface shows it."""
        flight, (name, data) = self._flight, self._end or ("", {})
        return {
            "id": self.id,
            "method": self.method,
            "key": self.key,
            "state": self.state,
            "position": flight.position if flight else None,
            "eta": self._eta(flight) if flight else None,
            "progress": flight.progress if flight else None,
            "error": data["error"] if name == "error" else None,
            "result": data["url"] if name == "done" else None,
        }

    async def events(self) -> AsyncIterator[Event]:
        """Where it stands and whatever changes, then exactly one `done` or `error`. A slow reader gets the latest only."""
        flight, told = self._flight, dict[str, Any]()
        while flight is not None and self._end is None:
            changed = flight.changed()
            for name, data in self._news(flight):
                if told.get(name) is not data:
                    told[name] = data
                    yield name, self._placed(flight, data) if name == "queued" else data
            await changed.wait()
        if self._end is not None:
            yield self._end

    def leave(self) -> None:
        """Stop waiting. The work goes on only if somebody else waits for it; an ended run stays as it is."""
        if (flight := self._flight) is not None:
            self._settle("cancelled", _error(_cancelled()))
            self._leave(flight)
            flight.tell()

    def _news(self, flight: Flight) -> list[Event]:
        """Where the flight stands now, as events. The same object again means that nothing has changed."""
        now = [("queued", flight.position), ("progress", flight.progress), ("partial", flight.partial)]
        return [(name, data) for name, data in now if data is not None]

    def _placed(self, flight: Flight, position: int) -> dict[str, Any]:
        return {"position": position, "eta": self._eta(flight)}

    def _conclude(self) -> None:
        """The flight ended."""
        if (flight := self._flight) is None:
            return
        problem = None if flight.answer.cancelled() else flight.answer.exception()
        if flight.answer.cancelled():
            self._settle("cancelled", _error(_cancelled()))
        elif isinstance(problem, Problem):
            self._settle("failed", _error(problem))
        else:
            self._settle("done", ("done", {"key": self.key, "url": f"/api/v1/results/{self.key}"}))
        flight.tell()

    def _settle(self, state: State, end: Event) -> None:
        self._state, self._end, self._flight = state, end, None


class Runs:
    """Every run that can be asked about: all that are under way and the latest that ended."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()

    def add(self, run: Run) -> Run:
        """Take in a run. Old ones that ended are forgotten. Raises a 503 `Problem` if far too many are under way."""
        if len(self._runs) >= ENDED_KEPT:
            ended = [each for each, old in self._runs.items() if old.ended]
            for each in ended[: len(self._runs) - ENDED_KEPT + 1]:
                del self._runs[each]
        if len(self._runs) >= MOST:
            run.leave()
            raise Problem("queue_full", f"{MOST} runs are under way already.", status=503, retry_after=10)
        self._runs[run.id] = run
        return run

    def get(self, run_id: str) -> Run:
        """The run with this id. Raises a 404 `Problem`."""
        if run_id not in self._runs:
            raise Problem("unknown_run", "There is no such run, or it ended long ago.", status=404)
        return self._runs[run_id]

    def __len__(self) -> int:
        return len(self._runs)


def _cancelled() -> Problem:
    return Problem("cancelled", "This run was cancelled.", status=409)


def _error(problem: Problem) -> Event:
    return "error", {"error": problem.describe()}

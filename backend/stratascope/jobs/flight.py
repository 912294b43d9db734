"""One computation and everybody who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from stratascope.jobs.protocol import Header
from stratascope.problem import Problem

State = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Work:
    """What a worker is asked to do, and under which conditions.

    `message` is the order without its job number; `models` are the library entries that must be in memory first;
    `seconds` is how long it may take; `urgent` work goes before what waits already; `meta` is stored beside a document.
    A `job` is known to take long.
    """

    message: Header
    models: tuple[dict[str, Any], ...] = ()
    seconds: float = 60.0
    urgent: bool = False
    meta: dict[str, str] | None = None
    job: bool = False

    @property
    def loads(self) -> bool:
        """Whether loading a model is all that is asked for."""
        return bool(self.message["op"] == "load")

    def occupies(self, model_id: str) -> bool:
        """Whether this is a run or a load on this model; what takes a moment, like cutting text, is neither."""
        return (self.loads or not self.urgent) and any(entry["id"] == model_id for entry in self.models)


@dataclass(frozen=True)
class Reply:
    """What the worker answered: a plain value, or a document in the tensors encoding."""

    value: Any = None
    body: bytes = b""


@dataclass(eq=False)
class Flight:
    """A piece of work on its way. All of it happens on the event loop.

    `answer` holds the reply or the `Problem` in the end. `abandoned` is set once the last waiter has left.
    """

    key: str
    work: Work
    state: State = "queued"
    waiters: int = 0
    position: int | None = None
    progress: dict[str, Any] | None = None
    partial: bytes | None = None
    answer: asyncio.Future[Reply] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    abandoned: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self) -> asyncio.Event:
        """Set at the next change. Take it before looking, then look, then wait: no change is missed."""
        return self._changed

    def hear(self, header: Header, body: bytes) -> None:
        """Progress or a partial result from the worker."""
        if header["event"] == "progress":
            self.progress = {name: header[name] for name in ("done", "total", "stage")}
        else:
            self.partial = body
        self.tell()

    def place(self, position: int) -> None:
        """It is the `position`-th to run, counted from 1."""
        if position != self.position:
            self.position = position
            self.tell()

    def begin(self) -> None:
        """It is its turn."""
        self.state, self.position = "running", None
        self.tell()

    def finish(self, reply: Reply) -> None:
        """The worker answered."""
        if not self.answer.done():
            self.state = "done"
            self.answer.set_result(reply)
        self.tell()

    def fail(self, problem: Problem) -> None:
        """It ended without a result."""
        if not self.answer.done():
            self.state = "failed"
            self.answer.set_exception(problem)
            self.answer.exception()  # marks it as seen: perhaps nobody is left to look
        self.tell()

    def abandon(self) -> None:
        """Nobody waits any more."""
        self.abandoned.set()
        if not self.answer.done():
            self.state = "cancelled"
            self.answer.cancel()
        self.tell()

    def tell(self) -> None:
        """Wake whoever watches."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def landed(key: str, work: Work, reply: Reply) -> Flight:
    """A flight for one waiter whose reply is there."""
    flight = Flight(key, work)
    flight.waiters = 1
    flight.finish(reply)
    return flight


class Flights:
    """Everything on its way, by key: the same key is never computed twice at a time."""

    def __init__(self, enqueue: Callable[[Flight], None], withdraw: Callable[[Flight], None]) -> None:
        self._enqueue, self._withdraw = enqueue, withdraw
        self._flights: dict[str, Flight] = {}

    def join(self, key: str, work: Work) -> Flight:
        """Wait for `key`: on the flight there is, or on a new one. Raises a `Problem` if no more can be taken in."""
        flight = self._flights.get(key)
        if flight is None:
            flight = Flight(key, work)
            self._enqueue(flight)
            self._flights[key] = flight
            flight.answer.add_done_callback(lambda _: self._forget(flight))
        flight.waiters += 1
        return flight

    def leave(self, flight: Flight) -> None:
        """One waiter less. With the last one the work stops, and whoever asks next starts anew."""
        flight.waiters -= 1
        if flight.waiters == 0 and not flight.answer.done():
            self._forget(flight)
            self._withdraw(flight)
            flight.abandon()

    def end(self, flight: Flight, problem: Problem) -> None:
        """End a flight for everyone who waits for it, and the work on it."""
        self._forget(flight)
        self._withdraw(flight)
        flight.fail(problem)
        flight.abandon()

    async def wait(self, flight: Flight) -> Reply:
        """The reply of a flight that was joined; leaves it on any way out. Raises its `Problem`."""
        try:
            return await asyncio.shield(flight.answer)
        except Problem as problem:
            raise Problem.from_wire(problem.to_wire()) from None  # each waiter raises one of its own
        finally:
            self.leave(flight)

    def __iter__(self) -> Iterator[Flight]:
        return iter(list(self._flights.values()))

    def __len__(self) -> int:
        return len(self._flights)

    def _forget(self, flight: Flight) -> None:
        """Remove this very flight: a newer one may have taken its key."""
        if self._flights.get(flight.key) is flight:
            del self._flights[flight.key]

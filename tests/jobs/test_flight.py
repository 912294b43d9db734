"""Single flight: one computation, however many wait, and none that nobody waits for."""

from __future__ import annotations

import asyncio

import pytest

from stratascope.jobs.flight import Flight, Flights, Reply, Work
from stratascope.problem import Problem

pytestmark = pytest.mark.anyio

WORK = Work({"op": "run"})


class Line:
    """A queue that remembers who came and who was withdrawn."""

    def __init__(self) -> None:
        self.came: list[Flight] = []
        self.withdrawn: list[Flight] = []
        self.flights = Flights(self.came.append, self.withdrawn.append)

    def wait(self, key: str = "key") -> asyncio.Task[Reply]:
        """Somebody who joins and waits."""
        return asyncio.create_task(self.flights.wait(self.flights.join(key, WORK)))


async def test_two_hundred_identical_requests_are_computed_once() -> None:
    line = Line()
    waiters = [line.wait() for _ in range(200)]
    await asyncio.sleep(0)
    (flight,) = line.came
    flight.finish(Reply(body=b"result"))
    assert [reply.body for reply in await asyncio.gather(*waiters)] == [b"result"] * 200
    assert len(line.flights) == 0


async def test_the_first_to_come_may_leave() -> None:
    line = Line()
    first, others = line.wait(), [line.wait() for _ in range(199)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    assert not line.came[0].abandoned.is_set()
    line.came[0].finish(Reply(body=b"result"))
    assert {reply.body for reply in await asyncio.gather(*others)} == {b"result"}


async def test_the_last_to_leave_stops_the_work() -> None:
    line = Line()
    waiters = [line.wait() for _ in range(5)]
    await asyncio.sleep(0)
    for waiter in waiters[:4]:
        waiter.cancel()
    await asyncio.wait(set(waiters[:4]))
    assert not line.came[0].abandoned.is_set()
    waiters[4].cancel()
    await asyncio.wait({waiters[4]})
    assert line.came[0].abandoned.is_set()
    assert line.withdrawn == line.came
    assert line.came[0].state == "cancelled"
    assert len(line.flights) == 0


async def test_nobody_joins_a_flight_that_is_being_stopped() -> None:
    line = Line()
    first = line.wait()
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    second = line.wait()
    await asyncio.sleep(0)
    assert len(line.came) == 2
    line.came[1].finish(Reply(body=b"anew"))
    assert (await second).body == b"anew"


async def test_the_end_of_an_old_flight_leaves_a_newer_one_with_its_key_alone() -> None:
    line = Line()
    first = line.wait()
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    line.wait()
    await asyncio.sleep(0)
    line.came[0].finish(Reply())
    await asyncio.sleep(0)
    assert list(line.flights) == [line.came[1]]


async def test_every_waiter_gets_a_problem_of_its_own() -> None:
    line = Line()
    waiters = [line.wait() for _ in range(3)]
    await asyncio.sleep(0)
    line.came[0].fail(Problem("too_large", "No.", status=413, changes={"top_k": 1}))
    found = [error for error in await asyncio.gather(*waiters, return_exceptions=True) if isinstance(error, Problem)]
    assert [problem.to_wire() for problem in found] == [found[0].to_wire()] * 3
    assert len({id(problem) for problem in found}) == 3
    assert len(line.flights) == 0


async def test_a_refusal_to_enqueue_leaves_nothing_behind() -> None:
    def full(flight: Flight) -> None:
        raise Problem("queue_full", "Full.", status=503)

    flights = Flights(full, lambda flight: None)
    with pytest.raises(Problem, match="Full"):
        flights.join("key", WORK)
    assert len(flights) == 0


async def test_whoever_looks_before_waiting_misses_no_change() -> None:
    flight = Flight("key", WORK)
    changed = flight.changed()
    flight.hear({"event": "progress", "done": 1, "total": 2, "stage": "s"}, b"")
    await asyncio.wait_for(changed.wait(), 10)
    assert flight.progress == {"done": 1, "total": 2, "stage": "s"}
    flight.hear({"event": "partial"}, b"half")
    assert flight.partial == b"half"

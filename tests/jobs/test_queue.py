"""The queue: a bound, an order, and honest times."""

from __future__ import annotations

import asyncio

import pytest

from stratascope.jobs.flight import Flight, Work
from stratascope.jobs.queue import Waiting
from stratascope.problem import Problem

pytestmark = pytest.mark.anyio


def flights(count: int, urgent: bool = False) -> list[Flight]:
    return [Flight(f"key{number}", Work({"op": "run"}, urgent=urgent)) for number in range(count)]


async def test_first_come_first_served_and_urgent_before() -> None:
    waiting, plain, urgent = Waiting(10), flights(3), flights(1, urgent=True)
    for flight in plain + urgent:
        waiting.push(flight)
    assert [await waiting.next() for _ in range(4)] == urgent + plain


async def test_positions_count_from_one_and_move_up() -> None:
    waiting, some = Waiting(10), flights(4)
    for flight in some:
        waiting.push(flight)
    assert [flight.position for flight in some] == [1, 2, 3, 4]
    waiting.remove(some[1])
    assert [flight.position for flight in (some[0], some[2], some[3])] == [1, 2, 3]
    await waiting.next()
    assert [flight.position for flight in some[2:]] == [1, 2]
    waiting.remove(some[1])
    assert len(waiting) == 2


async def test_one_more_than_the_bound_is_refused_with_the_time_to_come_back() -> None:
    waiting, some = Waiting(3), flights(4)
    for _ in range(50):
        waiting.measured(4.0)
    for flight in some[:3]:
        waiting.push(flight)
    with pytest.raises(Problem) as problem:
        waiting.push(some[3])
    assert (problem.value.code, problem.value.status, problem.value.retry_after) == ("queue_full", 503, 12)
    assert len(waiting) == 3
    await waiting.next()
    waiting.push(some[3])
    assert some[3].position == 3


@pytest.mark.parametrize(("seconds", "expected"), [(0.0001, 1), (1e6, 600)])
async def test_the_time_to_come_back_is_always_whole_seconds_within_reason(seconds: float, expected: int) -> None:
    waiting = Waiting(1)
    for _ in range(100):
        waiting.measured(seconds)
    waiting.push(flights(1)[0])
    with pytest.raises(Problem) as problem:
        waiting.push(flights(1)[0])
    assert problem.value.retry_after == expected


async def test_the_wait_is_estimated_from_what_runs_took() -> None:
    waiting, some = Waiting(10), flights(3)
    for flight in some:
        waiting.push(flight)
    for _ in range(100):
        waiting.measured(2.0)
    assert waiting.eta(some[2]) == pytest.approx(6.0)
    some[2].begin()
    assert waiting.eta(some[2]) is None


async def test_whoever_waits_for_work_is_woken() -> None:
    waiting, some = Waiting(10), flights(1)
    taken = asyncio.create_task(waiting.next())
    await asyncio.sleep(0)
    waiting.push(some[0])
    assert await asyncio.wait_for(taken, 10) is some[0]


async def test_a_closed_queue_refuses_everyone() -> None:
    waiting, some = Waiting(10), flights(2)
    waiting.push(some[0])
    waiting.close(Problem("shutting_down", "Closing.", status=503))
    assert isinstance(some[0].answer.exception(), Problem)
    with pytest.raises(Problem, match="Closing"):
        waiting.push(some[1])

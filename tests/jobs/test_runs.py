"""Runs: what a client sees of a flight, and exactly one end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stratascope.jobs import runs
from stratascope.jobs.flight import Flight, Flights, Reply, Work
from stratascope.jobs.queue import Waiting
from stratascope.jobs.runs import Run, Runs
from stratascope.problem import Problem

pytestmark = pytest.mark.anyio


class Line:
    """A queue with flights and runs on them."""

    def __init__(self) -> None:
        self.waiting = Waiting(100_000)
        self.flights = Flights(self.waiting.push, self.waiting.remove)

    def run(self, key: str = "key") -> tuple[Run, Flight]:
        flight = self.flights.join(key, Work({"op": "run"}))
        return Run("fake/square", flight, self.waiting.eta, self.flights.leave), flight


async def watch(run: Run) -> list[tuple[str, Any]]:
    return [event async for event in run.events()]


async def settle() -> None:
    """Let everybody who was woken do what they were woken for."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_run_tells_its_story_in_order_and_ends_once() -> None:
    line = Line()
    line.run("before")
    run, flight = line.run()
    watched = asyncio.create_task(watch(run))
    await settle()
    await line.waiting.next()
    await settle()
    flight.begin()
    flight.hear({"event": "progress", "done": 1, "total": 2, "stage": "s"}, b"")
    await settle()
    flight.hear({"event": "partial"}, b"half")
    await settle()
    flight.finish(Reply(body=b"whole"))
    events = await asyncio.wait_for(watched, 10)
    assert [name for name, _ in events] == ["queued", "queued", "progress", "partial", "done"]
    assert [data["position"] for name, data in events if name == "queued"] == [2, 1]
    assert events[3][1] == b"half"
    assert events[-1][1] == {"key": "key", "url": "/api/v1/results/key"}


async def test_every_state_is_described() -> None:
    line = Line()
    run, flight = line.run()
    assert run.describe() == {
        "id": run.id,
        "method": "fake/square",
        "key": "key",
        "state": "queued",
        "position": 1,
        "eta": 1.0,
        "progress": None,
        "error": None,
        "result": None,
    }
    flight.begin()
    flight.hear({"event": "progress", "done": 1, "total": 2, "stage": "s"}, b"")
    described = run.describe()
    assert (described["state"], described["position"], described["eta"]) == ("running", None, None)
    assert described["progress"] == {"done": 1, "total": 2, "stage": "s"}
    flight.finish(Reply(body=b"whole"))
    await settle()
    described = run.describe()
    assert (described["state"], described["result"]) == ("done", "/api/v1/results/key")


async def test_a_run_that_fails_says_why_to_those_who_come_late() -> None:
    run, flight = Line().run()
    flight.fail(Problem("too_large", "Too large.", remedy="Less"))
    await settle()
    error = {"error": {"code": "too_large", "message": "Too large.", "remedy": "Less"}}
    assert await watch(run) == [("error", error)]
    assert (run.describe()["state"], run.describe()["error"]) == ("failed", error["error"])


async def test_leaving_cancels_this_run_and_not_the_others() -> None:
    line = Line()
    (mine, flight), (other, _) = line.run(), line.run()
    watched = asyncio.create_task(watch(mine))
    await settle()
    mine.leave()
    mine.leave()
    assert (await asyncio.wait_for(watched, 10))[-1][1]["error"]["code"] == "cancelled"
    assert mine.state == "cancelled"
    assert not flight.abandoned.is_set()
    other.leave()
    assert flight.abandoned.is_set()
    assert len(line.waiting) == 0


async def test_leaving_after_the_end_changes_nothing() -> None:
    run, flight = Line().run()
    flight.finish(Reply())
    await settle()
    run.leave()
    assert run.state == "done"


async def test_a_slow_reader_is_given_the_latest_only() -> None:
    run, flight = Line().run()
    flight.begin()
    stream = run.events()
    flight.hear({"event": "progress", "done": 0, "total": 9, "stage": "s"}, b"")
    assert (await anext(stream))[1]["done"] == 0
    for done in range(1, 9):
        flight.hear({"event": "progress", "done": done, "total": 9, "stage": "s"}, b"")
    assert (await anext(stream))[1]["done"] == 8
    flight.finish(Reply())
    assert [name async for name, _ in stream] == ["done"]


async def test_a_run_that_ended_holds_no_numbers() -> None:
    run, flight = Line().run()
    flight.finish(Reply(body=b"many bytes"))
    await settle()
    assert run._flight is None


async def test_ended_runs_are_forgotten_and_living_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "ENDED_KEPT", 10)
    line, kept = Line(), Runs()
    living = [kept.add(line.run(f"living{number}")[0]) for number in range(5)]
    ended = []
    for number in range(20):
        run, flight = line.run(f"ended{number}")
        ended.append(kept.add(run))
        flight.finish(Reply())
        await settle()
    assert len(kept) <= 10
    assert [kept.get(run.id) for run in living] == living
    assert kept.get(ended[-1].id) is ended[-1]
    with pytest.raises(Problem) as problem:
        kept.get(ended[0].id)
    assert (problem.value.code, problem.value.status) == ("unknown_run", 404)


async def test_there_is_a_bound_on_living_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "ENDED_KEPT", 2)
    monkeypatch.setattr(runs, "MOST", 3)
    line, kept = Line(), Runs()
    for number in range(3):
        kept.add(line.run(f"key{number}")[0])
    run, flight = line.run("one too many")
    with pytest.raises(Problem) as problem:
        kept.add(run)
    assert problem.value.retry_after is not None
    assert flight.abandoned.is_set()

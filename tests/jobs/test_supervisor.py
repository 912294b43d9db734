"""Jobs on a real worker process: results, refusals, waiting, leaving, stopping."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from stratascope.jobs import dispatch
from stratascope.jobs.orders import JobSpec
from stratascope.jobs.states import ModelState
from stratascope.jobs.supervisor import Jobs
from stratascope.problem import Problem
from tests.jobs.harness import marks, running, spec, square, until

pytestmark = pytest.mark.anyio

MODEL = {"id": "small", "path": "/models/small"}


async def test_a_result_comes_back() -> None:
    async with running() as jobs:
        assert square(await jobs.run("key", spec(number=7))) == 49
        assert jobs.counters["computed"] == 1
        assert jobs.ready()
        assert jobs.worker_state == "ready"


async def test_a_large_result_comes_back_whole() -> None:
    async with running() as jobs:
        body = await jobs.run("key", spec(do="large", size=24 << 20))
        assert len(body) > 24 << 20


async def test_two_hundred_identical_requests_are_computed_once(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running(queue=3) as jobs:
        bodies = await asyncio.gather(*(jobs.run("key", spec(seconds=0.2, marks=str(path))) for _ in range(200)))
        assert set(map(square, bodies)) == {4.0}
        assert marks(path) == 1


async def test_who_comes_just_after_the_end_gets_the_same_result() -> None:
    """Between finding nothing stored and joining, the flight may have landed."""
    async with running() as jobs:
        first = await jobs.run("key", spec(number=7))
        assert await jobs.run("key", spec(number=7)) == first
        late = jobs.submit("key", spec(number=7))
        assert [name async for name, _ in late.events()] == ["done"]
        assert late.state == "done"
        assert jobs.counters["computed"] == 1


async def test_the_first_of_them_may_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running() as jobs:
        tasks = [asyncio.create_task(jobs.run("key", spec(do="steps", steps=30, marks=str(path)))) for _ in range(50)]
        await until(lambda: marks(path))
        tasks[0].cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(done[0], asyncio.CancelledError)
        assert {square(body) for body in done[1:] if isinstance(body, bytes)} == {4.0}
        assert marks(path) == 1


async def test_when_the_last_one_leaves_the_worker_is_free_and_lives(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running() as jobs:
        pid = jobs.worker_pid
        task = asyncio.create_task(jobs.run("key", spec(do="steps", steps=1_000_000, marks=str(path))))
        await until(lambda: marks(path))
        task.cancel()
        assert square(await jobs.run("other", spec(number=3))) == 9
        assert jobs.worker_pid == pid
        assert (jobs.counters["cancelled"], jobs.counters["kills"]) == (1, 0)


async def test_a_run_cancelled_in_the_queue_never_starts(tmp_path: Path) -> None:
    path, other = tmp_path / "marks", tmp_path / "other"
    async with running() as jobs:
        first = asyncio.create_task(jobs.run("first", spec(do="steps", steps=50, marks=str(other))))
        await until(lambda: marks(other))
        second = asyncio.create_task(jobs.run("second", spec(marks=str(path))))
        await until(lambda: jobs.waiting)
        second.cancel()
        await asyncio.wait({second})
        assert jobs.waiting == 0
        assert square(await first) == 4
        assert square(await jobs.run("third", spec())) == 4
        assert marks(path) == 0


async def test_a_job_that_hears_nothing_is_ended_with_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "GRACE_SECONDS", 0.2)
    async with running() as jobs:
        pid = jobs.worker_pid
        task = asyncio.create_task(jobs.fault("sleep", seconds=3600))
        await until(lambda: not jobs.waiting)
        await asyncio.sleep(0.1)
        task.cancel()
        assert square(await jobs.run("key", spec())) == 4
        assert jobs.worker_pid != pid
        assert jobs.counters["kills"] == 1


@pytest.mark.parametrize(("kind", "options"), [("sleep", {"seconds": 3600}), ("spin", {})])
async def test_no_job_outlives_its_deadline(
    monkeypatch: pytest.MonkeyPatch, kind: str, options: Mapping[str, int]
) -> None:
    """Neither one that sleeps nor one that holds the interpreter inside C."""
    monkeypatch.setattr(dispatch, "GRACE_SECONDS", 0.2)
    async with running(deadline=0.4) as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.fault(kind, **options)
        assert (problem.value.code, problem.value.status) == ("deadline_exceeded", 504)
        assert "0.4 s" in problem.value.message
        assert square(await jobs.run("key", spec())) == 4
        assert (jobs.counters["deadlines"], jobs.counters["kills"], jobs.counters["retries"]) == (1, 1, 0)


async def test_a_job_that_listens_is_stopped_at_its_deadline_and_the_worker_lives() -> None:
    async with running(deadline=0.3) as jobs:
        pid = jobs.worker_pid
        with pytest.raises(Problem, match=r"0\.3 s"):
            await jobs.run("key", spec(do="steps", steps=1_000_000))
        assert square(await jobs.run("other", spec())) == 4
        assert jobs.worker_pid == pid


async def test_a_job_has_a_deadline_of_its_own() -> None:
    async with running(deadline=0.3, job_deadline=60.0) as jobs:
        usual = jobs._waiting.service_seconds
        assert square(await jobs.run("key", replace(spec(do="steps", steps=80), job=True))) == 4
        assert jobs._waiting.service_seconds == usual, "how long a job takes says nothing of the next run"
    async with running(deadline=60.0, job_deadline=0.3) as jobs:
        with pytest.raises(Problem, match=r"This job took longer than the 0\.3 s") as problem:
            await jobs.run("key", replace(spec(do="steps", steps=1_000_000), job=True))
        assert (problem.value.code, problem.value.status) == ("deadline_exceeded", 504)
        assert "STRATASCOPE_JOB_DEADLINE" in str(problem.value.remedy)
        assert square(await jobs.run("other", spec(do="steps", steps=80))) == 4


async def test_a_refusal_arrives_with_everything_in_it() -> None:
    async with running() as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.run("key", spec(do="refuse"))
        assert problem.value.to_wire() == {
            "code": "bad_parameter",
            "message": "number must be positive; got -1.",
            "status": 422,
            "field": "number",
            "remedy": None,
            "changes": {"number": 1},
            "retry_after": None,
        }
        assert jobs.counters["deaths"] == 0


async def test_a_mistake_in_a_method_is_told_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as jobs:
        pid = jobs.worker_pid
        with pytest.raises(Problem) as problem:
            await jobs.fault("defect")
        assert (problem.value.code, problem.value.status) == ("internal", 500)
        assert "secret" not in str(problem.value.to_wire())
        assert "a secret of the server's" in caplog.text
        assert jobs.worker_pid == pid


async def test_more_than_may_wait_is_refused_at_once_and_those_who_wait_are_served(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running(queue=4) as jobs:
        first = asyncio.create_task(jobs.run("first", spec(do="steps", steps=100, marks=str(path))))
        await until(lambda: marks(path))
        waiting = [asyncio.create_task(jobs.run(f"key{i}", spec(number=i))) for i in range(4)]
        await until(lambda: jobs.waiting == 4)
        with pytest.raises(Problem) as problem:
            await jobs.run("one too many", spec())
        assert (problem.value.code, problem.value.status) == ("queue_full", 503)
        assert isinstance(problem.value.retry_after, int)
        assert [square(body) for body in await asyncio.gather(*waiting)] == [0, 1, 4, 9]
        assert square(await first) == 4


async def test_events_of_a_run_end_in_a_result_that_was_stored_before(tmp_path: Path) -> None:
    stored = dict[str, tuple[bytes, Mapping[str, str]]]()

    def keep(key: str, body: bytes, meta: Mapping[str, str]) -> None:
        assert threading.current_thread() is not threading.main_thread()
        stored[key] = body, meta

    async with running(keep=keep) as jobs:
        run = jobs.submit("key", spec(do="steps", steps=60))
        names = list[str]()
        async for name, data in jobs.runs.get(run.id).events():
            names.append(name)
            if name == "partial":
                assert square(data) != square(data)
            if name == "done":
                assert square(stored["key"][0]) == 4
        assert names[0] == "queued"
        assert {"progress", "partial"} <= set(names)
        assert names.count("done") == 1
        assert names[-1] == "done"
        assert stored["key"][1] == {"method": "fake/square", "model": ""}


async def test_a_store_that_fails_fails_no_request() -> None:
    def keep(key: str, body: bytes, meta: Mapping[str, str]) -> None:
        raise OSError("no space left")

    async with running(keep=keep) as jobs:
        body = await jobs.run("key", spec())
        assert square(body) == 4
        assert jobs.recent.get("key") == body


async def test_a_run_that_is_left_stops() -> None:
    async with running() as jobs:
        run = jobs.submit("key", spec(do="steps", steps=1_000_000))
        async for name, _ in run.events():
            if name == "progress":
                run.leave()
        assert run.state == "cancelled"
        assert square(await jobs.run("other", spec())) == 4
        assert jobs.counters["kills"] == 0


async def test_a_model_is_loaded_before_its_first_use_and_once() -> None:
    async with running() as jobs:
        assert jobs.model_state("small").state == "not_loaded"
        value = await jobs.tokenize(MODEL, text="ab")
        assert value == {"ids": [97, 98], "tokens": [], "bos_prepended": False}
        assert jobs.model_state("small").state == "ready"
        assert jobs.model_state("small").facts == {"id": "small", "precision": None, "bytes": 1}
        assert (await jobs.load(MODEL)).state == "ready"
        assert list(jobs.model_states) == ["small"]
        await jobs.unload("small")
        assert jobs.model_state("small").state == "not_loaded"


async def test_a_model_that_cannot_be_loaded_says_why_until_it_can() -> None:
    async with running() as jobs:
        with pytest.raises(Problem, match="no weights"):
            await jobs.tokenize({**MODEL, "broken": True}, text="ab")
        state = jobs.model_state("small")
        assert (state.state, state.problem) == (
            "failed",
            {"code": "no_weights", "message": "This folder holds no weights."},
        )
        assert (await jobs.load(MODEL)).state == "ready"


async def test_loading_can_be_watched_as_a_run() -> None:
    async with running() as jobs:
        run = jobs.submit_load(MODEL)
        assert [name async for name, _ in run.events()][-1] == "done"
        assert jobs.model_state("small").state == "ready"


SLOW = {**MODEL, "steps": 1_000_000}


async def test_a_model_that_is_being_loaded_says_how_far_it_is_and_who_loads_it(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running() as jobs:
        first = asyncio.create_task(jobs.run("first", spec(do="steps", steps=1_000_000, marks=str(path))))
        await until(lambda: marks(path))
        run = jobs.submit_load({**SLOW, "steps": 200})
        waiting = jobs.model_state("small")
        assert (waiting.state, waiting.stage, waiting.run, waiting.position) == (
            "loading",
            "waiting in line",
            run.id,
            1,
        )
        first.cancel()
        await until(lambda: jobs.model_state("small").done)
        state = jobs.model_state("small")
        assert (state.state, state.stage, state.total, state.run) == ("loading", "reading weights", 200, run.id)
        assert state.position is None
        await until(lambda: run.ended)
        ready = jobs.model_state("small")
        assert (ready.state, ready.stage, ready.done, ready.run) == ("ready", None, None, None)


async def test_loading_that_nobody_waits_for_is_cancelled_and_leaves_nothing() -> None:
    async with running() as jobs:
        pid, run = jobs.worker_pid, jobs.submit_load(SLOW)
        await until(lambda: jobs.model_state("small").done)
        run.leave()
        assert square(await jobs.run("key", spec())) == 4
        assert run.state == "cancelled"
        assert jobs.model_state("small") == ModelState()
        assert jobs.model_bytes == {}
        assert (jobs.worker_pid, jobs.counters["kills"], jobs.counters["cancelled"]) == (pid, 0, 1)


async def test_a_load_that_waits_in_line_is_cancelled_before_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running() as jobs:
        first = asyncio.create_task(jobs.run("first", spec(do="steps", steps=100, marks=str(path))))
        await until(lambda: marks(path))
        jobs.submit_load(MODEL).leave()
        assert jobs.waiting == 0
        assert jobs.model_state("small") == ModelState()
        assert square(await first) == 4
        assert jobs.model_state("small") == ModelState()


async def test_loading_for_a_job_s_sake_goes_on_when_the_job_is_left() -> None:
    async with running() as jobs:
        run = jobs.submit("key", on_model(steps=50))
        await until(lambda: jobs.model_state("small").done)
        assert jobs.model_state("small").run is None
        run.leave()
        await until(lambda: jobs.model_state("small").state == "ready")


def on_model(**model: object) -> JobSpec:
    """A job on the model, which is loaded for it."""
    return JobSpec("fake/square", {"model": {**MODEL, **model}}, {"do": "steps", "steps": 1_000_000})


async def test_a_model_that_is_in_use_is_not_unloaded() -> None:
    async with running() as jobs:
        running_one, waiting_one = jobs.submit("one", on_model()), jobs.submit("two", on_model())
        other = jobs.submit("other", spec())
        await until(lambda: running_one.describe()["progress"])
        with pytest.raises(Problem) as problem:
            await jobs.unload("small")
        assert (problem.value.code, problem.value.status) == ("model_busy", 409)
        assert "2 jobs use small" in problem.value.message
        assert problem.value.changes == {"force": True}
        assert jobs.model_state("small").state == "ready"
        await jobs.unload("small", force=True)
        assert jobs.model_state("small").state == "not_loaded"
        for run in (running_one, waiting_one):
            assert (run.state, run.describe()["error"]["code"]) == ("failed", "model_unloaded")
        await until(lambda: other.ended)
        assert other.state == "done"
        assert jobs.counters["kills"] == 0


async def test_unloading_by_force_ends_a_load_under_way() -> None:
    async with running() as jobs:
        run = jobs.submit_load(SLOW)
        await until(lambda: jobs.model_state("small").done)
        with pytest.raises(Problem, match="1 job uses small"):
            await jobs.unload("small")
        await jobs.unload("small", force=True)
        assert run.describe()["error"]["code"] == "model_unloaded"
        assert jobs.model_state("small") == ModelState()


async def test_a_model_that_is_loaded_for_a_job_is_gone_after_unloading_by_force() -> None:
    async with running() as jobs:
        run = jobs.submit("key", on_model(steps=50))
        await until(lambda: jobs.model_state("small").done)
        await jobs.unload("small", force=True)
        assert run.describe()["error"]["code"] == "model_unloaded"
        assert jobs.model_state("small").state == "not_loaded"


async def test_what_is_in_memory_is_known_with_its_bytes() -> None:
    async with running() as jobs:
        assert (jobs.model_bytes, jobs.captured_bytes) == ({}, 0)
        await jobs.load({**MODEL, "bytes": 7})
        await jobs.load({"id": "other", "path": "/models/other", "bytes": 5})
        assert (jobs.model_bytes, jobs.captured_bytes) == ({"small": 7, "other": 5}, 2)


async def test_another_precision_is_loaded_before_it_is_used() -> None:
    half = {**MODEL, "precision": "bfloat16"}
    async with running() as jobs:
        assert jobs.precision("small") is None
        await jobs.load({**MODEL, "precision": "float32"})
        assert jobs.precision("small") == "float32"
        assert not jobs.holds(half)
        await jobs.tokenize(half, text="a")
        assert jobs.holds(half)
        assert jobs.precision("small") == "float32"
        await jobs.load(half)
        assert jobs.precision("small") == "bfloat16"


async def test_a_load_that_failed_changes_no_precision() -> None:
    async with running() as jobs:
        await jobs.load({**MODEL, "precision": "float32"})
        with pytest.raises(Problem, match="no weights"):
            await jobs.load({**MODEL, "precision": "bfloat16", "broken": True})
        assert jobs.precision("small") == "float32"


async def test_what_is_wanted_anew_is_computed_again_and_stored_in_its_place(tmp_path: Path) -> None:
    path, stored = tmp_path / "marks", list[str]()

    def keep(key: str, body: bytes, meta: Mapping[str, str]) -> None:
        stored.append(key)

    async with running(keep=keep) as jobs:
        job = spec(marks=str(path))
        await jobs.run("key", job)
        await jobs.run("key", job)
        assert marks(path) == 1
        await jobs.run("key", job, anew=True)
        again = jobs.submit("key", job, anew=True)
        assert [name async for name, _ in again.events()][-1] == "done"
        assert marks(path) == 3
        assert stored == ["key"] * 3


async def test_a_new_worker_starts_without_the_models_of_the_old() -> None:
    async with running() as jobs:
        await jobs.load(MODEL)
        pid = jobs.worker_pid
        with pytest.raises(Problem):
            await jobs.fault("abort")
        await until(lambda: jobs.worker_pid not in (None, pid))
        assert jobs.model_state("small").state == "not_loaded"
        assert (await jobs.tokenize(MODEL, text="a"))["ids"] == [97]


@pytest.mark.parametrize("kind", ["abort", "sleep", "nan"])
async def test_faults_are_refused_unless_they_are_allowed(kind: str) -> None:
    async with running(test_faults=False) as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.fault(kind, seconds=0)
        assert (problem.value.code, problem.value.status) == ("faults_off", 403)


async def test_stopping_lets_the_running_job_end_and_refuses_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running() as jobs:
        first = asyncio.create_task(jobs.run("first", spec(do="steps", steps=30, marks=str(path))))
        await until(lambda: marks(path))
        second = asyncio.create_task(jobs.run("second", spec()))
        await until(lambda: jobs.waiting)
        await jobs.stop(seconds=60)
        assert square(await first) == 4
        with pytest.raises(Problem) as problem:
            await second
        assert (problem.value.code, problem.value.status) == ("shutting_down", 503)
        with pytest.raises(Problem, match="shutting down"):
            await jobs.run("third", spec())
        assert jobs.worker_pid is None
        assert jobs.worker_state == "stopped"


async def test_stopping_before_the_worker_has_started_leaves_nothing() -> None:
    async with running(wait=False) as jobs:
        task = asyncio.create_task(jobs.run("key", spec()))
        await asyncio.sleep(0)
        await stopped(jobs)
        with pytest.raises(Problem, match="shutting down"):
            await task


async def stopped(jobs: Jobs) -> None:
    await jobs.stop(seconds=0)
    assert jobs.worker_pid is None


async def test_a_model_that_ends_the_worker_while_loading_has_failed() -> None:
    async with running() as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.load({**MODEL, "deadly": True})
        assert problem.value.code == "crashed_worker"
        assert jobs.model_state("small").state == "failed"
        assert jobs.counters["deaths"] == 2
        assert (await jobs.load(MODEL)).state == "ready"

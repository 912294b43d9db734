"""Workers that die, hang, stop and babble: one job is affected, and it is tried again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from stratascope.jobs import dispatch, keeper
from stratascope.jobs.supervisor import Jobs
from stratascope.problem import Problem
from tests.jobs import fake
from tests.jobs.harness import marks, running, spec, square, until

pytestmark = pytest.mark.anyio

KILLS = 20
CLIENTS = 16


def kill(jobs: Jobs, sign: int = signal.SIGKILL) -> int:
    """Send a signal to the live worker; its process id."""
    pid = jobs.worker_pid
    assert pid is not None
    os.kill(pid, sign)
    return pid


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def replaced(jobs: Jobs, pid: int) -> None:
    await until(lambda: jobs.worker_pid not in (None, pid))


async def test_a_worker_killed_in_the_middle_costs_nobody_anything(tmp_path: Path) -> None:
    path = tmp_path / "marks"
    async with running() as jobs:
        running_one = asyncio.create_task(jobs.run("one", spec(do="steps", steps=40, number=5, marks=str(path))))
        waiting = [asyncio.create_task(jobs.run(f"key{i}", spec(number=i))) for i in range(5)]
        await until(lambda: marks(path))
        pid = kill(jobs)
        assert square(await running_one) == 25
        assert [square(body) for body in await asyncio.gather(*waiting)] == [0, 1, 4, 9, 16]
        assert marks(path) == 2
        assert jobs.worker_pid != pid
        assert (jobs.counters["deaths"], jobs.counters["retries"]) == (1, 1)


async def test_a_job_that_crashes_once_succeeds_in_silence(tmp_path: Path) -> None:
    async with running() as jobs:
        job = spec(do="die_first", number=3, marks=str(tmp_path / "marks"))
        assert square(await jobs.run("key", job)) == 9
        assert jobs.counters["retries"] == 1


@pytest.mark.parametrize("kind", ["abort", "panic"])
async def test_a_job_that_crashes_twice_is_refused_without_a_third_death(kind: str) -> None:
    async with running() as jobs:
        for _ in range(50):
            with pytest.raises(Problem) as problem:
                await jobs.fault(kind)
            assert (problem.value.code, problem.value.status) == ("crashed_worker", 500)
            assert problem.value.retry_after is not None
            assert problem.value.retry_after <= 600
        assert jobs.counters["deaths"] == 2
        answers = await asyncio.gather(*(jobs.run(f"key{i}", spec(number=i)) for i in range(60)))
        assert [square(body) for body in answers] == [i * i for i in range(60)]
        assert jobs.counters["deaths"] == 2


async def test_everybody_who_waits_for_a_crashing_job_gets_the_same_answer() -> None:
    async with running() as jobs:
        answers = await asyncio.gather(*(jobs.fault("abort") for _ in range(30)), return_exceptions=True)
        assert {answer.code for answer in answers if isinstance(answer, Problem)} == {"crashed_worker"}
        assert len(answers) == 30
        assert jobs.counters["deaths"] == 2


async def test_many_kills_under_many_clients(tmp_path: Path) -> None:
    """Whatever the moment of each kill: every answer is right, nobody waits for ever, no queued call is lost."""
    chance, right, refusals, stop = random.Random(2), 0, list[str](), asyncio.Event()

    async def client(number: int) -> None:
        nonlocal right
        count = 0
        while not stop.is_set():
            count += 1
            value = number * 1000 + count
            try:
                body = await jobs.run(f"{value}", spec(do="steps", steps=chance.randint(1, 4), number=value))
            except Problem as problem:
                refusals.append(problem.code)
            else:
                assert square(body) == value * value
                right += 1

    async with running() as jobs:
        clients = [asyncio.create_task(client(number)) for number in range(CLIENTS)]
        for _ in range(KILLS):
            await until(lambda seen=right: jobs.worker_pid is not None and right > seen)
            await asyncio.sleep(chance.uniform(0, 0.05))
            await until(lambda: jobs.worker_pid is not None)
            pid = kill(jobs)
            await replaced(jobs, pid)
        stop.set()
        await asyncio.gather(*clients)
        assert jobs.counters["deaths"] == KILLS
        assert right > 2 * KILLS
        assert set(refusals) <= {"crashed_worker"}
        assert len(refusals) <= KILLS // 2
        assert jobs.waiting == 0
        assert len(jobs._flights) == 0


async def test_deaths_leave_no_files_open_and_no_tasks_behind() -> None:
    async with running() as jobs:
        for number in range(12):
            pid = kill(jobs)
            await replaced(jobs, pid)
            assert square(await jobs.run(f"key{number}", spec())) == 4
            if number == 2:
                files, tasks = open_files(), len(asyncio.all_tasks())
        await until(lambda: len(asyncio.all_tasks()) <= tasks)
        await until(lambda: open_files() <= files + 1)


async def test_a_stopped_worker_is_not_ready_and_ready_again_when_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "PING_SECONDS", 0.1)
    monkeypatch.setattr(keeper, "SILENCE_SECONDS", 0.5)
    async with running() as jobs:
        assert jobs.ready()
        pid = kill(jobs, signal.SIGSTOP)
        await until(lambda: not jobs.ready())
        assert jobs.worker_state == "silent"
        kill(jobs, signal.SIGCONT)
        await until(jobs.ready)
        assert square(await jobs.run("key", spec())) == 4
        assert jobs.worker_pid == pid


async def test_the_pings_of_a_healthy_server_are_close_enough() -> None:
    """A stopped worker is noticed within five seconds, and one pong may be late."""
    assert keeper.SILENCE_SECONDS + keeper.PING_SECONDS <= 5
    assert keeper.SILENCE_SECONDS >= 2 * keeper.PING_SECONDS


async def test_a_worker_at_work_within_its_deadline_is_ready_whatever_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper, "PING_SECONDS", 0.05)
    monkeypatch.setattr(keeper, "SILENCE_SECONDS", 0.2)
    async with running() as jobs:
        task = asyncio.create_task(jobs.fault("spin"))
        await until(lambda: jobs.worker_state == "silent")
        assert jobs.ready()
        kill(jobs)
        with suppress(Problem):
            kill(jobs) if jobs.worker_pid else None
        task.cancel()


async def test_a_stopped_worker_is_ended_at_the_deadline_of_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "GRACE_SECONDS", 0.2)
    async with running(deadline=0.3) as jobs:
        pid = kill(jobs, signal.SIGSTOP)
        with pytest.raises(Problem, match=r"0\.3 s"):
            await jobs.run("key", spec())
        await replaced(jobs, pid)
        assert square(await jobs.run("key", spec())) == 4


@pytest.mark.parametrize("how", ["garbage", "malformed"])
async def test_a_worker_that_babbles_is_ended_like_one_that_died(how: str) -> None:
    async with running() as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.run("key", spec(do=how))
        assert problem.value.code == "crashed_worker"
        assert jobs.counters["deaths"] == 2
        assert square(await jobs.run("other", spec())) == 4


async def test_workers_that_never_start_are_given_pauses_and_callers_a_reason() -> None:
    async with running(fake.main_that_dies, wait=False) as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.run("key", spec())
        assert (problem.value.code, problem.value.status) == ("worker_unavailable", 503)
        assert isinstance(problem.value.retry_after, int)
        assert jobs.counters["deaths"] == keeper.DEATHS_ALLOWED + 1
        assert jobs.worker_state == "pausing"
        assert not jobs.ready()


async def test_a_worker_that_cannot_compute_here_says_why() -> None:
    async with running(fake.main_that_refuses, wait=False) as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.started()
        assert problem.value.code == "no_cuda"


@pytest.mark.parametrize(("deaths", "pause"), [(1, 0), (5, 0), (6, 1), (7, 2), (8, 4), (11, 32), (12, 60), (40, 60)])
async def test_pauses_grow_to_a_minute(monkeypatch: pytest.MonkeyPatch, deaths: int, pause: float) -> None:
    slept = list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with running() as jobs:
        monkeypatch.setattr(keeper.asyncio, "sleep", sleep)
        jobs._keeper._fruitless.extend([keeper.time.monotonic()] * deaths)
        await jobs._keeper._pause()
        assert sum(slept) == pause
        monkeypatch.undo()


async def test_old_deaths_are_forgiven() -> None:
    async with running() as jobs:
        long_ago = keeper.time.monotonic() - keeper.DEATHS_WINDOW_SECONDS - 1
        jobs._keeper._fruitless.extend([long_ago] * 50)
        await asyncio.wait_for(jobs._keeper._pause(), 10)
        assert len(jobs._keeper._fruitless) == 0

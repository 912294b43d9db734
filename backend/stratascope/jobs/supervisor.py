"""Jobs: the one door to computing. Everything behind it may crash, hang or be full; what comes out is a result or a reason."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from stratascope.jobs import faults, worker
from stratascope.jobs.dispatch import Dispatcher
from stratascope.jobs.flight import Flight, Flights, Reply, Work, landed
from stratascope.jobs.keeper import Keeper, WorkerState
from stratascope.jobs.link import Target
from stratascope.jobs.orders import Entry, JobSpec, Orders, plain
from stratascope.jobs.queue import Waiting
from stratascope.jobs.recent import Recent
from stratascope.jobs.runs import Run, Runs
from stratascope.jobs.states import ModelState, ModelStates
from stratascope.jobs.threads import free_threads
from stratascope.problem import Problem
from stratascope.settings import Settings

STOP_SECONDS = 10.0
_WORKER_END_SECONDS = 2.0

Keep = Callable[[str, bytes, Mapping[str, str]], object]
"""Stores a result: key, body in the tensors encoding, {method, model}. `Cache.put` is one."""

log = logging.getLogger(__name__)


class Jobs:
    """Computes on a worker process. All methods belong to the event loop that called `start`.

    `keep` is called with every result, in a thread, before anyone is told that it is there; whatever it does or raises
    fails no request. `worker_target` is the entry point of the worker process.
    """

    def __init__(self, settings: Settings, keep: Keep | None = None, worker_target: Target = worker.main) -> None:
        self._settings, self._keep = settings, keep
        self._orders = Orders(settings.deadline, settings.load_deadline, settings.job_deadline)
        self.counters: Counter[str] = Counter()
        self.recent = Recent()
        self.runs = Runs()
        self._waiting = Waiting(settings.queue)
        self._flights = Flights(self._waiting.push, self._waiting.remove)
        self._tasks: set[asyncio.Future[Any]] = set()
        self._loads: dict[str, Run] = {}
        self._precisions: dict[str, str | None] = {}
        threads = settings.threads or free_threads()
        self._keeper = Keeper(worker_target, {**settings.model_dump(mode="json"), "threads": threads}, self.counters)
        self._models = ModelStates(lambda: self._keeper.link.models if self._keeper.link else {})
        self._dispatcher = Dispatcher(
            self._waiting, self._keeper, self._models, settings.load_deadline, self.counters, self._deliver
        )

    async def start(self) -> None:
        """Begin. Returns at once; the first worker is ready some seconds later, and jobs wait for it."""
        for task in (self._keeper.run(), self._dispatcher.run()):
            self._remember(asyncio.create_task(task))

    async def started(self) -> None:
        """Wait for a live worker. Raises a 503 `Problem` if none can be had."""
        await self._keeper.live()

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Refuse what waits, give the running job `seconds` to end, and let the worker go. Nothing is left running."""
        self._waiting.close(Problem("shutting_down", "The server is shutting down.", status=503, retry_after=5))
        if not await self._dispatcher.idle_within(seconds):
            log.warning("the running job did not end within %g s and was stopped", seconds)
        await self._keeper.end(_WORKER_END_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for flight in self._flights:
            flight.fail(Problem("shutting_down", "The server is shutting down.", status=503, retry_after=5))

    async def run(self, key: str, spec: JobSpec, anew: bool = False) -> bytes:
        """The result of `spec` as a document in the tensors encoding; computed once however many ask at a time.

        `anew` computes it even if it was stored a moment ago, and stores it in its place. Raises a `Problem`: what the
        method refuses, `too_large`, `queue_full`, `deadline_exceeded`, `crashed_worker`, `worker_unavailable`. Cancelling
        the last waiter stops the work.
        """
        return (await self._flights.wait(self._join(*self._orders.run(key, spec), anew))).body

    def submit(self, key: str, spec: JobSpec, anew: bool = False) -> Run:
        """The same without waiting: a run, found again under `runs.get(id)`. Raises only what is known at once."""
        flight = self._join(*self._orders.run(key, spec), anew)
        return self.runs.add(Run(spec.method, flight, self._waiting.eta, self._flights.leave))

    async def cost(self, spec: JobSpec) -> dict[str, Any]:
        """What `spec` would take: {forwards, bytes, tokens, limit_bytes, fits, alternatives}. Nothing is computed."""
        return dict((await self._wait(*self._orders.cost(spec))).value)

    async def tokenize(
        self, entry: Entry, text: str | None = None, messages: Sequence[Mapping[str, str]] | None = None
    ) -> dict[str, Any]:
        """{ids, tokens, bos_prepended} of a prompt or of chat messages, as the model reads them."""
        return dict((await self._wait(*self._orders.tokenize(entry, text, messages))).value)

    async def vocabulary(self, entry: Entry) -> dict[str, Any]:
        """{pieces, special}: the bytes of every token as hexadecimal digits, and the ids of markers. Loads no weights."""
        return dict((await self._wait(*self._orders.vocabulary(entry))).value)

    async def inspect(self, entry: Entry) -> None:
        """Raise the `Problem` that loading would end in, as far as it can be told without reading a weight."""
        await self._wait(*self._orders.inspect(entry))

    async def load(self, entry: Entry) -> ModelState:
        """Load a model and return its state. Raises the `Problem` that keeps it from being loaded."""
        await self._wait(*self._orders.load(entry))
        return self.model_state(plain(entry)["id"])

    def submit_load(self, entry: Entry) -> Run:
        """The same without waiting. Leaving the run cancels it, unless somebody else waits for the model too."""
        flight = self._join(*self._orders.load(entry))
        run = self.runs.add(Run("models/load", flight, self._waiting.eta, self._flights.leave))
        self._loads[plain(entry)["id"]] = run
        return run

    async def unload(self, model_id: str, force: bool = False) -> None:
        """Let go of a model, if it is in memory.

        Raises a 409 `Problem` if runs or loads are under way on it; with `force` they end with an error instead.
        """
        using = [flight for flight in self._flights if flight.work.occupies(model_id)]
        if using and not force:
            raise _busy(model_id, using)
        for flight in using:
            self._flights.end(flight, _unloaded(model_id))
        if self._models[model_id].state in ("ready", "loading"):
            await self._wait(*self._orders.unload(model_id))

    async def fault(self, kind: str, **options: Any) -> Any:
        """Let the worker do itself harm, in tests. Raises a 403 `Problem` unless the settings allow it."""
        if not self._settings.test_faults:
            raise faults.refused(kind)
        reply = await self._wait(*self._orders.fault(kind, options))
        return reply.body or reply.value

    def ready(self) -> bool:
        """Whether the worker can be counted on: it answered lately, or is at work within its deadline."""
        return self._keeper.link is not None and (self._keeper.answering() or self._dispatcher.within_deadline)

    def model_state(self, model_id: str) -> ModelState:
        """How a model stands. One that waits for its turn to be loaded is loading."""
        state, run = self._models[model_id], self._loads.get(model_id)
        if run is None or run.ended or state.state == "ready":
            return state
        place = run.describe()["position"]
        stage = "waiting in line" if place else state.stage
        return replace(state, state="loading", stage=stage, run=run.id, position=place, problem=None)

    def holds(self, entry: Entry) -> bool:
        """Whether a model is in memory, in the precision of this entry."""
        model = plain(entry)
        facts = self.model_state(model["id"]).facts
        return facts is not None and facts.get("precision") == model.get("precision")

    def precision(self, model_id: str) -> str | None:
        """The precision a model was last loaded in on purpose; None if it never was."""
        return self._precisions.get(model_id)

    @property
    def model_bytes(self) -> dict[str, int]:
        """Bytes of every model in the worker's memory, the one used last at the end."""
        link = self._keeper.link
        return {model_id: int(facts["bytes"]) for model_id, facts in link.models.items()} if link else {}

    @property
    def captured_bytes(self) -> int:
        """Bytes of captured runs in the worker's memory."""
        return self._keeper.link.captures if self._keeper.link else 0

    @property
    def model_states(self) -> dict[str, ModelState]:
        """Every model that is loading, ready or failed, by id."""
        return {model_id: self.model_state(model_id) for model_id in self._models.known()}

    @property
    def worker_pid(self) -> int | None:
        """Process id of the live worker."""
        return self._keeper.link.pid if self._keeper.link else None

    @property
    def worker_state(self) -> WorkerState:
        """starting, ready, silent, pausing or stopped."""
        return self._keeper.state

    @property
    def waiting(self) -> int:
        """How many flights wait for their turn."""
        return len(self._waiting)

    def _join(self, key: str, work: Work, anew: bool = False) -> Flight:
        """A flight with the result of `key`: landed already (not if it is wanted `anew`), on its way, or new.

        Whoever comes here found nothing stored a moment ago; meanwhile the result may have been. Looking once more in the
        same step as joining is what makes sure that nothing is computed twice.
        """
        self._dispatcher.require_unblocked(key)
        body = None if anew else self.recent.get(key)
        return self._flights.join(key, work) if body is None else landed(key, work, Reply(body=body))

    async def _wait(self, key: str, work: Work) -> Reply:
        return await self._flights.wait(self._join(key, work))

    def _deliver(self, flight: Flight, reply: Reply) -> None:
        """Store a result, then tell the waiters; meanwhile the worker goes on with the next job."""
        if flight.work.loads:
            model = flight.work.message["model"]
            self._precisions[model["id"]] = model.get("precision")
        if reply.body and flight.work.meta:
            self._remember(asyncio.create_task(self._stored(flight, reply, flight.work.meta)))
        else:
            flight.finish(reply)

    async def _stored(self, flight: Flight, reply: Reply, meta: Mapping[str, str]) -> None:
        self.recent.put(flight.key, reply.body)
        try:
            if self._keep is not None:
                await asyncio.to_thread(self._keep, flight.key, reply.body, meta)
        except Exception:
            log.exception("a result could not be stored")
        finally:
            flight.finish(reply)

    def _remember(self, task: asyncio.Future[Any]) -> None:
        """Hold on to a task while it runs."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _busy(model_id: str, using: Sequence[Flight]) -> Problem:
    count = "1 job uses" if len(using) == 1 else f"{len(using)} jobs use"
    return Problem(
        "model_busy",
        f"{count} {model_id} now, so it was not unloaded.",
        status=409,
        remedy="Wait until that has ended, or unload anyway, which ends it with an error",
        changes={"force": True},
    )


def _unloaded(model_id: str) -> Problem:
    return Problem(
        "model_unloaded",
        f"{model_id} was unloaded while this was under way.",
        status=409,
        remedy="Run again: the model is then loaded again",
    )

"""Jobs: the one door to computing. Everything behind it may crash, hang or be full; what comes out is a result or a reason."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from pydantic import BaseModel

from stratascope.jobs import faults, worker
from stratascope.jobs.dispatch import Dispatcher
from stratascope.jobs.flight import Flight, Flights, Reply, Work, landed
from stratascope.jobs.keeper import Keeper, WorkerState
from stratascope.jobs.link import Target
from stratascope.jobs.queue import Waiting
from stratascope.jobs.recent import Recent
from stratascope.jobs.runs import Run, Runs
from stratascope.jobs.states import ModelState, ModelStates
from stratascope.jobs.threads import free_threads
from stratascope.problem import Problem
from stratascope.settings import Settings

STOP_SECONDS = 10.0
_WORKER_END_SECONDS = 2.0

Entry = BaseModel | Mapping[str, Any]
"""A model of the library: `ModelEntry`, or the same as JSON values."""

Keep = Callable[[str, bytes, Mapping[str, str]], object]
"""Stores a result: key, body in the tensors encoding, {method, model}. `Cache.put` is one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobSpec:
    """One analysis to compute: what `Method.split` gives of a request, with the references looked up.

    `references` maps the method's resource arguments to library entries, `params` are the parameters as JSON values,
    `head` the fields of the document that only the server knows (model, request).
    """

    method: str
    references: Mapping[str, Entry]
    params: Mapping[str, Any]
    head: Mapping[str, Any] = field(default_factory=dict)


class Jobs:
    """Computes on a worker process. All methods belong to the event loop that called `start`.

    `keep` is called with every result, in a thread, before anyone is told that it is there; whatever it does or raises
    fails no request. `worker_target` is the entry point of the worker process.
    """

    def __init__(self, settings: Settings, keep: Keep | None = None, worker_target: Target = worker.main) -> None:
        self._settings, self._keep, self._target = settings, keep, worker_target
        self.counters: Counter[str] = Counter()
        self.recent = Recent()
        self.runs = Runs()
        self._waiting = Waiting(settings.queue)
        self._flights = Flights(self._waiting.push, self._waiting.remove)
        self._tasks: set[asyncio.Future[Any]] = set()
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

    async def run(self, key: str, spec: JobSpec) -> bytes:
        """The result of `spec` as a document in the tensors encoding; computed once however many ask at a time.

        Raises a `Problem`: what the method refuses, `too_large`, `queue_full`, `deadline_exceeded`, `crashed_worker`,
        `worker_unavailable`. Cancelling the last waiter stops the work.
        """
        return (await self._wait(key, self._work(key, spec))).body

    def submit(self, key: str, spec: JobSpec) -> Run:
        """The same without waiting: a run, found again under `runs.get(id)`. Raises only what is known at once."""
        flight = self._join(key, self._work(key, spec))
        return self.runs.add(Run(spec.method, flight, self._waiting.eta, self._flights.leave))

    async def cost(self, spec: JobSpec) -> dict[str, Any]:
        """What `spec` would take: {forwards, bytes, tokens, limit_bytes, fits, alternatives}. Nothing is computed."""
        work = self._work("", spec)
        order = {**work.message, "cost_only": True, "head": {}}
        reply = await self._wait(_digest("cost", order), replace(work, message=order, urgent=True))
        return dict(reply.value)

    async def tokenize(
        self, entry: Entry, text: str | None = None, messages: Sequence[Mapping[str, str]] | None = None
    ) -> dict[str, Any]:
        """{ids, tokens, bos_prepended} of a prompt or of chat messages, as the model reads them."""
        model = _plain(entry)
        order = {"op": "tokenize", "model": model, "text": text, "messages": messages}
        work = Work(order, (model,), self._settings.deadline, urgent=True)
        return dict((await self._wait(_digest("tokenize", order), work)).value)

    async def load(self, entry: Entry) -> ModelState:
        """Load a model and return its state. Raises the `Problem` that keeps it from being loaded."""
        model = _plain(entry)
        await self._wait(*self._loading(model))
        return self._models[model["id"]]

    def submit_load(self, entry: Entry) -> Run:
        """The same without waiting."""
        flight = self._join(*self._loading(_plain(entry)))
        return self.runs.add(Run("models/load", flight, self._waiting.eta, self._flights.leave))

    async def unload(self, model_id: str) -> None:
        """Let go of a model, if it is in memory."""
        if self._models[model_id].state == "ready":
            order = {"op": "unload", "model": model_id}
            await self._wait(_digest("unload", order), Work(order, urgent=True))

    async def fault(self, kind: str, **options: Any) -> Any:
        """Let the worker do itself harm, in tests. Raises a 403 `Problem` unless the settings allow it."""
        if not self._settings.test_faults:
            raise faults.refused(kind)
        order = {"op": "fault", "kind": kind, **options}
        reply = await self._wait(_digest("fault", order), Work(order, seconds=self._settings.deadline))
        return reply.body or reply.value

    def ready(self) -> bool:
        """Whether the worker can be counted on: it answered lately, or is at work within its deadline."""
        return self._keeper.link is not None and (self._keeper.answering() or self._dispatcher.within_deadline)

    def model_state(self, model_id: str) -> ModelState:
        """How a model stands."""
        return self._models[model_id]

    @property
    def model_states(self) -> dict[str, ModelState]:
        """Every model that is loading, ready or failed, by id."""
        return {model_id: self._models[model_id] for model_id in self._models.known()}

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

    def _work(self, key: str, spec: JobSpec) -> Work:
        references = {name: _plain(entry) for name, entry in spec.references.items()}
        order = {
            "op": "run",
            "method": spec.method,
            "references": references,
            "params": dict(spec.params),
            "head": {"key": key, "method": spec.method, **spec.head},
        }
        model = next((str(entry["id"]) for entry in references.values()), "")
        meta = {"method": spec.method, "model": model}
        return Work(order, tuple(references.values()), self._settings.deadline, meta=meta)

    def _loading(self, model: dict[str, Any]) -> tuple[str, Work]:
        order = {"op": "load", "model": model}
        return _digest("load", order), Work(order, (model,), self._settings.load_deadline, urgent=True)

    def _join(self, key: str, work: Work) -> Flight:
        """A flight with the result of `key`: landed already, on its way, or new.

        Whoever comes here found nothing stored a moment ago; meanwhile the result may have been. Looking once more in the
        same step as joining is what makes sure that nothing is computed twice.
        """
        self._dispatcher.require_unblocked(key)
        body = self.recent.get(key)
        return self._flights.join(key, work) if body is None else landed(key, work, Reply(body=body))

    async def _wait(self, key: str, work: Work) -> Reply:
        return await self._flights.wait(self._join(key, work))

    def _deliver(self, flight: Flight, reply: Reply) -> None:
        """Store a result, then tell the waiters; meanwhile the worker goes on with the next job."""
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


def _plain(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json") if isinstance(entry, BaseModel) else dict(entry)


def _digest(kind: str, order: Mapping[str, Any]) -> str:
    """A key for what has none of its own."""
    return f"{kind}:{hashlib.sha256(orjson.dumps(order, option=orjson.OPT_SORT_KEYS)).hexdigest()}"

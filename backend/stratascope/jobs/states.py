"""How each model stands: not loaded, loading, ready or failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from stratascope.jobs.flight import Flight
from stratascope.jobs.link import WorkerDied
from stratascope.problem import Problem

Standing = Literal["not_loaded", "loading", "ready", "failed"]


@dataclass(frozen=True)
class ModelState:
    """One model.

    Of one that is loading: the `stage` it is in, how much of how much of that is `done`, the id of the `run` that loads
    it and its place in the queue. `facts` of a ready one: precision, bytes, device, fidelity, capabilities, missing.
    `problem` of a failed one.
    """

    state: Standing = "not_loaded"
    stage: str | None = None
    done: int | None = None
    total: int | None = None
    run: str | None = None
    position: int | None = None
    facts: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


class ModelStates:
    """What is known of every model. `in_memory` tells which ones the live worker holds."""

    def __init__(self, in_memory: Callable[[], Mapping[str, dict[str, Any]]]) -> None:
        self._in_memory = in_memory
        self._loading: dict[str, Flight] = {}
        self._failed: dict[str, dict[str, Any]] = {}

    def __getitem__(self, model_id: str) -> ModelState:
        if model_id in self._loading:
            return ModelState("loading", **(self._loading[model_id].progress or {}))
        facts = self._in_memory().get(model_id)
        if facts is not None:
            return ModelState("ready", facts=facts)
        if model_id in self._failed:
            return ModelState("failed", problem=self._failed[model_id])
        return ModelState()

    def known(self) -> Iterator[str]:
        """Ids of every model that is not merely unloaded."""
        yield from {*self._loading, *self._failed, *self._in_memory()}

    @contextmanager
    def loading(self, model_id: str, flight: Flight) -> Iterator[None]:
        """Inside, the flight loads the model. What goes wrong is remembered until the next attempt."""
        flight.progress = None
        self._loading[model_id] = flight
        self._failed.pop(model_id, None)
        try:
            yield
        except Problem as problem:
            self._failed[model_id] = problem.describe()
            raise
        except WorkerDied:
            message = "The worker process ended while it loaded this model."
            self._failed[model_id] = {"code": "crashed_worker", "message": message}
            raise
        finally:
            del self._loading[model_id]

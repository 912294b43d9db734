"""How each model stands: not loaded, loading, ready or failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from stratascope.jobs.link import WorkerDied
from stratascope.problem import Problem

Standing = Literal["not_loaded", "loading", "ready", "failed"]


@dataclass(frozen=True)
class ModelState:
    """One model. `facts` of a ready one: bytes, device, fidelity, capabilities, missing. `problem` of a failed one."""

    state: Standing = "not_loaded"
    stage: str | None = None
    facts: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None


class ModelStates:
    """What is known of every model. `in_memory` tells which ones the live worker holds."""

    def __init__(self, in_memory: Callable[[], Mapping[str, dict[str, Any]]]) -> None:
        self._in_memory = in_memory
        self._loading: set[str] = set()
        self._failed: dict[str, dict[str, Any]] = {}

    def __getitem__(self, model_id: str) -> ModelState:
        if model_id in self._loading:
            return ModelState("loading", stage="loading model")
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
    def loading(self, model_id: str) -> Iterator[None]:
        """Inside, the model is being loaded. What goes wrong is remembered until the next attempt."""
        self._loading.add(model_id)
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
            self._loading.discard(model_id)

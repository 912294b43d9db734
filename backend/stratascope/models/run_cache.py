"""Captured runs of the last prompts, so that every panel on one prompt shares one forward pass."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stratascope.models.run import Run

Key = tuple[str, tuple[int, ...]]
"""Model id and token ids."""


class RunCache:
    """Least recently used runs, bounded by the bytes they keep alive. `forwards` counts real forward passes."""

    def __init__(self, limit: int = 512 << 20) -> None:
        self.forwards = 0
        self._limit = limit
        self._runs: OrderedDict[Key, tuple[Run, int]] = OrderedDict()

    def get(self, key: Key) -> Run | None:
        """The run captured for these ids, if it is still here."""
        if key not in self._runs:
            return None
        self._runs.move_to_end(key)
        return self._runs[key][0]

    def put(self, key: Key, run: Run) -> None:
        """Remember a run. One that is larger than the limit is not kept."""
        self._runs.pop(key, None)
        self._runs[key] = run, run.nbytes
        self._shrink()

    def forget(self, model_id: str) -> None:
        """Drop every run of a model."""
        for key in [key for key in self._runs if key[0] == model_id]:
            del self._runs[key]

    @property
    def bytes(self) -> int:
        """Bytes kept alive now."""
        return sum(size for _, size in self._runs.values())

    @property
    def limit(self) -> int:
        """The most bytes it keeps alive; lowering it drops runs at once."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._limit = limit
        self._shrink()

    def _shrink(self) -> None:
        while self._runs and self.bytes > self._limit:
            self._runs.popitem(last=False)

"""The models in the worker's memory: loaded when first asked for, the least recently used go first."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from stratascope.jobs.hygiene import State, state
from stratascope.jobs.room import leaving
from stratascope.method import Progress, silent
from stratascope.models.library import ModelEntry
from stratascope.models.load import load
from stratascope.models.model import Model
from stratascope.models.run_cache import RunCache

Files = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of every file in a model's folder."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """A model with what it was loaded from and the state it was in then."""

    model: Model
    entry: ModelEntry
    files: Files
    bytes: int
    state: State

    def describe(self) -> dict[str, Any]:
        """What the api process is told about it."""
        model = self.model
        return {
            "id": self.entry.id,
            "precision": self.entry.precision,
            "bytes": self.bytes,
            "device": str(model.device),
            "fidelity": model.fidelity.model_dump(mode="json"),
            "capabilities": sorted(model.capabilities),
            "missing": {str(name): reason for name, reason in model.missing.items()},
        }


class Shelf:
    """Models on `device`, together at most `limit` bytes of weights, though never fewer than a job needs at once.

    `captures` bounds the bytes of captured runs kept beside them; `lenses` is the folder of the lenses trained for them.
    """

    def __init__(self, device: torch.device, limit: int, captures: int, lenses: Path | None = None) -> None:
        self.device, self.limit, self.lenses = device, limit, lenses
        self.runs = RunCache(captures)
        self._loaded: OrderedDict[str, Loaded] = OrderedDict()

    def get(self, entry: Mapping[str, Any], keep: Collection[str] = (), progress: Progress = silent) -> Model:
        """The model that `entry` describes, loaded anew if its files or its precision have changed.

        Those in `keep` stay. `progress` hears of loading, and nothing if there is none to be done.
        """
        wanted = ModelEntry.model_validate(entry)
        found, files = self._loaded.get(wanted.id), _files(wanted.path)
        if found is not None and (found.entry, found.files) == (wanted, files):
            self._loaded.move_to_end(wanted.id)
            return found.model
        self.drop(wanted.id)
        for model_id in leaving(self._sizes(), wanted.weight_bytes, self.limit, keep):
            self.drop(model_id)
        model = load(wanted, self.device, self.runs, progress)
        model.lenses = self.lenses
        size = sum(tensor.numel() * tensor.element_size() for tensor in model.network.parameters())
        self._loaded[wanted.id] = Loaded(model, wanted, files, size, state(model.network))
        return model

    def drop(self, model_id: str) -> None:
        """Let go of a model and of what was captured from it."""
        if self._loaded.pop(model_id, None) is not None:
            self.runs.forget(model_id)
            self._release()

    def drop_altered(self) -> None:
        """Let go of every model that a job left other than it found it."""
        for model_id, held in list(self._loaded.items()):
            if state(held.model.network) != held.state:
                log.error("a job left %s altered; it will be loaded anew", model_id)
                self.drop(model_id)

    def free_memory(self) -> None:
        """Give back what can be computed again."""
        kept, self.runs.limit = self.runs.limit, 0
        self.runs.limit = kept
        self._release()

    def describe(self) -> list[dict[str, Any]]:
        """The models in memory, the one used last at the end."""
        return [held.describe() for held in self._loaded.values()]

    def _sizes(self) -> dict[str, int]:
        return {model_id: held.bytes for model_id, held in self._loaded.items()}

    def _release(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


def _files(folder: Path) -> Files:
    facts = [(path.name, path.stat()) for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    return tuple(sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in facts))

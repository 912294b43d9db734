"""What a request is, exactly: the key under which its result is kept and shared.

A key names the numbers completely: the method and its version, the bytes of every model involved and the precision it
computes in, and every parameter.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import defaultdict
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

import orjson

from stratascope.method import Method, Params
from stratascope.models.fingerprint import fingerprint
from stratascope.models.lens_files import lenses_state
from stratascope.models.library import ModelEntry
from stratascope.models.precision import in_precision
from stratascope.problem import Problem

Known = MutableMapping[tuple[str, int, int], str]
"""Weight hashes by (absolute path, size, modification time)."""


def result_key(method: Method, fingerprints: Mapping[str, str | list[str]], params: Params) -> str:
    """sha256 over the canonical request: 64 hexadecimal digits. Where a reference names several models, so do these."""
    parts = {
        "method": method.id,
        "version": method.version,
        "resources": dict(fingerprints),
        "params": params.model_dump(mode="json"),
    }
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def lenses_read(params: Params, lenses: Path) -> dict[str, str]:
    """What else names the numbers of a request that reads a trained lens: the lenses there are. Empty for all others."""
    return {"lenses": lenses_state(lenses)} if getattr(params, "lens", "raw") != "raw" else {}


class Fingerprints:
    """The fingerprint of each model, computed off the event loop and again whenever a file in its folder changes."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._current: dict[Path, tuple[object, str]] = {}
        self._locks: defaultdict[Path, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._preparing: set[asyncio.Task[None]] = set()

    async def of(self, entry: ModelEntry) -> str:
        """The fingerprint of the files as they are now. Raises the `Problem` of a folder that cannot be read."""
        async with self._locks[entry.path]:
            state = folder_state(entry.path)
            known = self._current.get(entry.path)
            if known is None or known[0] != state:
                known = (state, await asyncio.to_thread(fingerprint, entry.path, self._known))
                self._current[entry.path] = known
            return in_precision(known[1], entry.precision)

    def peek(self, entry: ModelEntry) -> str | None:
        """The fingerprint if it has been computed already."""
        found = self._current.get(entry.path)
        return in_precision(found[1], entry.precision) if found else None

    def prepare(self, entry: ModelEntry) -> None:
        """Begin to compute a fingerprint that will be asked for. What is wrong with the folder is said to whoever asks."""
        task = asyncio.create_task(self._prepared(entry))
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    async def _prepared(self, entry: ModelEntry) -> None:
        with suppress(Problem):
            await self.of(entry)


def folder_state(folder: Path) -> object:
    """What changes when a file in the folder does: names, sizes and times. Something new if they cannot be read."""
    try:
        with os.scandir(folder) as files:
            facts = [(file.name, file.stat()) for file in files if file.is_file()]
    except OSError:
        return object()
    return sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in facts)

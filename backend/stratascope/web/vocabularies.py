"""The vocabularies that were searched in lately, in this process: a search must not wait until the worker is free."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from stratascope.models.library import ModelEntry
from stratascope.models.vocabulary import Vocabulary
from stratascope.web.identity import folder_state

MOST = 4
"""Vocabularies kept. A large one takes some 60 MB."""

Fetch = Callable[[ModelEntry], Awaitable[dict[str, Any]]]
"""Asks the worker, which alone reads files of tokenizers: `Jobs.vocabulary` is one."""


class Vocabularies:
    """The vocabulary of each model folder, fetched again whenever a file in it changes."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._kept: OrderedDict[Path, tuple[object, Vocabulary]] = OrderedDict()

    async def of(self, entry: ModelEntry) -> Vocabulary:
        """The model's vocabulary. Raises the `Problem` of a tokenizer that cannot be read."""
        state = await asyncio.to_thread(folder_state, entry.path)
        kept = self._kept.get(entry.path)
        if kept is None or kept[0] != state:
            found = await self._fetch(entry)
            kept = state, await asyncio.to_thread(_built, found)
        self._kept[entry.path] = kept
        self._kept.move_to_end(entry.path)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return kept[1]


def _built(found: dict[str, Any]) -> Vocabulary:
    return Vocabulary([bytes.fromhex(piece) for piece in found["pieces"]], found["special"])

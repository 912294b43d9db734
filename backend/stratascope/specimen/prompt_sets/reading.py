"""Reading the sets of a bundle, with nothing but the standard library."""

import gzip
import json
import logging
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from stratascope.problem import Problem

FOLDER, INDEX_NAME = "prompt-sets", "index.json"

_log = logging.getLogger(__name__)
_EMPTY: dict[str, Any] = {"answer": None, "distractor": None, "corrupt": None, "label": None}


@dataclass(frozen=True)
class SetEntry:
    """What the index says about one set. `measured` are numbers of the bundled model by name, empty until measured."""

    id: str
    title: str
    description: str
    count: int
    pairs: bool
    answer: str
    control: str
    bytes: int
    sha256: str
    measured: dict[str, float] = field(default_factory=dict)


def items_path(folder: Path, set_id: str) -> Path:
    """The file with the items of a set: compressed JSON lines."""
    return folder / f"{set_id}.jsonl.gz"


def list_sets(bundle: Path) -> list[SetEntry]:
    """The sets of a bundle, none if it has none or its index cannot be read."""
    path = bundle / FOLDER / INDEX_NAME
    if not path.is_file():
        return []
    try:
        return [SetEntry(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["sets"]]
    except (OSError, ValueError, TypeError, KeyError):
        _log.warning("%s cannot be read; no prompt sets are offered", path, exc_info=True)
        return []


def find_set(bundle: Path, set_id: str) -> SetEntry:
    """The set with this id. Raises a 404 `Problem` when there is none; the id never becomes part of a path before."""
    for entry in list_sets(bundle):
        if entry.id == set_id and items_path(bundle / FOLDER, entry.id).is_file():
            return entry
    raise Problem(
        "unknown_prompt_set",
        f"There is no prompt set {set_id[:64]!r}.",
        status=404,
        remedy="Choose one of the sets that GET /api/v1/prompt-sets lists",
    )


def read_set(bundle: Path, set_id: str, offset: int = 0, limit: int | None = None) -> list[dict[str, Any]]:
    """Items of a set, `limit` of them from the one at `offset` on; every field is present.

    Raises a 404 `Problem` when there is no such set.
    """
    path = items_path(bundle / FOLDER, find_set(bundle, set_id).id)
    stop = None if limit is None else offset + limit
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_EMPTY | {"positions": {}, "meta": {}} | json.loads(line) for line in islice(lines, offset, stop)]

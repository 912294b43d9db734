"""What a saved analysis is made of, and the hashes that prove it is still what was saved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from stratascope.document import Document
from stratascope.problem import Problem
from stratascope.store.tables import SAVED_FORMAT

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_SEALED = ("format_version", "title", "notes", "workspace", "created", "bytes")


@dataclass(frozen=True)
class SavedAnalysis:
    """One saved analysis.

    `documents` are results in the tensors encoding, `size` their bytes; `created` is an ISO time, UTC.
    """

    id: str
    title: str
    notes: str
    workspace: dict[str, Any] | None
    created: str
    size: int
    documents: tuple[bytes, ...]


@dataclass(frozen=True)
class SavedLine:
    """What the operator's list says of an analysis: no content but the title."""

    id: str
    title: str
    created: str
    size: int
    results: int


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id: 128 random bits in 22 characters."""
    return _ID.fullmatch(text) is not None


def secret_hash(secret: str) -> bytes:
    """What is stored of a delete secret. It is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def to_rows(
    analysis: str, secret: str, title: str, notes: str, workspace: dict[str, Any] | None, bodies: Sequence[bytes]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of the analysis and those of its documents. Raises `ValueError` for bytes that are no document."""
    lines = [
        {"analysis": analysis, "position": position, "key": _key(body), "sha256": _sha256(body), "body": body}
        for position, body in enumerate(bodies)
    ]
    row = {
        "id": analysis,
        "format_version": SAVED_FORMAT,
        "title": title,
        "notes": notes,
        "workspace": None if workspace is None else orjson.dumps(workspace),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "bytes": sum(len(body) for body in bodies),
        "delete_hash": secret_hash(secret),
    }
    return row | {"sha256": _seal(row, lines)}, lines


def from_rows(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> SavedAnalysis:
    """Inverse of `to_rows`. Raises a 410 `Problem` if a single byte differs from what was saved."""
    bodies = tuple(verified(line) for line in lines)
    if row["format_version"] not in range(1, SAVED_FORMAT + 1) or _seal(row, lines) != row["sha256"]:
        raise damaged()
    workspace = None if row["workspace"] is None else orjson.loads(row["workspace"])
    return SavedAnalysis(
        row["id"], row["title"], row["notes"], workspace, row["created"], size=row["bytes"], documents=bodies
    )


def edited(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that change with the `title`, `notes` or `workspace` in `changes`, sealed anew.

    Raises a 410 `Problem` if the analysis was damaged: a new seal would pass that off as what was saved.
    """
    from_rows(row, lines)
    columns = dict(changes)
    if columns.get("workspace") is not None:
        columns["workspace"] = orjson.dumps(columns["workspace"])
    return columns | {"sha256": _seal({**row, **columns}, lines)}


def verified(line: Mapping[str, Any]) -> bytes:
    """The body of one document row, if it is what was saved; else a 410 `Problem`."""
    body = line["body"]
    if not isinstance(body, bytes) or _sha256(body) != line["sha256"]:
        raise damaged()
    return body


def damaged() -> Problem:
    """The bytes on disk are not those that were saved."""
    return Problem(
        "saved_damaged",
        "This analysis was damaged on the server's disk and cannot be shown.",
        status=410,
        remedy="Ask the operator to restore it from a backup",
    )


def unknown() -> Problem:
    """The same answer for an id that never was, one that was deleted and one that is no id."""
    return Problem("unknown_analysis", "There is no saved analysis at this link.", status=404)


def _key(body: bytes) -> str:
    return str(Document.from_tensors(body).head["key"])


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _seal(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over everything a reader is shown, each part preceded by its length."""
    digest = hashlib.sha256()
    for part in [row[name] for name in _SEALED] + [line["sha256"] for line in lines]:
        data = part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()

"""Drafts: states of the page that are too long for a link, kept under a short name.

The name is a hash of the text: the same text has the same name wherever and however often it is stored, and a text that
was damaged is not found under its name.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from stratascope.problem import Problem
from stratascope.store.analysis import is_id
from stratascope.store.saved_file import SavedFile
from stratascope.store.tables import drafts

MOST_DRAFTS = 10_000
MOST_BYTES = 128 << 20
_NAME_BYTES = 16

_NEWEST = select(func.coalesce(func.max(drafts.c.used), 0)).scalar_subquery()
"""`used` counts up with every use of any draft: no clock can put a draft in the wrong order."""

_USE = update(drafts).where(drafts.c.id == bindparam("wanted"), drafts.c.used < _NEWEST).values(used=_NEWEST + 1)


class Drafts:
    """The drafts in saved.db: at most `most` and `most_bytes` of them, those not used for longest go first."""

    def __init__(self, file: SavedFile, most: int = MOST_DRAFTS, most_bytes: int = MOST_BYTES) -> None:
        self._file, self._most, self._most_bytes = file, most, most_bytes

    def put(self, address: str) -> str:
        """Keep a text and return its name. Raises a 507 `Problem` when the disk is full, a 503 one when it is damaged."""
        name, body = name_of(address), address.encode()
        row = insert(drafts).values(id=name, address=body, bytes=len(body), used=_NEWEST + 1)
        stored = row.on_conflict_do_update(index_elements=["id"], set_={"address": body, "used": _NEWEST + 1})

        def store(connection: Connection) -> None:
            connection.execute(stored)
            self._make_room(connection)

        self._file.change(store)
        return name

    def get(self, name: str) -> str:
        """The text with this name, which is thereby used. Raises a 404 `Problem`."""
        if not is_id(name):
            raise _unknown()
        with self._file.reading() as connection:
            found = connection.execute(select(drafts.c.address).where(drafts.c.id == name)).scalar()
        address = found.decode(errors="replace") if isinstance(found, bytes) else ""
        if name_of(address) != name:
            raise _unknown()
        with suppress(Problem, DBAPIError):  # it can be read where nothing can be written
            self._file.change(lambda connection: connection.execute(_USE, {"wanted": name}))
        return address

    def _make_room(self, connection: Connection) -> None:
        latest_first = (drafts.c.used.desc(), drafts.c.id)
        ranked = select(
            drafts.c.id,
            func.row_number().over(order_by=latest_first).label("place"),
            func.sum(drafts.c.bytes).over(order_by=latest_first).label("total"),
        ).subquery()
        surplus = select(ranked.c.id).where((ranked.c.place > self._most) | (ranked.c.total > self._most_bytes))
        connection.execute(delete(drafts).where(drafts.c.id.in_(surplus)))


def name_of(address: str) -> str:
    """The name of a text: 128 bits of its hash, in 22 characters."""
    digest = hashlib.sha256(address.encode()).digest()[:_NAME_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _unknown() -> Problem:
    return Problem(
        "draft_unknown",
        "The state behind this link is not kept on this server, or was not used for so long that it went.",
        status=404,
        remedy="Ask whoever sent the link to open it again and to share a saved analysis, which is kept for good",
    )

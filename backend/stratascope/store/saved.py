"""Saved analyses: small, precious, and complete in themselves.

A link opens with no model, no worker and no cache, in every later version. What is saved never changes; deleting needs
a secret of its own and leaves nothing behind, in the database, its log or its backups.
"""

from __future__ import annotations

import builtins
import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable, delete, func, select
from sqlalchemy.exc import DBAPIError

from stratascope.problem import Problem
from stratascope.store import analysis as form
from stratascope.store import backup, migrate
from stratascope.store.analysis import SavedAnalysis, SavedLine
from stratascope.store.engine import Database, is_disk_full, is_unreadable
from stratascope.store.tables import analyses, documents

log = logging.getLogger(__name__)


class Saved:
    """The saved analyses in `folder`. Threads may share it.

    `relieve` frees space held in reserve and tells whether there was any; it is asked once when the disk is full. If
    the database is damaged, `damage` says so in a sentence, nothing is written any more, and what can be read still
    opens.
    """

    def __init__(self, folder: Path, relieve: Callable[[], bool] = lambda: False) -> None:
        self.path = folder / "saved.db"
        self._relieve = relieve
        self.damage = _damage(self.path)
        if self.damage is not None:
            log.error(self.damage)
        self._database = Database(self.path, "FULL", writable=self.damage is None)
        if self.damage is None:
            migrate.upgrade(self._database)

    def create(
        self, title: str, notes: str, workspace: dict[str, Any] | None, bodies: Sequence[bytes]
    ) -> tuple[str, str]:
        """Save results (tensors encoding) and return (id, delete secret); both are random and said only here.

        Returns once they are on the disk. Raises `ValueError` for bytes that are no document, a 507 `Problem` when the
        disk is full, a 503 one when the database is damaged.
        """
        self._require_writable()
        analysis, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        row, lines = form.to_rows(analysis, secret, title, notes, workspace, bodies)
        statements: list[Executable] = [analyses.insert().values(row)]
        self._change(statements + [documents.insert().values(line) for line in lines])
        return analysis, secret

    def get(self, analysis: str) -> SavedAnalysis:
        """The analysis with this id, every byte of it verified. Raises a 404 `Problem`, or 410 if it was damaged."""
        kept = select(documents).where(documents.c.analysis == analysis).order_by(documents.c.position)
        with self._reading() as connection:
            row = _row(connection, analysis)
            lines = connection.execute(kept).all()
        return form.from_rows(row, [line._asdict() for line in lines])

    def document(self, analysis: str, key: str) -> bytes:
        """The result `key` of an analysis, verified. Raises the same as `get`."""
        if not (form.is_id(analysis) and key.isascii()):
            raise form.unknown()
        wanted = select(documents).where(documents.c.analysis == analysis, documents.c.key == key)
        with self._reading() as connection:
            line = connection.execute(wanted).first()
        if line is None:
            raise form.unknown()
        return form.verified(line._asdict())

    def list(self) -> builtins.list[SavedLine]:
        """Every analysis, newest first, for the operator."""
        count = select(func.count()).where(documents.c.analysis == analyses.c.id).scalar_subquery()
        columns = (analyses.c.id, analyses.c.title, analyses.c.created, analyses.c.bytes, count)
        with self._reading() as connection:
            rows = connection.execute(select(*columns).order_by(analyses.c.created.desc(), analyses.c.id)).all()
        return [SavedLine(*row) for row in rows]

    def delete(self, analysis: str, secret: str) -> None:
        """Delete an analysis and every byte of it. Raises a 404 `Problem`, or 403 for the wrong secret."""
        self._require_writable()
        with self._reading() as connection:
            row = _row(connection, analysis)
        if not secrets.compare_digest(form.secret_hash(secret), row["delete_hash"]):
            raise Problem("wrong_secret", "This is not the delete secret of the analysis.", status=403)
        self._change([delete(analyses).where(analyses.c.id == analysis)])
        self._database.empty_log()
        backup.scrub(self.path, analysis)

    def back_up_daily(self) -> Path | None:
        """Make today's backup; None if there is one already, if this database is damaged, or if it failed."""
        try:
            return None if self.damage else backup.back_up_daily(self._database)
        except (OSError, sqlite3.Error):
            log.exception("there is no backup of %s today", self.path)
            return None

    def close(self) -> None:
        """Close the files."""
        self._database.close()

    def _change(self, statements: Sequence[Executable]) -> None:
        """One transaction, on the disk when this returns. A full disk is relieved once, then refused."""
        for relieved in (False, True):
            try:
                with self._database.write() as connection:
                    for statement in statements:
                        connection.execute(statement)
                return
            except DBAPIError as error:
                if not is_disk_full(error):
                    raise
                if relieved or not self._relieve():
                    raise _disk_full() from None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database.read() as connection:
                yield connection
        except DBAPIError as error:
            if not is_unreadable(error):
                raise
            raise Problem("saved_unreadable", self.damage or _sentence(self.path), status=503) from None

    def _require_writable(self) -> None:
        if self.damage is not None:
            raise Problem("saved_read_only", self.damage, status=503, remedy="Restore a backup, then start again")


def _row(connection: Connection, analysis: str) -> dict[str, Any]:
    found = select(analyses).where(analyses.c.id == analysis)
    row = connection.execute(found).first() if form.is_id(analysis) else None
    if row is None:
        raise form.unknown()
    return row._asdict()


def _damage(path: Path) -> str | None:
    """Why the database must not be written, in a sentence; None if it is sound or not there yet."""
    if not path.exists():
        return None
    try:
        backup.require_sound(path)
    except sqlite3.Error:
        return _sentence(path)
    emptied = path.stat().st_size == 0 and backup.copies(path)
    return _sentence(path) if emptied else None


def _sentence(path: Path) -> str:
    copy = next(iter(backup.copies(path)), None)
    newest = f"The newest backup is {copy}." if copy else "There is no backup."
    return f"{path} is damaged: what can still be read opens, and nothing can be saved or deleted. {newest}"


def _disk_full() -> Problem:
    return Problem(
        "disk_full",
        "The server's disk is full, so nothing was saved. What was computed can still be seen and exported.",
        status=507,
        remedy="Free space on the server's disk, then save again",
    )

"""Saved analyses: small, precious, and complete in themselves.

A link opens with no model, no worker and no cache, in every later version. The results it shows never change; the words
around them may be edited, and all of it deleted, by whoever has the secret. Deleting leaves nothing behind, in the
database, its log or its backups.
"""

from __future__ import annotations

import builtins
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from stratascope.problem import Problem
from stratascope.store import analysis as form
from stratascope.store import backup
from stratascope.store.analysis import SavedAnalysis, SavedLine
from stratascope.store.drafts import Drafts
from stratascope.store.saved_file import SavedFile
from stratascope.store.tables import analyses, documents


class Saved:
    """The saved analyses in `folder`, and in the same file the page's `drafts`. Threads may share it.

    `relieve` is asked once for room when the disk is full. Raises the `Problem` of a file that cannot be opened.
    """

    def __init__(self, folder: Path, relieve: Callable[[], bool] = lambda: False) -> None:
        self.file = SavedFile(folder, relieve)
        self.drafts = Drafts(self.file)

    def create(
        self, title: str, notes: str, workspace: dict[str, Any] | None, bodies: Sequence[bytes]
    ) -> tuple[str, str]:
        """Save results (tensors encoding) and return (id, delete secret); both are random and said only here.

        Returns once they are on the disk. Raises `ValueError` for bytes that are no document, a 507 `Problem` when the
        disk is full, a 503 one when the database is damaged.
        """
        self.file.require_writable()
        analysis, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        row, lines = form.to_rows(analysis, secret, title, notes, workspace, bodies)

        def store(connection: Connection) -> None:
            connection.execute(analyses.insert().values(row))
            for line in lines:
                connection.execute(documents.insert().values(line))

        self.file.change(store)
        return analysis, secret

    def get(self, analysis: str) -> SavedAnalysis:
        """The analysis with this id, every byte of it verified. Raises a 404 `Problem`, or 410 if it was damaged."""
        with self.file.reading() as connection:
            row, lines = _row(connection, analysis), _lines(connection, analysis)
        return form.from_rows(row, lines)

    def document(self, analysis: str, key: str) -> bytes:
        """The result `key` of an analysis, verified. Raises the same as `get`."""
        if not (form.is_id(analysis) and key.isascii()):
            raise form.unknown()
        wanted = select(documents).where(documents.c.analysis == analysis, documents.c.key == key)
        with self.file.reading() as connection:
            line = connection.execute(wanted).first()
        if line is None:
            raise form.unknown()
        return form.verified(line._asdict())

    def list(self) -> builtins.list[SavedLine]:
        """Every analysis, newest first, for the operator."""
        count = select(func.count()).where(documents.c.analysis == analyses.c.id).scalar_subquery()
        columns = (analyses.c.id, analyses.c.title, analyses.c.created, analyses.c.bytes, count)
        with self.file.reading() as connection:
            rows = connection.execute(select(*columns).order_by(analyses.c.created.desc(), analyses.c.id)).all()
        return [SavedLine(*row) for row in rows]

    def edit(self, analysis: str, secret: str, changes: Mapping[str, Any]) -> None:
        """Change title, notes or workspace. Raises a 404 `Problem`, 403 for the wrong secret, 410 if it was damaged."""
        self._require_secret(analysis, secret)

        def change(connection: Connection) -> None:
            row, lines = _row(connection, analysis), _lines(connection, analysis)
            changed = form.edited(row, lines, changes)
            connection.execute(update(analyses).where(analyses.c.id == analysis).values(changed))

        self.file.change(change)

    def delete(self, analysis: str, secret: str) -> None:
        """Delete an analysis and every byte of it. Raises a 404 `Problem`, or 403 for the wrong secret."""
        self._require_secret(analysis, secret)
        self.file.change(lambda connection: connection.execute(delete(analyses).where(analyses.c.id == analysis)))
        self.file.database.empty_log()
        backup.scrub(self.file.path, analysis)

    def close(self) -> None:
        """Close the files."""
        self.file.close()

    def _require_secret(self, analysis: str, secret: str) -> None:
        self.file.require_writable()
        with self.file.reading() as connection:
            row = _row(connection, analysis)
        if not secrets.compare_digest(form.secret_hash(secret), row["delete_hash"]):
            raise Problem("wrong_secret", "This is not the delete secret of the analysis.", status=403)


def _lines(connection: Connection, analysis: str) -> list[dict[str, Any]]:
    kept = select(documents).where(documents.c.analysis == analysis).order_by(documents.c.position)
    return [line._asdict() for line in connection.execute(kept)]


def _row(connection: Connection, analysis: str) -> dict[str, Any]:
    found = select(analyses).where(analyses.c.id == analysis)
    row = connection.execute(found).first() if form.is_id(analysis) else None
    if row is None:
        raise form.unknown()
    return row._asdict()

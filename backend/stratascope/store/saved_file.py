"""saved.db as a file: opened with care, changed in whole transactions that are on the disk, never written when damaged."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from stratascope.problem import Problem
from stratascope.store import backup, migrate
from stratascope.store.engine import Database, is_disk_full, is_unreadable

log = logging.getLogger(__name__)


class SavedFile:
    """The database of everything precious in `folder`. Threads may share it.

    `relieve` frees space held in reserve and tells whether there was any; it is asked once when the disk is full. If
    the database is damaged, `damage` says so in a sentence, nothing is written any more, and what can be read still
    opens.
    """

    def __init__(self, folder: Path, relieve: Callable[[], bool]) -> None:
        self.path = folder / "saved.db"
        self._relieve = relieve
        self.damage = _damage(self.path)
        if self.damage is not None:
            log.error(self.damage)
        self.database = Database(self.path, "FULL", writable=self.damage is None)
        if self.damage is None:
            migrate.upgrade(self.database)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with. Raises a 503 `Problem` where the file is damaged."""
        try:
            with self.database.read() as connection:
                yield connection
        except DBAPIError as error:
            if not is_unreadable(error):
                raise
            raise Problem("saved_unreadable", self.damage or _sentence(self.path), status=503) from None

    def change(self, act: Callable[[Connection], object]) -> None:
        """Let `act` write in one transaction, which is on the disk when this returns.

        A full disk is relieved once, then refused with a 507 `Problem`; a damaged database with a 503 one.
        """
        self.require_writable()
        for relieved in (False, True):
            try:
                with self.database.write() as connection:
                    act(connection)
                return
            except DBAPIError as error:
                if not is_disk_full(error):
                    raise
                if relieved or not self._relieve():
                    raise _disk_full() from None

    def require_writable(self) -> None:
        """Raise a 503 `Problem` if the database is damaged."""
        if self.damage is not None:
            raise Problem("saved_read_only", self.damage, status=503, remedy="Restore a backup, then start again")

    def back_up_daily(self) -> Path | None:
        """Make today's backup; None if there is one already, if this database is damaged, or if it failed."""
        try:
            return None if self.damage else backup.back_up_daily(self.database)
        except (OSError, sqlite3.Error):
            log.exception("there is no backup of %s today", self.path)
            return None

    def close(self) -> None:
        """Close the files."""
        self.database.close()


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

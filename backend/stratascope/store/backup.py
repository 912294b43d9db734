"""Copies of saved.db: one a day, the last seven, each checked before an older one goes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from stratascope.store.engine import Database

KEPT = 7
DAY_SECONDS = 86_400


def folder_of(database: Path) -> Path:
    """Where the copies of `database` lie."""
    return database.parent / "backups"


def back_up(database: Database, label: str = "daily") -> Path:
    """Write a compact copy while readers go on. Raises `OSError` or `sqlite3.Error` if it cannot be trusted."""
    folder = folder_of(database.path)
    folder.mkdir(exist_ok=True)
    path = folder / f"{database.path.stem}-{time.strftime('%Y%m%d-%H%M%S')}-{label}.db"
    temporary = path.with_suffix(".part")
    temporary.unlink(missing_ok=True)
    try:
        database.outside_transaction("VACUUM INTO ?", str(temporary))
        require_sound(temporary)
        temporary.replace(path)
    except (OSError, sqlite3.Error):
        temporary.unlink(missing_ok=True)
        raise
    for old in copies(database.path)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def back_up_daily(database: Database) -> Path | None:
    """Make today's copy unless the newest one is younger than a day."""
    newest = next(iter(copies(database.path)), None)
    if newest is not None and time.time() - newest.stat().st_mtime < DAY_SECONDS:
        return None
    return back_up(database)


def copies(database: Path) -> list[Path]:
    """The copies of `database`, newest first."""
    found = folder_of(database).glob(f"{database.stem}-*.db")
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def require_sound(path: Path) -> None:
    """Raise `sqlite3.DatabaseError` unless every page of the database can be read and makes sense."""
    with closing(sqlite3.connect(path)) as connection:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def scrub(database: Path, analysis: str) -> None:
    """Delete one analysis from every copy, bytes included. A copy it cannot be deleted from goes as a whole."""
    for path in copies(database):
        try:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("DELETE FROM analyses WHERE id = ?", (analysis,))
                connection.commit()
        except sqlite3.Error:
            path.unlink(missing_ok=True)

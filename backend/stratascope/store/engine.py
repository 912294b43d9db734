"""SQLite as this server uses it: many readers, and one connection that alone writes and checkpoints.

Write-ahead logging lets readers go on while the writer works. Readers are `query_only` and are stopped after a second;
all writes go through one connection under one lock, each in one `BEGIN IMMEDIATE` transaction.
"""

from __future__ import annotations

import errno
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

READ_SECONDS = 1.0
BUSY_MILLISECONDS = 5_000
WAL_BYTES = 64 << 20
_STEPS_BETWEEN_CHECKS = 20_000
_SYNCHRONOUS = {"NORMAL": 1, "FULL": 2}
_UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, None)
"""Error numbers of a damaged file. ERROR: a table or column is missing; None: text that is not UTF-8."""

Durability = Literal["NORMAL", "FULL"]
"""NORMAL survives a crash of the process, FULL also a loss of power."""


class Database:
    """One database file.

    `writable=False` opens it for reading only, whatever state it is in. Raises `sqlalchemy.exc.DBAPIError` when the
    file cannot be opened or is not a database.
    """

    def __init__(self, path: Path, durability: Durability, *, writable: bool = True) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._readers = _reading(path)
        self._writers = _writing(path, durability)
        self._writer: Connection | None = None
        try:
            self._writer = self._writers.connect() if writable else None
        except BaseException:
            self.close()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection of this thread's own that cannot write; each statement sees the last commit."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one writing connection inside a transaction: committed at the end, rolled back on any exception."""
        with self._lock, self._open_writer().begin():
            yield self._open_writer()

    def outside_transaction(self, statement: str, *values: Any) -> Any:
        """First row of a statement that SQLite refuses inside a transaction (VACUUM, checkpoints, some pragmas)."""
        with self._lock:
            driver: Any = self._open_writer().connection.driver_connection
            return driver.execute(statement, values).fetchone()

    def empty_log(self) -> bool:
        """Move the write-ahead log into the database and cut it to nothing; False while a reader still needs it."""
        return bool(self.outside_transaction("PRAGMA wal_checkpoint(TRUNCATE)")[0] == 0)

    def close(self) -> None:
        """Close readers before the writer, so that the last checkpoint is the writer's."""
        self._readers.dispose()
        with self._lock:
            if self._writer is not None:
                self._writer.close()
            self._writers.dispose()

    def _open_writer(self) -> Connection:
        if self._writer is None:
            raise RuntimeError(f"{self.path} was opened for reading only")
        return self._writer


def is_disk_full(error: BaseException) -> bool:
    """Whether there was no room to write: SQLite reports a full disk as FULL or as a failed write."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return _primary_code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def is_unreadable(error: BaseException) -> bool:
    """Whether the file is damaged, is no database, or does not hold the tables it should."""
    return isinstance(error, DBAPIError) and _primary_code(error) in _UNREADABLE


def _primary_code(error: BaseException) -> int | None:
    """SQLite's error number without the extension in its upper bits."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _engine(path: Path, **options: Any) -> Engine:
    return create_engine(URL.create("sqlite", database=str(path)), connect_args={"check_same_thread": False}, **options)


def _writing(path: Path, durability: Durability) -> Engine:
    engine = _engine(path, pool_size=1, max_overflow=0)

    def prepare(driver: sqlite3.Connection, _: object) -> None:
        driver.isolation_level = None  # transactions are begun below, not by the driver's guess
        for pragma in (
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "journal_mode = WAL",
            f"synchronous = {durability}",
            f"journal_size_limit = {WAL_BYTES}",
            "foreign_keys = ON",
            "secure_delete = ON" if durability == "FULL" else "secure_delete = OFF",
            "trusted_schema = OFF",
        ):
            driver.execute(f"PRAGMA {pragma}")
        _require(path, driver, "journal_mode", "wal")
        _require(path, driver, "synchronous", _SYNCHRONOUS[durability])

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _require(path: Path, driver: sqlite3.Connection, pragma: str, value: object) -> None:
    """SQLite answers a pragma that it cannot follow with silence; here it is an error."""
    found = driver.execute(f"PRAGMA {pragma}").fetchone()[0]
    if found != value:
        raise RuntimeError(f"{path}: {pragma} is {found}, not {value}; is this file system made for databases?")


def _reading(path: Path) -> Engine:
    engine = _engine(path, isolation_level="AUTOCOMMIT", pool_size=4, max_overflow=60, pool_reset_on_return=None)

    def prepare(driver: sqlite3.Connection, record: Any) -> None:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        driver.execute("PRAGMA query_only = ON")
        driver.execute("PRAGMA trusted_schema = OFF")
        driver.set_progress_handler(lambda: time.monotonic() > record.info["until"], _STEPS_BETWEEN_CHECKS)

    def allow(_: object, record: Any, __: object) -> None:
        record.info["until"] = time.monotonic() + READ_SECONDS

    event.listen(engine, "connect", prepare)
    event.listen(engine, "checkout", allow)
    return engine

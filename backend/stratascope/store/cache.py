"""Computed results on disk: bounded, checksummed, and disposable.

Nothing here may fail a request. What cannot be stored is computed again; what was damaged is deleted, counted and
computed again; a database that cannot be read is moved aside and replaced by an empty one.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update
from sqlalchemy.exc import DBAPIError

from stratascope.store.bodies import Bodies
from stratascope.store.engine import Database, is_unreadable
from stratascope.store.tables import CACHE_VERSION, cache_metadata, results
from stratascope.store.weights import KnownHashes

INLINE_BYTES = 1 << 20
"""Larger bodies lie in files of their own."""

_TOUCHES_KEPT = 256
_KEPT_SHARE = 0.95
"""Share of the cap that stays filled when room is made, so that room is not made at every write."""

_FIND = select(results.c.checksum, results.c.file, results.c.body).where(results.c.key == bindparam("wanted"))
_TOUCH = update(results).where(results.c.key == bindparam("used")).values(accessed=bindparam("at"))
_TOTAL = select(func.coalesce(func.sum(results.c.bytes), 0))
_FILES = select(results.c.file).where(results.c.file.is_not(None))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheStatistics:
    """How full the cache is; `counters` since the start: hits, misses, corrupt, refused, restarts."""

    entries: int
    bytes: int
    cap_bytes: int
    counters: dict[str, int]


class Cache:
    """Results by key in `folder`, at most `cap_bytes` of them; the least recently read go first. Safe to share."""

    def __init__(self, folder: Path, cap_bytes: int) -> None:
        self.path = folder / "cache.db"
        self.cap_bytes = cap_bytes
        self.counters: Counter[str] = Counter()
        self._bodies = Bodies(folder / "bodies")
        self._restarting = threading.Lock()
        self._touched: dict[str, float] = {}
        self._database = self._open()
        self.known_hashes = KnownHashes(lambda: self._database)

    def get(self, key: str) -> bytes | None:
        """The body stored under `key`, verified against its checksum; None if there is none that can be believed."""
        database = self._database
        try:
            with database.read() as connection:
                row = connection.execute(_FIND, {"wanted": key}).first() if key.isascii() else None
        except DBAPIError as error:
            self._recover(database, error)
            row = None
        if row is None:
            self.counters["misses"] += 1
            return None
        body = row.body if row.file is None else self._bodies.read(str(row.file))
        if not isinstance(body, bytes) or checksum(key, body) != row.checksum:
            self._discard(key, row.checksum)
            return None
        self.counters["hits"] += 1
        self._touch(key)
        return body

    def put(self, key: str, body: bytes, meta: Mapping[str, str]) -> bool:
        """Store `body`; `meta` may name its `method` and `model`. False if that failed, for whatever reason."""
        if len(body) > self.cap_bytes:
            return False
        database, orphans, stored = self._database, set[str](), False
        try:
            if len(body) > INLINE_BYTES:
                orphans.add(self._bodies.write(body))
            orphans |= self._insert(database, key, body, next(iter(orphans), None), meta)
            stored = True
        except (DBAPIError, OSError) as error:
            self.counters["refused"] += 1
            log.warning("a result was not cached: %s", type(getattr(error, "orig", error)).__name__)
            self._recover(database, error)
        self._remove_files(orphans)
        return stored

    def statistics(self) -> CacheStatistics:
        """How full the cache is and how it has done."""
        with self._database.read() as connection:
            entries = connection.execute(select(func.count()).select_from(results)).scalar_one()
            total = connection.execute(_TOTAL).scalar_one()
        return CacheStatistics(entries, total, self.cap_bytes, dict(self.counters))

    def stored_bytes(self) -> int:
        """Bytes of every result; 0 where the database cannot be read, which then starts empty."""
        database = self._database
        try:
            with database.read() as connection:
                return int(connection.execute(_TOTAL).scalar_one())
        except DBAPIError as error:
            self._recover(database, error)
            return 0

    def clear(self) -> None:
        """Forget every result."""
        with self._database.write() as connection:
            connection.execute(delete(results))
        self._bodies.sweep(kept=())

    def close(self) -> None:
        """Write what is pending and close the files."""
        self._flush_touches()
        self._database.close()

    def _insert(self, database: Database, key: str, body: bytes, file: str | None, meta: Mapping[str, str]) -> set[str]:
        """One row in one transaction, after making room. Returns the files of the rows that had to go."""
        now = time.time()
        row = {"key": key, "created": now, "accessed": now} | {name: meta.get(name, "") for name in ("method", "model")}
        stored = {"bytes": len(body), "checksum": checksum(key, body), "file": file, "body": None if file else body}
        with database.write() as connection:
            self._write_touches(connection)
            orphans = _remove(connection, results.c.key == key)
            orphans |= _make_room(connection, len(body), self.cap_bytes)
            connection.execute(results.insert(), row | stored)
        return orphans

    def _discard(self, key: str, found: bytes) -> None:
        """Delete the damaged row, unless another thread has replaced it already."""
        self.counters["corrupt"] += 1
        log.warning("a damaged result was dropped and will be computed again")
        try:
            with self._database.write() as connection:
                orphans = _remove(connection, (results.c.key == key) & (results.c.checksum == found))
        except DBAPIError:
            return
        self._remove_files(orphans)

    def _remove_files(self, names: set[str]) -> None:
        """Delete the files among `names` that no row points at. What cannot be deleted is swept at the next start."""
        try:
            for name in names:
                with self._database.read() as connection:
                    used = connection.execute(_FILES.where(results.c.file == name).limit(1)).first()
                if used is None:
                    self._bodies.delete(name)
        except (DBAPIError, OSError):
            return

    def _touch(self, key: str) -> None:
        """Remember that `key` was read; written in batches, so that reading costs no write."""
        self._touched[key] = time.time()
        if len(self._touched) >= _TOUCHES_KEPT:
            self._flush_touches()

    def _flush_touches(self) -> None:
        try:
            with self._database.write() as connection:
                self._write_touches(connection)
        except DBAPIError:
            return

    def _write_touches(self, connection: Connection) -> None:
        touched, self._touched = self._touched, {}
        if touched:
            connection.execute(_TOUCH, [{"used": key, "at": at} for key, at in touched.items()])

    def _open(self) -> Database:
        """Open the database and sweep up after a crash; one that is damaged makes place for an empty one."""
        try:
            database = _opened(self.path)
        except DBAPIError as error:
            if not is_unreadable(error):
                raise
            self.counters["restarts"] += 1
            log.warning("%s cannot be read; it was moved aside and the cache starts empty", self.path)
            _move_aside(self.path)
            database = _opened(self.path)
        with database.read() as connection:
            self._bodies.sweep(set(connection.execute(_FILES).scalars()))
        return database

    def _recover(self, failed: Database, error: BaseException) -> None:
        """After a damaged page was met in use: start over, once, however many threads met it."""
        if not is_unreadable(error):
            return
        with self._restarting:
            if self._database is failed:
                self.counters["restarts"] += 1
                failed.close()
                _move_aside(self.path)
                self._database = self._open()


def checksum(key: str, body: bytes) -> bytes:
    """16 bytes over the layout, the key and the body: a body copied under another key does not match."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (CACHE_VERSION.to_bytes(4, "little"), len(key).to_bytes(4, "little"), key.encode(), body):
        digest.update(part)
    return digest.digest()


def _opened(path: Path) -> Database:
    """The database with its tables, every index entry of which was read once. One of another layout is moved aside."""
    database = Database(path, "NORMAL")
    try:
        version = database.outside_transaction("PRAGMA user_version")[0]
        if version not in (0, CACHE_VERSION):
            database.close()
            _move_aside(path)
            return _opened(path)
        with database.write() as connection:
            cache_metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {CACHE_VERSION}")
            connection.execute(_TOTAL).one()
            connection.execute(_FILES).all()
    except BaseException:
        database.close()
        raise
    return database


def _move_aside(path: Path) -> None:
    """Keep the latest unreadable database for whoever wants to look, and drop its log."""
    if path.exists():
        path.replace(path.with_name(f"{path.name}.unreadable"))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _remove(connection: Connection, which: ColumnElement[bool]) -> set[str]:
    """Delete the rows that `which` matches. Returns the files they pointed at."""
    gone = connection.execute(delete(results).where(which).returning(results.c.file)).scalars()
    return {str(file) for file in gone if file is not None}


def _make_room(connection: Connection, incoming: int, cap: int) -> set[str]:
    """Delete the least recently read rows if `incoming` more bytes would exceed `cap`. Returns their files."""
    total = connection.execute(_TOTAL).scalar_one()
    if total + incoming <= cap:
        return set()
    excess = total + incoming - max(incoming, int(cap * _KEPT_SHARE))
    older = func.sum(results.c.bytes).over(order_by=(results.c.accessed, results.c.key)) - results.c.bytes
    by_age = select(results.c.key, older.label("older")).subquery()
    return _remove(connection, results.c.key.in_(select(by_age.c.key).where(by_age.c.older < excess)))

"""Hashes of weight files, remembered between starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError

from stratascope.store.engine import Database
from stratascope.store.tables import weights

WeightFile = tuple[str, int, int]
"""Absolute path, size in bytes, time of last change in nanoseconds."""


class KnownHashes(MutableMapping[WeightFile, str]):
    """SHA-256 by weight file, in cache.db. A hash that cannot be stored is forgotten: it is only ever recomputed."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def __getitem__(self, file: WeightFile) -> str:
        try:
            with self._database().read() as connection:
                found = connection.execute(select(weights.c.sha256).where(_is(file))).scalar()
        except DBAPIError:
            found = None
        if found is None:
            raise KeyError(file)
        return str(found)

    def __setitem__(self, file: WeightFile, sha256: str) -> None:
        path, size, mtime_ns = file
        row = insert(weights).values(path=path, size=size, mtime_ns=mtime_ns, sha256=sha256)
        try:
            with self._database().write() as connection:
                connection.execute(delete(weights).where(weights.c.path == path))
                connection.execute(row)
        except DBAPIError:
            return

    def __delitem__(self, file: WeightFile) -> None:
        with self._database().write() as connection:
            if connection.execute(delete(weights).where(_is(file))).rowcount == 0:
                raise KeyError(file)

    def __iter__(self) -> Iterator[WeightFile]:
        with self._database().read() as connection:
            rows = connection.execute(select(weights.c.path, weights.c.size, weights.c.mtime_ns)).all()
        return iter([(path, size, mtime_ns) for path, size, mtime_ns in rows])

    def __len__(self) -> int:
        with self._database().read() as connection:
            return connection.execute(select(func.count()).select_from(weights)).scalar_one()


def _is(file: WeightFile) -> ColumnElement[bool]:
    path, size, mtime_ns = file
    return and_(weights.c.path == path, weights.c.size == size, weights.c.mtime_ns == mtime_ns)

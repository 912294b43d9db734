"""A cache.db that cannot be read is moved aside: at start and in use, the server goes on with an empty one."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stratascope.store.cache import Cache

CAP = 64 << 20


def filled(folder: Path) -> bytes:
    """A cache.db with forty results, closed; its bytes."""
    cache = Cache(folder, CAP)
    for number in range(40):
        cache.put(f"key{number}", bytes([number]) * 3000, {"method": "m"})
    cache.close()
    return (folder / "cache.db").read_bytes()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 400, bytes(8192)])
def test_a_file_that_is_no_database_is_moved_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cache.db").write_bytes(content)
    cache = Cache(tmp_path, CAP)
    assert cache.put("key", b"body", {})
    assert cache.get("key") == b"body"
    cache.close()
    if content.startswith(b"not"):
        assert (tmp_path / "cache.db.unreadable").read_bytes() == content


def test_every_way_of_damaging_the_file_still_starts(tmp_path: Path) -> None:
    """60 random truncations and overwritten pages: it starts, serves no wrong byte, and stores again."""
    good, chance = filled(tmp_path), random.Random(7)
    path = tmp_path / "cache.db"
    for _ in range(60):
        data = bytearray(good)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        else:
            at = chance.choice([0, 100, chance.randrange(len(data))])
            data[at : at + 4096] = chance.randbytes(len(data[at : at + 4096]))
        path.write_bytes(data)
        cache = Cache(tmp_path, CAP)
        for number in range(40):
            assert cache.get(f"key{number}") in (None, bytes([number]) * 3000)
        cache.put("fresh", b"body", {})
        assert cache.put("fresh", b"body", {})
        assert cache.get("fresh") == b"body"
        cache.close()


def test_a_missing_table_in_use_means_starting_over(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    cache.put("key", b"body", {})
    with closing(sqlite3.connect(tmp_path / "cache.db")) as connection:
        connection.execute("DROP TABLE results")
        connection.commit()
    assert cache.stored_bytes() == 0
    assert cache.counters["restarts"] == 1
    assert cache.get("key") is None
    assert cache.put("key", b"body", {})
    assert cache.get("key") == b"body"
    cache.close()

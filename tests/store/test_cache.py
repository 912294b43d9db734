"""Results on disk: what goes in comes out, or nothing does."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from stratascope.store.bodies import Bodies
from stratascope.store.cache import INLINE_BYTES, Cache

CAP = 64 << 20
META = {"method": "lens/logit-lens", "model": "specimen"}
SIZES = [0, 1, 4096, INLINE_BYTES, INLINE_BYTES + 1, 3 << 20]


def edit(folder: Path, statement: str, *values: object) -> None:
    """Change the database behind the cache's back."""
    with closing(sqlite3.connect(folder / "cache.db")) as connection:
        connection.execute(statement, values)
        connection.commit()


@pytest.mark.parametrize("size", SIZES)
def test_a_body_survives_a_restart(tmp_path: Path, size: int) -> None:
    body = os.urandom(size)
    cache = Cache(tmp_path, CAP)
    assert cache.get("key") is None
    assert cache.put("key", body, META)
    assert cache.get("key") == body
    cache.close()
    again = Cache(tmp_path, CAP)
    assert again.get("key") == body
    assert again.statistics().bytes == size
    again.close()


def test_large_bodies_lie_in_files_and_small_ones_in_rows(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    cache.put("small", os.urandom(INLINE_BYTES), META)
    assert list((tmp_path / "bodies").iterdir()) == []
    cache.put("large", os.urandom(INLINE_BYTES + 1), META)
    assert len(list((tmp_path / "bodies").iterdir())) == 1
    cache.close()


def test_what_is_stored_is_counted_in_bytes(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    assert cache.stored_bytes() == 0
    cache.put("small", os.urandom(1000), META)
    cache.put("large", os.urandom(INLINE_BYTES + 1), META)
    cache.put("small", os.urandom(10), META)
    assert cache.stored_bytes() == INLINE_BYTES + 11


def test_replacing_a_large_body_leaves_one_file(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    first, second = os.urandom(2 << 20), os.urandom(2 << 20)
    for body in (first, first, second):
        assert cache.put("key", body, META)
    assert cache.get("key") == second
    assert len(list((tmp_path / "bodies").iterdir())) == 1
    cache.close()


def test_two_keys_may_share_a_file_and_lose_it_one_by_one(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    body = os.urandom(2 << 20)
    cache.put("one", body, META)
    cache.put("two", body, META)
    cache.put("one", b"smaller now", META)
    assert cache.get("two") == body
    cache.close()


@pytest.mark.parametrize("key", ["", "ключ", "\ud800", "a' OR '1'='1", "k" * 10_000, "../../etc/passwd"])
def test_a_key_that_was_never_stored_is_a_miss(tmp_path: Path, key: str) -> None:
    cache = Cache(tmp_path, CAP)
    cache.put("key", b"body", META)
    assert cache.get(key) is None
    assert cache.get("key") == b"body"
    cache.close()


def test_no_flipped_bit_is_ever_served(tmp_path: Path) -> None:
    """300 rows, one random bit of each flipped: in the body, the checksum or the key."""
    chance, cache = random.Random(0), Cache(tmp_path, CAP)
    bodies = {f"key{i}": chance.randbytes(chance.randint(1, 3000)) for i in range(300)}
    for key, body in bodies.items():
        cache.put(key, body, META)
    with closing(sqlite3.connect(tmp_path / "cache.db")) as connection:
        for number, key in enumerate(bodies):
            column = ("body", "checksum", "key")[number % 3]
            stored = connection.execute(f"SELECT {column} FROM results WHERE key = ?", (key,)).fetchone()[0]
            flipped = flip(stored.encode() if column == "key" else stored, chance)
            value = flipped.decode("latin-1") if column == "key" else flipped
            connection.execute(f"UPDATE OR IGNORE results SET {column} = ? WHERE key = ?", (value, key))
        connection.commit()
    served = {key: cache.get(key) for key in bodies}
    assert not any(body is not None and body != bodies[key] for key, body in served.items())
    assert sum(body is None for body in served.values()) >= 200
    assert cache.counters["corrupt"] >= 200
    for key, body in bodies.items():
        assert cache.put(key, body, META)
        assert cache.get(key) == body
    cache.close()


def flip(data: bytes, chance: random.Random) -> bytes:
    """`data` with one random bit changed."""
    bit = chance.randrange(8 * len(data))
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def test_a_body_copied_under_another_key_is_not_served(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    cache.put("paris", b"the answer for Paris", META)
    cache.put("rome", b"the answer for Rome", META)
    edit(tmp_path, "UPDATE results SET (body, checksum) = (SELECT body, checksum FROM results WHERE key = 'paris')")
    assert cache.get("rome") is None
    assert cache.get("paris") == b"the answer for Paris"
    cache.close()


@pytest.mark.parametrize("damage", ["flip", "truncate", "delete"])
def test_a_damaged_file_is_a_miss_and_is_dropped(tmp_path: Path, damage: str) -> None:
    cache, body = Cache(tmp_path, CAP), os.urandom(2 << 20)
    cache.put("key", body, META)
    (path,) = (tmp_path / "bodies").iterdir()
    if damage == "delete":
        path.unlink()
    else:
        path.write_bytes(body[:-1] if damage == "truncate" else body[:-1] + bytes([body[-1] ^ 1]))
    assert cache.get("key") is None
    assert cache.counters["corrupt"] == 1
    assert cache.statistics().entries == 0
    assert cache.put("key", body, META)
    assert cache.get("key") == body
    cache.close()


@pytest.mark.parametrize("value", ["text", 7, None, "../../../etc/passwd", "x\x00y"])
def test_a_row_with_values_of_the_wrong_kind_is_a_miss(tmp_path: Path, value: object) -> None:
    cache = Cache(tmp_path, CAP)
    cache.put("key", b"body", META)
    edit(tmp_path, "UPDATE results SET body = ?, file = ?", value, value)
    assert cache.get("key") is None
    assert cache.put("key", b"body", META)
    assert cache.get("key") == b"body"
    cache.close()


def test_the_least_recently_read_rows_go_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, cap_bytes=1 << 20)
    for number in range(8):
        cache.put(f"key{number}", bytes(100 << 10), META)
    assert cache.get("key0") is not None
    for number in range(8, 14):
        assert cache.put(f"key{number}", bytes(100 << 10), META)
    assert cache.get("key0") is not None
    assert cache.get("key1") is None
    assert cache.get("key13") is not None
    cache.close()


def test_disk_use_stays_within_the_cap(tmp_path: Path) -> None:
    """Ten times the cap goes in, rows and files mixed."""
    cap, chance = 8 << 20, random.Random(1)
    cache = Cache(tmp_path, cap)
    written = 0
    while written < 10 * cap:
        body = chance.randbytes(chance.choice([1000, 200_000, 3 << 19]))
        assert cache.put(f"key{written}", body, META)
        written += len(body)
        assert cache.statistics().bytes <= cap
    cache.close()
    used = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert used <= 1.1 * cap


def test_a_body_larger_than_the_cache_is_refused(tmp_path: Path) -> None:
    cache = Cache(tmp_path, cap_bytes=1 << 20)
    cache.put("small", b"stays", META)
    assert not cache.put("large", bytes((1 << 20) + 1), META)
    assert cache.get("small") == b"stays"
    cache.close()


def test_files_left_by_a_crash_are_swept_at_start(tmp_path: Path) -> None:
    cache, body = Cache(tmp_path, CAP), os.urandom(2 << 20)
    cache.put("key", body, META)
    cache.close()
    Bodies(tmp_path / "bodies").write(os.urandom(2 << 20))
    (tmp_path / "bodies" / "0123456789abcdef.part").write_bytes(b"half a body")
    again = Cache(tmp_path, CAP)
    assert len(list((tmp_path / "bodies").iterdir())) == 1
    assert again.get("key") == body
    again.close()


def test_an_older_layout_makes_way_for_an_empty_cache(tmp_path: Path) -> None:
    Cache(tmp_path, CAP).close()
    edit(tmp_path, "PRAGMA user_version = 77")
    cache = Cache(tmp_path, CAP)
    assert cache.statistics().entries == 0
    assert cache.put("key", b"body", META)
    cache.close()


def test_clear_forgets_rows_and_files(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    cache.put("small", b"body", META)
    cache.put("large", bytes(2 << 20), META)
    cache.clear()
    assert cache.statistics().entries == 0
    assert cache.get("small") is None
    assert list((tmp_path / "bodies").iterdir()) == []
    cache.close()


def test_readers_and_writers_in_many_threads_never_meet_a_lock(tmp_path: Path) -> None:
    cache, wrong = Cache(tmp_path, CAP), list[object]()

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            key = f"key{chance.randrange(20)}"
            if chance.random() < 0.3 and not cache.put(key, key.encode() * 500, META):
                wrong.append(f"{key} was not stored")
            if (body := cache.get(key)) not in (None, key.encode() * 500):
                wrong.append(body)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert cache.counters["refused"] == cache.counters["corrupt"] == 0
    cache.close()


def test_known_hashes_are_remembered_per_state_of_the_file(tmp_path: Path) -> None:
    cache = Cache(tmp_path, CAP)
    cache.known_hashes["/models/a.safetensors", 10, 1] = "aa"
    cache.known_hashes["/models/b.safetensors", 10, 1] = "bb"
    cache.known_hashes["/models/a.safetensors", 11, 2] = "cc"
    cache.close()
    known = Cache(tmp_path, CAP).known_hashes
    assert dict(known) == {("/models/a.safetensors", 11, 2): "cc", ("/models/b.safetensors", 10, 1): "bb"}
    assert ("/models/a.safetensors", 10, 1) not in known
    del known["/models/b.safetensors", 10, 1]
    assert len(known) == 1

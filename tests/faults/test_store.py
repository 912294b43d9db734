"""Kills and full disks: what was acknowledged stays, what cannot be written is said, and nothing needs a restart."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stratascope.document import Document
from stratascope.problem import Problem
from stratascope.result import Array, TokenScores
from stratascope.store.cache import Cache
from stratascope.store.engine import Database
from stratascope.store.saved import Saved

KILLS = 30


def run(program: str, *arguments: object) -> dict[str, Any]:
    """Run one of the programs beside this file and return the facts on its last line."""
    command = [sys.executable, str(Path(__file__).with_name(program)), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    facts: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return facts


def integrity(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def document(values: int) -> bytes:
    scores = TokenScores(arrays={"x": Array(values=np.zeros(values), dims=("position",))})
    return Document.of(scores, key="k").to_tensors()


def fill(database: Database, pages: int) -> None:
    """Let the file grow by `pages` pages and no more."""
    used = database.outside_transaction("PRAGMA page_count")[0]
    database.outside_transaction(f"PRAGMA max_page_count = {used + pages}")


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    tally = run("writer.py", tmp_path, KILLS)
    assert tally["kills"] == KILLS
    assert tally["acknowledged"] >= KILLS
    assert tally["cached"] > 0
    assert (tally["lost"], tally["wrong"], tally["broken"], tally["corrupt"]) == (0, 0, 0, 0)


def test_a_disk_that_refuses_to_write(tmp_path: Path) -> None:
    facts = run("full_disk.py", tmp_path)
    assert facts["refused"] > 0
    assert facts["codes"] == ["disk_full 507"]
    assert facts["not_cached"] > 0
    assert facts["reads"]
    assert facts["again"]
    assert facts["recached"]
    assert facts["temporary"] == []
    assert integrity(tmp_path / "saved.db") == integrity(tmp_path / "cache.db") == "ok"


def test_a_full_cache_file_refuses_and_goes_on_reading(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1 << 30)
    assert cache.put("early", b"e" * 1000, {})
    fill(cache._database, pages=10)
    assert not cache.put("late", bytes(1 << 19), {})
    assert cache.counters["refused"] == 1
    assert cache.get("early") == b"e" * 1000
    fill(cache._database, pages=100_000)
    assert cache.put("late", bytes(1 << 19), {})
    assert cache.get("late") == bytes(1 << 19)
    assert integrity(tmp_path / "cache.db") == "ok"
    cache.close()


def test_a_full_disk_refuses_a_save_in_a_sentence(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    early, _ = saved.create("early", "", None, [document(10)])
    fill(saved.file.database, pages=5)
    with pytest.raises(Problem) as problem:
        saved.create("late", "", None, [document(100_000)])
    assert (problem.value.code, problem.value.status) == ("disk_full", 507)
    assert [line.id for line in saved.list()] == [early]
    fill(saved.file.database, pages=100_000)
    assert saved.get(saved.create("late", "", None, [document(100_000)])[0]).title == "late"
    assert integrity(tmp_path / "saved.db") == "ok"
    saved.close()


def test_the_reserve_is_given_up_once_and_the_save_goes_through(tmp_path: Path) -> None:
    asked = []

    def relieve() -> bool:
        asked.append(True)
        if len(asked) == 1:
            fill(saved.file.database, pages=300)
        return len(asked) == 1

    saved = Saved(tmp_path, relieve)
    fill(saved.file.database, pages=5)
    analysis, _ = saved.create("saved by the reserve", "", None, [document(100_000)])
    assert saved.get(analysis).title == "saved by the reserve"
    with pytest.raises(Problem, match="disk is full"):
        saved.create("too late", "", None, [document(200_000)])
    assert len(asked) == 2
    saved.close()

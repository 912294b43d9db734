"""Drafts: the same text under the same name, bounded, and never another text than was stored."""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from stratascope.problem import Problem
from stratascope.store.drafts import Drafts, name_of
from stratascope.store.saved import Saved

ADDRESS = "m=specimen&p=The%20capital%20of%20France%20is&v=lens/logit-lens"


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    return Saved(tmp_path)


def is_kept(drafts: Drafts, name: str) -> bool:
    try:
        drafts.get(name)
    except Problem as problem:
        if problem.code != "draft_unknown":
            raise
        return False
    return True


def test_a_draft_is_found_after_a_restart(saved: Saved, tmp_path: Path) -> None:
    name = saved.drafts.put(ADDRESS)
    saved.close()
    assert Saved(tmp_path).drafts.get(name) == ADDRESS


def test_the_same_text_has_the_same_name_everywhere(saved: Saved, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    names = {saved.drafts.put(ADDRESS), saved.drafts.put(ADDRESS), Saved(elsewhere).drafts.put(ADDRESS)}
    assert names == {name_of(ADDRESS)}
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", name_of(ADDRESS))
    assert name_of(ADDRESS) != name_of(ADDRESS + " ")


@pytest.mark.parametrize(
    "text", ["a", "\0", "a\0b", "é\u0301😀", "#'; DROP TABLE drafts; --", "x" * 200_000, "\U0010ffff" * 1000]
)
def test_every_text_comes_back(saved: Saved, text: str) -> None:
    assert saved.drafts.get(saved.drafts.put(text)) == text


@pytest.mark.parametrize("name", ["", "x", "A" * 22, "B" * 1000, "\ud800" * 22, "' OR 1=1 --", "..%2f" * 4])
def test_names_that_stand_for_nothing(saved: Saved, name: str) -> None:
    saved.drafts.put(ADDRESS)
    with pytest.raises(Problem) as problem:
        saved.drafts.get(name)
    assert (problem.value.code, problem.value.status) == ("draft_unknown", 404)
    assert problem.value.remedy


def test_those_not_used_for_longest_go_first(saved: Saved) -> None:
    drafts = Drafts(saved.file, most=3)
    one, two, three = (drafts.put(text) for text in ("one", "two", "three"))
    drafts.get(one)
    drafts.put("two")
    four = drafts.put("four")
    assert not is_kept(drafts, three)
    assert all(is_kept(drafts, name) for name in (two, one, four))
    drafts.put("five")
    assert not is_kept(drafts, two)


def test_long_drafts_are_bounded_by_their_bytes(saved: Saved) -> None:
    drafts = Drafts(saved.file, most_bytes=1000)
    names = [drafts.put(f"{number}" + "é" * 200) for number in range(5)]
    assert [is_kept(drafts, name) for name in names] == [False, False, False, True, True]


def test_a_damaged_draft_is_not_shown_and_can_be_stored_again(saved: Saved) -> None:
    name = saved.drafts.put(ADDRESS)
    with closing(sqlite3.connect(saved.file.path)) as connection:
        connection.execute("UPDATE drafts SET address = x'6d3d66'")
        connection.commit()
    assert not is_kept(saved.drafts, name)
    saved.drafts.put(ADDRESS)
    assert is_kept(saved.drafts, name)


def test_a_draft_opens_where_nothing_can_be_written(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    name = saved.drafts.put(ADDRESS)
    saved.drafts.put("a newer one")
    monkeypatch.setattr(saved.file, "damage", "saved.db is damaged.")
    assert saved.drafts.get(name) == ADDRESS
    with pytest.raises(Problem) as problem:
        saved.drafts.put("another")
    assert problem.value.code == "saved_read_only"


def test_reading_the_newest_again_writes_nothing(saved: Saved) -> None:
    name = saved.drafts.put(ADDRESS)
    saved.file.database.empty_log()
    log = saved.file.path.with_name("saved.db-wal")
    saved.drafts.get(name)
    assert log.stat().st_size == 0


def test_many_at_once_keep_what_they_stored(saved: Saved) -> None:
    texts = [f"draft {number % 20}" for number in range(100)]
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(saved.drafts.put, texts))
    assert [saved.drafts.get(name) for name in names] == texts
    assert len(set(names)) == 20

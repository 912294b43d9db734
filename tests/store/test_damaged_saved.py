"""A damaged saved.db is noticed at start, never written, and its newest backup brings everything back."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from stratascope.problem import Problem
from stratascope.store import backup
from stratascope.store.saved import Saved


def test_no_damage_is_ever_shown(tmp_path: Path, make_document: Callable[..., bytes]) -> None:
    """80 truncations and overwritten pages: noticed at start or at the first look, unless they hit nothing in use."""
    saved, chance = Saved(tmp_path), random.Random(3)
    before = {saved.create(f"t{i}", "n" * 300, None, [make_document(values=300)])[0]: f"t{i}" for i in range(20)}
    assert saved.file.back_up_daily()
    saved.close()
    good, seen = saved.file.path.read_bytes(), 0
    for _ in range(80):
        data = bytearray(good)
        if chance.random() < 0.3:
            del data[chance.choice([0, 50, chance.randrange(len(data))]) :]
        else:
            at = chance.choice([0, 100, chance.randrange(len(data))])
            data[at : at + 2048] = chance.randbytes(len(data[at : at + 2048]))
        saved.file.path.write_bytes(data)
        seen += noticed(tmp_path, before)
    assert seen >= 70


def noticed(folder: Path, before: dict[str, str]) -> bool:
    """Whether the damage shows at start or in what is read; wrong content would be an assertion error."""
    with closing(Saved(folder)) as saved:
        lost = 0
        for analysis, title in before.items():
            with suppress(Problem):
                assert saved.get(analysis).title == title
                continue
            lost += 1
        return saved.file.damage is not None or lost > 0


def test_damage_is_said_in_a_sentence_and_nothing_is_written(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    saved.create("t", "", None, [])
    saved.file.back_up_daily()
    saved.close()
    ruined = b"ruined" * 2000
    saved.file.path.write_bytes(ruined)
    broken = Saved(tmp_path)
    assert broken.file.damage is not None
    assert str(backup.copies(saved.file.path)[0]) in broken.file.damage
    for attempt in (
        lambda: broken.create("t", "", None, []),
        lambda: broken.edit("A" * 22, "s", {"title": "t"}),
        lambda: broken.delete("A" * 22, "s"),
        lambda: broken.drafts.put("m=specimen"),
    ):
        with pytest.raises(Problem) as problem:
            attempt()
        assert (problem.value.code, problem.value.status) == ("saved_read_only", 503)
    with pytest.raises(Problem) as problem:
        broken.list()
    assert problem.value.code == "saved_unreadable"
    assert broken.file.back_up_daily() is None
    broken.close()
    assert saved.file.path.read_bytes() == ruined


def test_the_newest_backup_restores_every_save(tmp_path: Path, make_document: Callable[..., bytes]) -> None:
    saved = Saved(tmp_path)
    made = [saved.create(f"t{i}", "", None, [make_document(f"k{i}")])[0] for i in range(5)]
    copy = backup.back_up(saved.file.database)
    saved.close()
    saved.file.path.write_bytes(copy.read_bytes())
    restored = Saved(tmp_path)
    assert [restored.get(analysis).title for analysis in made] == [f"t{i}" for i in range(5)]


def test_one_backup_a_day_and_seven_kept(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    assert saved.file.back_up_daily() is not None
    assert saved.file.back_up_daily() is None
    for number in range(10):
        backup.back_up(saved.file.database, label=f"{number}")
    assert len(backup.copies(saved.file.path)) == backup.KEPT


def test_a_copy_that_is_not_sound_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsound(path: Path) -> None:
        raise sqlite3.DatabaseError("malformed")

    saved = Saved(tmp_path)
    monkeypatch.setattr(backup, "require_sound", unsound)
    with pytest.raises(sqlite3.DatabaseError):
        backup.back_up(saved.file.database)
    assert list((tmp_path / "backups").iterdir()) == []
    assert saved.file.back_up_daily() is None

"""Saved analyses: complete, verified, unchangeable but for the words around them, and gone when deleted."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stratascope.document import Document
from stratascope.problem import Problem
from stratascope.store.saved import Saved

WORKSPACE = {"panels": [{"method": "lens/logit-lens"}], "name": "été"}


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    return Saved(tmp_path)


def edit(saved: Saved, statement: str, *values: object) -> None:
    """Change the database behind the store's back, without its triggers."""
    with closing(sqlite3.connect(saved.file.path)) as connection:
        connection.execute("DROP TRIGGER IF EXISTS analyses_never_change")
        connection.execute("DROP TRIGGER IF EXISTS documents_never_change")
        connection.execute(statement, values)
        connection.commit()


def test_everything_comes_back_after_a_restart(
    saved: Saved, tmp_path: Path, make_document: Callable[..., bytes]
) -> None:
    bodies = [make_document("one"), make_document("two", values=40_000)]
    analysis, _ = saved.create("Capitals", "what we saw", WORKSPACE, bodies)
    saved.close()
    found = Saved(tmp_path).get(analysis)
    assert (found.title, found.notes, found.workspace) == ("Capitals", "what we saw", WORKSPACE)
    assert list(found.documents) == bodies
    assert found.size == sum(map(len, bodies))
    assert Document.from_tensors(found.documents[1]).head["key"] == "two"


def test_one_result_can_be_read_alone(saved: Saved, make_document: Callable[..., bytes]) -> None:
    analysis, _ = saved.create("t", "", None, [make_document("one"), make_document("two")])
    assert saved.document(analysis, "two") == make_document("two")
    with pytest.raises(Problem) as problem:
        saved.document(analysis, "three")
    assert problem.value.status == 404


def test_an_analysis_may_hold_no_result_and_no_workspace(saved: Saved) -> None:
    analysis, _ = saved.create("empty", "", None, [])
    assert saved.get(analysis).documents == ()
    assert saved.get(analysis).workspace is None


def test_bytes_that_are_no_document_are_not_saved(saved: Saved) -> None:
    with pytest.raises(ValueError, match=r".+"):
        saved.create("t", "", None, [b"\x02\0\0\0\0\0\0\0{}"])
    assert saved.list() == []


def test_ids_and_secrets_are_random_and_unlike(saved: Saved) -> None:
    made = [saved.create("t", "", None, []) for _ in range(20)]
    assert len({text for pair in made for text in pair}) == 40
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", text) for pair in made for text in pair)


def test_the_secret_is_not_in_the_file(saved: Saved) -> None:
    _, secret = saved.create("t", "", None, [])
    saved.close()
    assert secret.encode() not in saved.file.path.read_bytes()


@pytest.mark.parametrize("wrong", ["", "short", "A" * 22, "B" * 1000, "\ud800" * 22, "' OR 1=1 --", "..%2f" * 4])
def test_every_kind_of_unknown_id_gets_the_same_answer(
    saved: Saved, make_document: Callable[..., bytes], wrong: str
) -> None:
    analysis, secret = saved.create("t", "", None, [make_document()])
    saved.delete(analysis, secret)
    answers = []
    for unknown in (analysis, wrong):
        for ask in (saved.get, lambda known: saved.document(known, "k"), lambda known: saved.delete(known, secret)):
            with pytest.raises(Problem) as problem:
                ask(unknown)
            answers.append(problem.value.to_wire())
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["status"] == 404


@pytest.mark.parametrize(
    "change",
    [
        *(f"documents SET {column} = 'forged'" for column in ("analysis", "position", "key", "sha256", "body")),
        *(
            f"analyses SET {column} = 'forged'"
            for column in ("id", "format_version", "created", "bytes", "delete_hash")
        ),
    ],
)
def test_nothing_that_was_computed_can_be_changed(
    saved: Saved, make_document: Callable[..., bytes], change: str
) -> None:
    saved.create("t", "", None, [make_document()])
    with (
        closing(sqlite3.connect(saved.file.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changes"),
    ):
        connection.execute(f"UPDATE {change}")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "another"},
        {"notes": "**later** and \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")},
        {"workspace": {"panels": []}},
        {"title": "another", "notes": "", "workspace": {"a": [1, None]}},
    ],
)
def test_the_words_around_it_may_be_edited(
    saved: Saved, tmp_path: Path, make_document: Callable[..., bytes], changes: dict[str, Any]
) -> None:
    analysis, secret = saved.create("t", "n", WORKSPACE, [make_document("one"), make_document("two")])
    before = saved.get(analysis)
    saved.edit(analysis, secret, changes)
    saved.close()
    assert Saved(tmp_path).get(analysis) == replace(before, **changes)


def test_editing_needs_the_secret(saved: Saved) -> None:
    analysis, secret = saved.create("t", "n", None, [])
    for wrong in ("", secret[:-1], analysis, "\ud800"):
        with pytest.raises(Problem) as problem:
            saved.edit(analysis, wrong, {"title": "forged"})
        assert (problem.value.code, problem.value.status) == ("wrong_secret", 403)
    with pytest.raises(Problem) as problem:
        saved.edit("A" * 22, secret, {"title": "forged"})
    assert problem.value.status == 404
    assert saved.get(analysis).title == "t"


def test_editing_does_not_pass_damage_off_as_sound(saved: Saved, make_document: Callable[..., bytes]) -> None:
    analysis, secret = saved.create("t", "n", None, [make_document("one")])
    edit(saved, "UPDATE documents SET body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)")
    for _ in range(2):
        with pytest.raises(Problem) as problem:
            saved.edit(analysis, secret, {"title": "fresh"})
        assert problem.value.code == "saved_damaged"
    with pytest.raises(Problem, match="damaged"):
        saved.get(analysis)


def test_many_editors_at_once_lose_nothing(saved: Saved) -> None:
    analysis, secret = saved.create("t", "n", {"edits": -1}, [])
    with ThreadPoolExecutor(8) as pool:
        edits = [{"title": f"title {i}"} if i % 2 else {"workspace": {"edits": i}} for i in range(40)]
        list(pool.map(lambda changes: saved.edit(analysis, secret, changes), edits))
    found = saved.get(analysis)
    assert found.title.startswith("title ")
    assert found.workspace is not None
    assert found.workspace["edits"] >= 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE analyses SET title = 'forged'",
        "UPDATE analyses SET notes = 'forged'",
        "UPDATE analyses SET workspace = x'7b7d'",
        "UPDATE analyses SET created = '1999-01-01'",
        "UPDATE documents SET sha256 = 'forged'",
        "UPDATE documents SET body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)",
        "UPDATE documents SET body = 'text'",
        "UPDATE documents SET position = 1 - position + 10",
        "DELETE FROM documents WHERE position = 0",
        "UPDATE analyses SET format_version = 999",
    ],
)
def test_a_changed_byte_is_never_shown(saved: Saved, make_document: Callable[..., bytes], change: str) -> None:
    analysis, _ = saved.create("t", "n", {"a": 1}, [make_document("one"), make_document("two")])
    edit(saved, change)
    with pytest.raises(Problem) as problem:
        saved.get(analysis)
    assert (problem.value.code, problem.value.status) == ("saved_damaged", 410)


def test_deleting_needs_the_secret(saved: Saved) -> None:
    analysis, secret = saved.create("t", "", None, [])
    for wrong in ("", secret[:-1], secret + "x", analysis, "\ud800"):
        with pytest.raises(Problem) as problem:
            saved.delete(analysis, wrong)
        assert (problem.value.code, problem.value.status) == ("wrong_secret", 403)
    assert saved.get(analysis).title == "t"
    saved.delete(analysis, secret)
    assert saved.list() == []


def test_deleted_means_gone_from_every_file(saved: Saved, tmp_path: Path, make_document: Callable[..., bytes]) -> None:
    prompt = "a sentence nobody else would ever write 8c1f"
    kept, _ = saved.create("kept", "", None, [make_document("other")])
    analysis, secret = saved.create("gone " + prompt, prompt, {"prompt": prompt}, [make_document("k", prompt, 90_000)])
    saved.file.back_up_daily()
    assert sum(prompt.encode() in path.read_bytes() for path in files(tmp_path)) >= 2
    saved.delete(analysis, secret)
    assert [path for path in files(tmp_path) if prompt.encode() in path.read_bytes()] == []
    assert saved.get(kept).title == "kept"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_list_is_the_newest_first_without_content(saved: Saved, make_document: Callable[..., bytes]) -> None:
    saved.create("older", "secret notes", None, [make_document()])
    edit(saved, "UPDATE analyses SET created = '2001-01-01T00:00:00+00:00'")
    saved.create("newer", "", None, [])
    assert [(line.title, line.results) for line in saved.list()] == [("newer", 0), ("older", 1)]
    assert "secret notes" not in repr(saved.list())

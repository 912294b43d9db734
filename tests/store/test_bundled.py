"""Bundled analyses: read only, verified whenever they are read, and found by their id alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stratascope.problem import Problem
from stratascope.store.bundled import Bundled, is_bundled, write

ABOUT = {"title": "Été", "notes": "**Look**", "workspace": {"version": 2}, "created": "2026-01-01T00:00:00+00:00"}
KEYS = ("1" * 64, "2" * 64)


@pytest.fixture
def folder(tmp_path: Path, make_document: Callable[..., bytes]) -> Path:
    write(tmp_path / "gallery", "a-finding", ABOUT, [(key, make_document(key)) for key in KEYS])
    return tmp_path / "gallery"


def refusal(call: Callable[[], object]) -> int:
    with pytest.raises(Problem) as problem:
        call()
    return problem.value.status


def test_what_was_written_comes_back(folder: Path, make_document: Callable[..., bytes]) -> None:
    found = Bundled(folder).get("gallery-a-finding")
    assert (found.id, found.title, found.notes) == ("gallery-a-finding", "Été", "**Look**")
    assert (found.workspace, found.created) == ({"version": 2}, "2026-01-01T00:00:00+00:00")
    assert found.documents == tuple(make_document(key) for key in KEYS)
    assert Bundled(folder).document("gallery-a-finding", KEYS[1]) == make_document(KEYS[1])


def test_writing_the_same_again_changes_no_byte(folder: Path, make_document: Callable[..., bytes]) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write(folder, "a-finding", ABOUT, [(key, make_document(key)) for key in KEYS])
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_results_that_are_no_part_of_it_any_more_are_deleted(folder: Path, make_document: Callable[..., bytes]) -> None:
    write(folder, "a-finding", ABOUT, [(KEYS[0], make_document(KEYS[0]))])
    assert len(list(folder.rglob("*.gz"))) == 1
    assert refusal(lambda: Bundled(folder).document("gallery-a-finding", KEYS[1])) == 404


@pytest.mark.parametrize(
    "analysis",
    [
        "gallery-another",
        "gallery-",
        "gallery-..",
        "gallery-../a-finding",
        "gallery-a-finding/../a-finding",
        "gallery-A-Finding",
        "gallery-a-finding\n",
        "gallery-a-finding\x00",
        "gallery-" + "a" * 5000,
        "a-finding",
    ],
)
def test_any_other_id_is_unknown(folder: Path, analysis: str) -> None:
    assert refusal(lambda: Bundled(folder).get(analysis)) == 404
    assert refusal(lambda: Bundled(folder).delete(analysis, "")) == 404


@pytest.mark.parametrize("key", ["", "3" * 64, "1" * 16, "../analysis", KEYS[0] + "\n"])
def test_any_other_key_is_unknown(folder: Path, key: str) -> None:
    assert refusal(lambda: Bundled(folder).document("gallery-a-finding", key)) == 404


def test_nothing_can_be_changed(folder: Path) -> None:
    assert refusal(lambda: Bundled(folder).edit("gallery-a-finding", "secret", {"title": "mine"})) == 403
    assert refusal(lambda: Bundled(folder).delete("gallery-a-finding", "secret")) == 403
    assert Bundled(folder).get("gallery-a-finding").title == "Été"


def test_a_changed_word_is_damage(folder: Path) -> None:
    path = folder / "a-finding" / "analysis.json"
    path.write_text(path.read_text(encoding="utf-8").replace("Look", "Lock"), encoding="utf-8")
    assert refusal(lambda: Bundled(folder).get("gallery-a-finding")) == 410
    path.write_text("[]", encoding="utf-8")
    assert refusal(lambda: Bundled(folder).get("gallery-a-finding")) == 410
    path.write_text("{", encoding="utf-8")
    assert refusal(lambda: Bundled(folder).document("gallery-a-finding", KEYS[0])) == 410


@pytest.mark.parametrize("damage", [b"", b"nothing", None])
def test_a_changed_result_is_damage(folder: Path, damage: bytes | None) -> None:
    path = next(folder.rglob("1*.gz"))
    body = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(body[:-1] + b"!") if damage is None else damage)
    assert refusal(lambda: Bundled(folder).get("gallery-a-finding")) == 410
    assert refusal(lambda: Bundled(folder).document("gallery-a-finding", KEYS[0])) == 410
    assert Bundled(folder).document("gallery-a-finding", KEYS[1])


def test_a_missing_result_is_damage(folder: Path) -> None:
    next(folder.rglob("1*.gz")).unlink()
    assert refusal(lambda: Bundled(folder).get("gallery-a-finding")) == 410


def test_the_index_is_what_was_written(folder: Path, tmp_path: Path) -> None:
    assert Bundled(folder).index() is None
    (folder / "index.json").write_text(json.dumps({"findings": []}))
    assert Bundled(folder).index() == b'{"findings": []}'
    assert Bundled(tmp_path / "nowhere").index() is None


def test_ids_of_saved_analyses_are_not_taken_for_bundled_ones() -> None:
    assert is_bundled("gallery-a-finding")
    assert not is_bundled("k3J9_abcdefghijklmnopq")

"""Reading sets: in part, with every field, and never outside of the folder."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stratascope.problem import Problem
from stratascope.specimen.prompt_sets.reading import FOLDER, INDEX_NAME, list_sets, read_set
from stratascope.specimen.prompts import bundle_path

FIELDS = {"id", "prompt", "answer", "distractor", "corrupt", "positions", "label", "family", "meta"}


def test_every_item_has_every_field() -> None:
    for entry in list_sets(bundle_path()):
        items = read_set(bundle_path(), entry.id)
        assert len(items) == entry.count
        assert all(set(item) == FIELDS for item in items)


def test_parts_are_those_of_the_whole() -> None:
    whole = read_set(bundle_path(), "addition")
    assert read_set(bundle_path(), "addition", 2490, 50) == whole[2490:]
    assert read_set(bundle_path(), "addition", 10, 3) == whole[10:13]
    assert read_set(bundle_path(), "addition", 5000, 3) == []


@pytest.mark.parametrize("name", ["nothing", "", "../manifest", "index", "ioi.jsonl", "IOI", "\0", "a" * 9999, "ioi/"])
def test_unknown_sets_are_refused(name: str) -> None:
    with pytest.raises(Problem) as refused:
        read_set(bundle_path(), name)
    assert (refused.value.code, refused.value.status) == ("unknown_prompt_set", 404)
    assert refused.value.remedy


def test_a_bundle_without_sets_has_none(tmp_path: Path) -> None:
    assert list_sets(tmp_path) == []
    with pytest.raises(Problem):
        read_set(tmp_path, "ioi")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sets": [{"id": "ioi"}]}', '{"sets": 1}', "\ud800"])
def test_an_index_that_cannot_be_read_offers_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / INDEX_NAME).write_bytes(content.encode("utf-8", "surrogatepass"))
    assert list_sets(tmp_path) == []


def test_an_index_that_names_another_file_reads_nothing_of_it(tmp_path: Path) -> None:
    shutil.copytree(bundle_path() / FOLDER, tmp_path / FOLDER)
    path = tmp_path / FOLDER / INDEX_NAME
    entries = json.loads(path.read_text(encoding="utf-8"))
    entries["sets"][0]["id"] = "missing"
    path.write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(Problem):
        read_set(tmp_path, "missing")


def test_reading_imports_nothing_heavy() -> None:
    code = (
        "import sys; from stratascope.specimen.prompt_sets.reading import read_set;"
        "from stratascope.specimen.prompts import bundle_path; read_set(bundle_path(), 'ioi');"
        "print(set(sys.modules) & {'torch', 'transformers', 'tokenizers'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"

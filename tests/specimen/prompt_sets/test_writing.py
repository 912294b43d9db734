"""The shipped files are what the generators write, byte for byte, and small."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from stratascope.specimen.prompt_sets.catalogue import SETS
from stratascope.specimen.prompt_sets.item import Item
from stratascope.specimen.prompt_sets.reading import FOLDER, INDEX_NAME, SetEntry, items_path, list_sets
from stratascope.specimen.prompt_sets.writing import encode, write_prompt_sets
from stratascope.specimen.prompts import bundle_path

SHIPPED = bundle_path() / FOLDER


@pytest.fixture(scope="module")
def written(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundle = tmp_path_factory.mktemp("bundle")
    write_prompt_sets(tokenizer, bundle)
    return bundle


def test_every_set_is_shipped_as_it_is_generated(
    sets: Mapping[str, list[Item]], shipped: Mapping[str, SetEntry]
) -> None:
    for declared in SETS:
        content = encode(sets[declared.id])
        assert gzip.decompress(items_path(SHIPPED, declared.id).read_bytes()) == content, declared.id
        entry = shipped[declared.id]
        assert (entry.bytes, entry.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert (entry.title, entry.answer, entry.control) == (declared.title, declared.answer, declared.control)


def test_writing_gives_the_shipped_files(written: Path) -> None:
    names = sorted(path.name for path in (written / FOLDER).iterdir())
    assert names == sorted(path.name for path in SHIPPED.iterdir())
    for name in names:
        if name != INDEX_NAME:
            files = (folder / name for folder in (written / FOLDER, SHIPPED))
            first, second = (gzip.decompress(file.read_bytes()) for file in files)
            assert first == second, name


def test_a_set_that_is_written_anew_has_not_been_measured(written: Path, shipped: Mapping[str, SetEntry]) -> None:
    assert list_sets(written) == [replace(entry, measured={}) for entry in shipped.values()]


def test_the_folder_is_small_and_holds_nothing_else(shipped: Mapping[str, SetEntry]) -> None:
    files = {path.name: path.stat().st_size for path in SHIPPED.iterdir()}
    assert set(files) == {INDEX_NAME} | {f"{name}.jsonl.gz" for name in shipped}
    assert sum(files.values()) < 300_000


def test_lines_hold_no_empty_fields_and_begin_with_the_id(sets: Mapping[str, list[Item]]) -> None:
    for line in encode(sets["addition"])[:5000].decode().splitlines()[:-1]:
        fields = json.loads(line)
        assert next(iter(fields)) == "id"
        assert None not in fields.values()
        assert set(fields) == {"id", "prompt", "answer", "positions", "family", "meta"}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("capital", 40 * 4 * 2),
        ("ioi", 200),
        ("colored_objects", 200),
        ("twohop", 40 * 4),
        ("bridge", 160),
        ("ordinal", 2 * (7 + 12 + 23 + 97 + 7 + 9)),
        ("induction", 40),
        ("greater", 4 * 18),
        ("addition", 2500),
        ("agreement", 64),
        ("gender", 64),
        ("sentiment", 400 + 60),
        ("polite", 200),
        ("language", 300 * 3),
        ("translate", 24 * 6),
        ("truth", 160),
        ("context", 3 * 40),
        ("ambiguity", 200),
        ("logic", 300),
        ("recall", 120),
        ("refusal", 36 + 36),
        ("dates", 180),
        ("code_drift", 120 * 4),
        ("brackets", 150),
        ("graph_walk", 30),
        ("icl", 200),
    ],
)
def test_counts(sets: Mapping[str, list[Item]], shipped: Mapping[str, SetEntry], name: str, count: int) -> None:
    assert len(sets[name]) == shipped[name].count == count
    assert len({item.id for item in sets[name]}) == count


def test_every_set_is_declared_once() -> None:
    assert len({declared.id for declared in SETS}) == len(SETS) == 26

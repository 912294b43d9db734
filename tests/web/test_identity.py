"""Keys and fingerprints: equal for the same question about the same bytes, different for every other."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from stratascope.catalog import load_catalog
from stratascope.method import Method
from stratascope.models.fingerprint import fingerprint
from stratascope.models.library import Library, ModelEntry
from stratascope.problem import Problem
from stratascope.specimen.prompts import bundle_path
from stratascope.web.identity import Fingerprints, lenses_read, result_key

BODY = {"model": "specimen", "prompt": "a", "top_k": 5}


@pytest.fixture(scope="module")
def lens() -> Method:
    return load_catalog()["lens/logit-lens"]


def key(method: Method, fingerprint: str = "f", **changes: object) -> str:
    _, params = method.split(method.request.model_validate({**BODY, **changes}))
    return result_key(method, {"model": fingerprint}, params)


def test_a_default_that_is_given_changes_nothing(lens: Method) -> None:
    assert key(lens) == key(lens, site="resid_pre", norm="final")
    assert len(key(lens)) == 64


def test_the_name_of_a_model_is_not_part_of_the_key(lens: Method) -> None:
    assert key(lens) == key(lens, model="a copy of it")


def test_everything_else_is(lens: Method) -> None:
    other = load_catalog()["lens/lens-trajectory"]
    _, params = other.split(other.request.model_validate({"model": "specimen", "prompt": "a"}))
    later = Method(lens.function, lens.title, lens.version + 1, lens.guide, lens.papers, lens.requires, lens.cost)
    keys = [
        key(lens),
        key(lens, prompt="a "),
        key(lens, prompt="à"),
        key(lens, prompt="a\u0300"),
        key(lens, top_k=6),
        key(lens, targets=["x"]),
        key(lens, fingerprint="g"),
        key(later),
        result_key(other, {"model": "f"}, params),
    ]
    assert len(set(keys)) == len(keys)


def test_what_a_trained_lens_reads_is_named_by_the_lenses_there_are(lens: Method, tmp_path: Path) -> None:
    method = load_catalog()["lens/tuned-lens"]
    _, tuned = method.split(method.request.model_validate({"model": "specimen", "prompt": "a"}))
    _, raw = lens.split(lens.request.model_validate(BODY))
    before = lenses_read(tuned, tmp_path)
    assert lenses_read(raw, tmp_path) == {}
    assert before == lenses_read(tuned, tmp_path) == lenses_read(tuned, tmp_path / "missing")
    shutil.copytree(bundle_path() / "tuned-lens" / "specimen", tmp_path / "mine")
    assert lenses_read(tuned, tmp_path) != before


@pytest.fixture
def entry(tmp_path: Path) -> ModelEntry:
    bundled = Library(()).find("specimen").path
    return Library((Path(shutil.copytree(bundled, tmp_path / "copy")).parent,)).find("copy")


def test_a_fingerprint_is_computed_once_until_a_file_changes(entry: ModelEntry) -> None:
    hashes = Counting()
    fingerprints = Fingerprints(hashes)

    weights = next(entry.path.glob("*.safetensors"))

    async def ask() -> set[str]:
        return set(await asyncio.gather(*(fingerprints.of(entry) for _ in range(20))))

    async def ask_and_change() -> tuple[set[str], int, set[str], int]:
        before, asked = await ask(), hashes.asked
        os.utime(weights, ns=(1, 1))
        return before, asked, await ask(), hashes.asked

    assert fingerprints.peek(entry) is None
    before, first, after, second = asyncio.run(ask_and_change())
    assert (first, second) == (1, 2)
    assert before == after == {fingerprints.peek(entry)}


def test_a_precision_has_a_fingerprint_of_its_own(entry: ModelEntry) -> None:
    async def each() -> tuple[list[str], list[str | None]]:
        fingerprints = Fingerprints({})
        entries = [entry.model_copy(update={"precision": it}) for it in ("float32", "bfloat16", "float16")]
        return [await fingerprints.of(it) for it in entries], [fingerprints.peek(it) for it in entries]

    found, peeked = asyncio.run(each())
    assert len(set(found)) == 3
    assert found == peeked
    assert found[0] == fingerprint(entry.path, {})


def test_what_is_prepared_is_there_when_it_is_asked_for(entry: ModelEntry) -> None:
    hashes = Counting()

    async def prepared() -> str:
        fingerprints = Fingerprints(hashes)
        fingerprints.prepare(entry)
        fingerprints.prepare(entry.model_copy(update={"path": entry.path / "gone"}))
        return await fingerprints.of(entry)

    assert asyncio.run(prepared()) == fingerprint(entry.path, {})
    assert hashes.asked == 1


def test_a_copy_has_the_fingerprint_of_the_original(entry: ModelEntry) -> None:
    async def both() -> tuple[str, str]:
        fingerprints = Fingerprints({})
        return await fingerprints.of(entry), await fingerprints.of(Library(()).find("specimen"))

    copy, original = asyncio.run(both())
    assert copy == original


def test_a_folder_that_went_away_is_a_problem_and_no_defect(entry: ModelEntry) -> None:
    shutil.rmtree(entry.path)
    with pytest.raises(Problem):
        asyncio.run(Fingerprints({}).of(entry))


def test_a_link_that_leads_nowhere_is_passed_over(entry: ModelEntry) -> None:
    expected = asyncio.run(Fingerprints({}).of(entry))
    (entry.path / "note.txt").symlink_to(entry.path / "gone.txt")
    assert asyncio.run(Fingerprints({}).of(entry)) == expected


class Counting(dict[tuple[str, int, int], str]):
    """Weight hashes that count how often one is looked for."""

    asked = 0

    def __contains__(self, key: object) -> bool:
        self.asked += 1
        return super().__contains__(key)

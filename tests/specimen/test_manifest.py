"""The committed bundle is complete and unaltered, and a broken one is refused with the name of what is wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stratascope.specimen.corpus import corpus_sha256
from stratascope.specimen.manifest import (
    Acceptance,
    BundleError,
    file_sha256,
    read_acceptance,
    read_manifest,
    read_models,
    verify,
)
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.scorecard import BOUNDS


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(bundle_path(), tmp_path / "bundle")
    return tmp_path / "bundle"


def test_the_committed_bundle_verifies() -> None:
    verify(bundle_path())


def test_every_shipped_file_is_listed_and_small() -> None:
    listed = {file["path"] for file in read_manifest(bundle_path())["files"]}
    present = {path.relative_to(bundle_path()).as_posix() for path in bundle_path().rglob("*") if path.is_file()}
    assert present == listed | {"manifest.json"}
    assert sum(file["bytes"] for file in read_manifest(bundle_path())["files"]) < 4_000_000


def test_every_number_has_its_declared_bounds() -> None:
    numbers = {number.key: number for number in read_acceptance(bundle_path())}
    assert set(numbers) == set(BOUNDS)
    for key, bound in BOUNDS.items():
        assert (numbers[key].floor, numbers[key].ceiling) == (bound.floor, bound.ceiling)


def test_the_manifest_says_how_the_bundle_was_made() -> None:
    content = read_manifest(bundle_path())
    assert content["corpus_sha256"] == corpus_sha256(content["seeds"]["corpus"], content["corpus_documents"])
    assert content["tokenizer_sha256"] == file_sha256(bundle_path() / "specimen" / "tokenizer.json")
    assert content["tokens"] == content["steps"] * 4096
    assert content["config"].items() >= {"layers": 6, "width": 128, "heads": 4}.items()


def test_the_model_asks_for_its_marker() -> None:
    (model,) = read_models(bundle_path())
    assert (model.id, model.path, model.prepend_bos) == ("specimen", "specimen", True)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_an_altered_file_is_named(copied: Path, name: str) -> None:
    path = copied / "specimen" / name
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=name):
        verify(copied)


def test_a_missing_and_a_truncated_file_are_named(copied: Path) -> None:
    path = copied / "specimen" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(BundleError, match=r"model\.safetensors has 1000 bytes"):
        verify(copied)
    path.unlink()
    with pytest.raises(BundleError, match=r"model\.safetensors is missing"):
        verify(copied)


@pytest.mark.parametrize("content", ["", "{", json.dumps({"schema": 99})])
def test_an_unreadable_manifest_is_named(copied: Path, content: str) -> None:
    (copied / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(BundleError, match=r"manifest\.json"):
        verify(copied)


def test_a_number_below_its_floor_is_named(copied: Path) -> None:
    content = read_manifest(copied)
    number = next(number for number in content["acceptance"] if number["key"] == "capital")
    number["value"] = 0.1
    (copied / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(BundleError, match=r"capital is 0\.1"):
        verify(copied)


def test_bounds() -> None:
    assert Acceptance("a", "", 0.5).holds
    assert Acceptance("a", "", 0.5, floor=0.5, ceiling=0.5).holds
    assert not Acceptance("a", "", 0.5, floor=0.6).holds
    assert not Acceptance("a", "", 0.5, ceiling=0.4).holds


def test_describing_modules_do_not_import_torch() -> None:
    program = (
        "import sys, stratascope.specimen, stratascope.specimen.manifest, stratascope.specimen.prompts\n"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

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

LARGEST_BUNDLE = 38_000_000


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A bundle of the base alone, cut out of the committed one."""
    bundle, content = tmp_path / "bundle", read_manifest(bundle_path())
    shutil.copytree(bundle_path() / "specimen", bundle / "specimen")
    content["files"] = [file for file in content["files"] if file["path"].startswith("specimen/")]
    content["models"] = content["models"][:1]
    (bundle / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    verify(bundle)
    return bundle


def test_the_committed_bundle_verifies() -> None:
    verify(bundle_path())


def test_every_shipped_file_is_listed_and_the_whole_is_small() -> None:
    listed = {file["path"] for file in read_manifest(bundle_path())["files"]}
    files = [path for path in bundle_path().rglob("*") if path.is_file()]
    present = {path.relative_to(bundle_path()).as_posix() for path in files}
    assert {path for path in present if not path.startswith("gallery/")} == listed | {"manifest.json"}
    assert sum(path.stat().st_size for path in files) <= LARGEST_BUNDLE


def test_every_number_has_its_declared_bounds() -> None:
    numbers = {number.key: number for number in read_acceptance(bundle_path())}
    assert set(numbers) == set(BOUNDS)
    for key, bound in BOUNDS.items():
        number = numbers[key]
        assert (number.floor, number.ceiling) == (bound.floor, bound.ceiling)
        assert number.missed == ("" if number.holds else bound.missed)
        assert (number.control is None) == (bound.control is None)


def test_few_bounds_are_missed_and_every_one_is_explained() -> None:
    missed = {number.key: number.missed for number in read_acceptance(bundle_path()) if not number.holds}
    assert set(missed) == {
        "colored_objects", "dictionary_loss_recovered", "mixture_least_load", "patching_last_token_late_layer",
    }  # fmt: skip
    assert all(len(reason) > 100 for reason in missed.values())


def test_the_manifest_says_how_the_bundle_was_made() -> None:
    content = read_manifest(bundle_path())
    assert content["corpus_sha256"] == corpus_sha256(content["seeds"]["corpus"], content["corpus_documents"])
    assert content["tokenizer_sha256"] == file_sha256(bundle_path() / "specimen" / "tokenizer.json")
    assert content["tokens"] == content["steps"] * 4096
    assert content["config"].items() >= {"layers": 6, "width": 128, "heads": 4}.items()


def test_every_model_is_there_and_asks_for_its_marker() -> None:
    models = read_models(bundle_path())
    own = [model.id for model in models if model.checkpoint_of is None]
    assert own == ["specimen", "specimen-tuned", "specimen-upbeat", "specimen-moe", "specimen-seed-1"]
    assert {model.checkpoint_of for model in models[5:]} == {"specimen"}
    assert len(models) == 13
    assert all(model.prepend_bos and model.path == model.id for model in models)
    assert all((bundle_path() / model.path / "config.json").is_file() for model in models)


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
    assert not Acceptance("a", "", 0.5, floor=0.6).accounted_for
    assert Acceptance("a", "", 0.5, floor=0.6).explained("why").accounted_for


def test_describing_modules_do_not_import_torch() -> None:
    program = (
        "import sys, stratascope.specimen, stratascope.specimen.manifest, stratascope.specimen.prompts\n"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

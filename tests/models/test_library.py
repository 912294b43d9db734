"""What models there are: found without loading, named without paths."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from stratascope.models.fingerprint import fingerprint
from stratascope.models.library import Library, ModelEntry
from stratascope.problem import Problem
from tests.families import CONTEXT, HEADS, LAYERS, WIDTH, save_tiny


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    save_tiny("gpt2", root / "small")
    save_tiny("llama", root / "Größe mit Leerzeichen")
    (root / "broken").mkdir()
    (root / "broken" / "config.json").write_text("{")
    (root / "notes").mkdir()
    (root / ".hidden").mkdir()
    (root / ".hidden" / "config.json").write_text("{}")
    (root / "file").write_text("")
    return root


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    save_tiny("gpt2", tmp_path / "bundle" / "base")
    model = {"id": "specimen", "path": "base", "title": "Specimen", "prepend_bos": True, "description": ""}
    manifest = {"schema": 2, "models": [model], "files": [], "acceptance": []}
    (tmp_path / "bundle" / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path / "bundle"


NONE = Path("/nonexistent")


def test_subfolders_with_a_config_are_models(root: Path) -> None:
    entries = {entry.id: entry for entry in Library((root,), {}, NONE).list()}
    assert entries.keys() == {"small", "Größe mit Leerzeichen", "broken"}
    small = entries["small"]
    assert (small.architecture, small.layers, small.heads, small.width) == ("gpt2", LAYERS, HEADS, WIDTH)
    assert (small.context, small.key_value_heads, small.dtype, small.source) == (CONTEXT, HEADS, "float32", "folder")
    assert entries["Größe mit Leerzeichen"].key_value_heads == 2
    assert small.problem is None
    assert small.bytes == 4 * small.parameters > 0
    assert small.facts.parameters == small.parameters


def test_a_model_that_cannot_be_loaded_is_listed_with_the_reason(root: Path) -> None:
    broken = Library((root,), {}, NONE).find("broken")
    assert broken.problem is not None
    assert broken.problem["code"] == "bad_config"
    assert broken.problem["remedy"]


def test_a_root_that_is_itself_a_model_is_one(root: Path) -> None:
    assert [entry.id for entry in Library((root / "small",), {}, NONE).list()] == ["small"]


def test_bundled_models_come_first_with_what_their_manifest_says(root: Path, bundle: Path) -> None:
    first = Library((root,), {}, bundle).list()[0]
    assert (first.id, first.source, first.title, first.prepend_bos) == ("specimen", "bundled", "Specimen", True)


def test_without_the_bundle_or_the_root_there_is_simply_less(root: Path) -> None:
    assert Library((root / "missing",), {}, NONE).list() == []
    assert len(Library((root,), {}, NONE).list()) == 3


def test_links_in_circles_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert Library((tmp_path, tmp_path / "loop"), {"named": tmp_path / "loop"}, NONE).list()[0].problem is not None
    assert len(Library((tmp_path, tmp_path / "loop"), {}, NONE).list()) == 0


def test_ids_are_unique_across_sources(root: Path, tmp_path: Path, bundle: Path) -> None:
    save_tiny("gpt2", tmp_path / "other" / "small")
    save_tiny("gpt2", tmp_path / "other" / "specimen")
    ids = [entry.id for entry in Library((root, tmp_path / "other"), {}, bundle).list()]
    assert len(ids) == len(set(ids))
    assert {"small", "small-2", "specimen", "specimen-2"} <= set(ids)


@pytest.mark.parametrize("name", ["../small", "small/../small", "/etc", "", "small\x00", "SMALL", "a" * 10_000])
def test_an_id_is_never_a_path(root: Path, name: str) -> None:
    with pytest.raises(Problem) as refused:
        Library((root,), {}, NONE).find(name)
    assert (refused.value.code, refused.value.status) == ("unknown_model", 404)


def test_a_model_can_be_asked_for_in_another_precision(root: Path) -> None:
    library = Library((root,))
    plain, half = library.find("small"), library.find("small@bfloat16")
    assert half == plain.model_copy(update={"id": "small@bfloat16", "precision": "bfloat16"})
    assert half.id not in [entry.id for entry in library.list()]
    for name in ("small@int3", "small@", "nothing@bfloat16", "@bfloat16"):
        with pytest.raises(Problem, match="There is no model"):
            library.find(name)


def test_a_folder_can_be_added_once(root: Path, tmp_path: Path) -> None:
    library = Library((root,), {}, NONE)
    folder = save_tiny("gpt2", tmp_path / "small")
    added = library.add(folder)
    assert (added.id, added.source, added.path) == ("small-2", "path", folder.resolve())
    assert library.add(folder).id == "small-2"
    assert library.add(root / "small").id == "small"
    assert library.find("small-2") == added
    assert library.add(save_tiny("gpt2", tmp_path / "org--name"), "hub").source == "hub"


def test_looking_at_a_folder_takes_nothing_in(root: Path, tmp_path: Path) -> None:
    library = Library((root,), {}, NONE)
    folder, before = save_tiny("gpt2", tmp_path / "small"), library.list()
    seen = library.look(folder)
    assert library.list() == before
    assert library.add(folder) == seen
    assert library.look(root / "small") == library.find("small")
    with pytest.raises(Problem) as refused:
        library.look(root / "notes")
    assert refused.value.code == "no_model_here"


def test_a_folder_that_is_no_model_is_not_added(root: Path) -> None:
    library = Library((), {}, NONE)
    for path, code in (
        (root / "notes", "no_model_here"),
        (root / "gone", "no_model_here"),
        (root / "broken", "bad_config"),
    ):
        with pytest.raises(Problem) as refused:
            library.add(path)
        assert refused.value.code == code
    assert library.list() == []


def test_named_folders_are_listed(root: Path) -> None:
    assert Library((), {"mine": root / "small"}, NONE).find("mine").layers == LAYERS


def test_a_changed_folder_is_looked_at_again(tmp_path: Path) -> None:
    folder = save_tiny("gpt2", tmp_path / "m")
    library = Library((tmp_path,), {}, NONE)
    assert library.find("m").problem is None
    (folder / "config.json").write_text("nonsense")
    assert library.find("m").problem is not None


def test_entries_travel_as_json(root: Path) -> None:
    entry = Library((root,), {}, NONE).find("small")
    assert ModelEntry.model_validate(entry.model_dump(mode="json")) == entry


# --- fingerprints


def test_equal_content_has_one_fingerprint_wherever_it_lies(tmp_path: Path) -> None:
    one, other = (save_tiny("gpt2", tmp_path / name) for name in ("one", "other"))
    assert fingerprint(one, {}) == fingerprint(other, {})


def test_weights_are_hashed_once_and_remembered_by_path_size_and_time(tmp_path: Path) -> None:
    folder = save_tiny("gpt2", tmp_path / "m")
    known: dict[tuple[str, int, int], str] = {}
    first = fingerprint(folder, known)
    (key,) = known
    assert key[0] == str((folder / "model.safetensors").resolve())
    known[key] = "0" * 64
    assert fingerprint(folder, known) != first
    assert len(known) == 1


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json", "tokenizer_config.json"])
def test_any_change_of_content_changes_the_fingerprint(tmp_path: Path, name: str) -> None:
    folder, known = save_tiny("gpt2", tmp_path / "m"), {}
    before = fingerprint(folder, known)
    path = folder / name
    if name == "model.safetensors":
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        os.utime(path, ns=(1, 1))
    else:
        content = json.loads(path.read_text())
        content["unk_token" if name == "tokenizer_config.json" else "version"] = "changed"
        path.write_text(json.dumps(content))
    assert fingerprint(folder, known) != before


def test_what_does_not_reach_the_model_does_not_change_the_fingerprint(tmp_path: Path) -> None:
    folder = save_tiny("gpt2", tmp_path / "m")
    before = fingerprint(folder, {})
    (folder / "README.md").write_text("hello")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"_name_or_path": "elsewhere", "torch_dtype": "float16"}))
    assert fingerprint(folder, {}) == before

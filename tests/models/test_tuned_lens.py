"""Lenses on disk: which one a model is read with, what does not fit, and what a lens makes of a stream."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from stratascope.models.lens_files import lens_files, lenses_state
from stratascope.models.model import Model
from stratascope.models.tuned_lens import OTHER_UNEMBEDDING, decoded_stream, tuned_lens_for
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.lenses import write_lens
from tests.methods.call import PROMPT, specimen


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """A tiny model with a folder for lenses of its own."""
    found = load_tiny("gpt2")
    monkeypatch.setattr(found, "lenses", tmp_path)
    return found


def made_at(folder: Path, seconds: int) -> None:
    os.utime(folder / "config.json", (seconds, seconds))


def test_the_stream_is_read_through_the_translators(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / "one", model)
    run = model.run(model.tokenize(PROMPT).ids)
    lens, tuned = tuned_lens_for(model), decoded_stream(model, run, "tuned")
    assert decoded_stream(model, run, "raw") is run.resid
    assert tuned.shape == run.resid.shape
    for row, x in enumerate(run.resid[:-1]):
        torch.testing.assert_close(tuned[row], x + x @ lens.matrices[row].T + lens.biases[row])
    assert torch.equal(tuned[-1], run.resid[-1])


def test_a_lens_without_biases_is_read(model: Model, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = write_lens(tmp_path / "one", model) / "params.safetensors"
    save_file({name: each for name, each in load_file(path).items() if name.endswith("weight")}, path)
    assert not tuned_lens_for(model).biases.any()


def test_a_lens_that_names_the_unembedding_as_the_library_does_is_the_models_own(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / "published", model, unembed_hash=model.unembedding.printed_sha256)
    assert (tuned_lens_for(model).id, tuned_lens_for(model).warnings) == ("published", ())


def test_the_newest_lens_of_the_model_is_taken(model: Model, tmp_path: Path) -> None:
    for number, name in enumerate(("first", "third", "second")):
        made_at(write_lens(tmp_path / name, model), 1000 - number)
    assert tuned_lens_for(model).id == "first"
    made_at(tmp_path / "third", 2000)
    assert tuned_lens_for(model).id == "third"
    assert tuned_lens_for(model, "second").id == "second"


def test_a_lens_for_another_unembedding_is_taken_only_by_its_name(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / "own", model)
    made_at(write_lens(tmp_path / "other", model, unembed_hash="0" * 64), 2**33)
    assert tuned_lens_for(model).id == "own"
    assert tuned_lens_for(model).warnings == ()
    assert tuned_lens_for(model, "other").warnings == (OTHER_UNEMBEDDING,)


def test_a_lens_without_a_hash_is_told_by_the_name_of_its_model(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / "unsaid", model, unembed_hash=None)
    assert tuned_lens_for(model).id == "unsaid"
    write_lens(tmp_path / "stranger", model, unembed_hash=None, base_model_name_or_path="another")
    assert tuned_lens_for(model).id == "unsaid"
    assert tuned_lens_for(model, "stranger").warnings


def test_without_a_lens_there_is_the_raw_one(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / ".training", model)
    (tmp_path / "no lens").mkdir()
    with pytest.raises(Problem) as found:
        tuned_lens_for(model)
    assert (found.value.code, found.value.changes) == ("no_tuned_lens", {"lens": "raw"})
    assert "Train" in str(found.value.remedy) or "train" in str(found.value.remedy)
    with pytest.raises(Problem, match="'nowhere'"):
        tuned_lens_for(model, "nowhere")


def test_a_lens_of_other_sizes_is_refused_with_the_numbers(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / "wide", model, d_model=640, num_hidden_layers=7)
    with pytest.raises(Problem) as found:
        tuned_lens_for(model, "wide")
    assert found.value.message == (
        f"This lens was trained for d_model 640, 7 layers; {model.id} has {model.width}, {model.layers}."
    )
    with pytest.raises(Problem, match="no tuned lens"):
        tuned_lens_for(model)


def test_damaged_weights_are_refused(model: Model, tmp_path: Path) -> None:
    write_lens(tmp_path / "cut", model)
    path = tmp_path / "cut" / "params.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    write_lens(tmp_path / "short", load_tiny("gpt2"), num_hidden_layers=model.layers)
    _drop_row(tmp_path / "short" / "params.safetensors")
    write_lens(tmp_path / "infinite", model, float("inf"))
    for name in ("cut", "short", "infinite"):
        with pytest.raises(Problem) as found:
            tuned_lens_for(model, name)
        assert found.value.code == "lens_damaged"


def _drop_row(path: Path) -> None:
    from safetensors.torch import load_file, save_file

    save_file({name: each for name, each in load_file(path).items() if not name.startswith("0.")}, path)


def test_a_replaced_lens_is_read_anew(model: Model, tmp_path: Path) -> None:
    import shutil

    made_at(write_lens(tmp_path / "one", model), 1000)
    before, state = tuned_lens_for(model), lenses_state(tmp_path)
    assert tuned_lens_for(model) is before
    shutil.rmtree(tmp_path / "one")
    made_at(write_lens(tmp_path / "one", model, seed=1), 2000)
    assert not torch.equal(tuned_lens_for(model).matrices, before.matrices)
    assert lenses_state(tmp_path) != state


def test_the_bundle_has_a_lens_for_the_specimen_and_for_no_other() -> None:
    files = {file.id: file for file in lens_files(None)}
    assert files["specimen"].unembedding == specimen().unembedding.sha256
    lens = tuned_lens_for(specimen())
    assert (lens.id, lens.warnings, lens.matrices.shape) == ("specimen", (), (6, 128, 128))
    before, after = lens.held_out() or ([], [])
    assert all(b < a for a, b in zip(before, after, strict=True))
    assert after[0] < 4.1 < 31 < before[0]


def test_the_siblings_of_the_specimen_have_another_unembedding() -> None:
    import hashlib

    from safetensors import safe_open

    from stratascope.models.library import Library

    entry = Library(()).find("specimen-tuned")
    with safe_open(entry.path / "model.safetensors", framework="pt") as weights:
        name = next(n for n in weights.keys() if n.endswith(("lm_head.weight", "wte.weight")))  # noqa: SIM118
        matrix = weights.get_tensor(name).float().contiguous()
    assert hashlib.sha256(matrix.numpy().tobytes()).hexdigest() != specimen().unembedding.sha256

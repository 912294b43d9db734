"""One byte a weight: how far off it is, and that a folder stored so is read like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from stratascope.models.guard import inspect_folder
from stratascope.models.load import load
from stratascope.models.row_scaled import SUFFIX, packed, widened
from stratascope.problem import Problem
from tests.families import entry_of, save_tiny


@pytest.fixture(params=["llama", "gpt2", "mixtral"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return save_tiny(request.param, tmp_path / "model")


def pack(folder: Path) -> None:
    path = folder / "model.safetensors"
    save_file(packed(load_file(path)), path, metadata={"format": "pt"})


def test_every_entry_is_within_half_a_step_of_what_it_was() -> None:
    weights = torch.randn(40, 7, 3, generator=torch.Generator().manual_seed(0))
    weights[3] = 0
    stored = packed({"w": weights})
    back = widened(stored["w"], stored["w" + SUFFIX])
    step = weights.flatten(1).abs().amax(1) / 127
    assert stored["w"].dtype == torch.int8
    assert ((back - weights).abs().flatten(1).amax(1) <= step / 2 + 1e-9).all()
    assert torch.equal(back[3], torch.zeros(7, 3))
    assert torch.equal(packed({"w": back})["w"], stored["w"])


def test_vectors_keep_half_precision() -> None:
    stored = packed({"bias": torch.tensor([0.1, 2.0])})
    assert set(stored) == {"bias"}
    assert torch.equal(stored["bias"], torch.tensor([0.1, 2.0]).half())


def test_a_folder_stored_so_is_read_as_what_it_stands_for(folder: Path) -> None:
    before, size = load_file(folder / "model.safetensors"), (folder / "model.safetensors").stat().st_size
    parameters = inspect_folder(folder).parameters
    pack(folder)
    facts = inspect_folder(folder)
    assert facts.parameters == parameters
    assert facts.dtype == "int8"
    assert (folder / "model.safetensors").stat().st_size < 0.5 * size
    model = load(entry_of(folder))
    held = model.network.state_dict()
    for name, tensor in before.items():
        if name in held and tensor.ndim > 1:
            step = tensor.flatten(1).abs().amax(1).max() / 127
            assert (held[name] - tensor).abs().max() <= step / 2 + 1e-6, name
    assert not model.missing.keys() & {"residual"}


def test_whole_numbers_without_their_scales_are_refused(folder: Path) -> None:
    pack(folder)
    path = folder / "model.safetensors"
    kept = {name: tensor for name, tensor in load_file(path).items() if not name.endswith(SUFFIX)}
    save_file(kept, path, metadata={"format": "pt"})
    with pytest.raises(Problem) as refused:
        load(entry_of(folder))
    assert refused.value.code == "bad_weights"
    assert "whole numbers" in refused.value.message


def test_scales_that_do_not_fit_are_refused(folder: Path) -> None:
    pack(folder)
    path = folder / "model.safetensors"
    tensors = load_file(path)
    name = next(name for name in tensors if name.endswith(SUFFIX))
    tensors[name] = tensors[name][:-1].clone()
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(Problem):
        load(entry_of(folder))

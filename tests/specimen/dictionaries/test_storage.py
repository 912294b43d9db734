"""What is written is what is read, and the layout is the one that SAELens documents."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from stratascope.specimen.dictionaries import storage
from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.sites import Site


@pytest.fixture
def autoencoder() -> Autoencoder:
    torch.manual_seed(0)
    return Autoencoder(torch.randn(4, 10), torch.randn(10), torch.randn(10, 4), torch.randn(4), active=3).rounded()


def test_round_trip(autoencoder: Autoencoder, tmp_path: Path) -> None:
    folder = tmp_path / "saes" / "one"
    assert not storage.is_complete(folder)
    storage.write(folder, autoencoder, storage.configuration(autoencoder, Site("resid-post", 2), "toy", {"fvu": 0.1}))
    assert storage.is_complete(folder)
    again = storage.read(folder)
    assert again.active == 3
    assert all(torch.equal(a, b) for a, b in zip(again.parameters, autoencoder.parameters, strict=True))
    assert [path.name for path in folder.parent.iterdir()] == ["one"]


def test_the_layout_of_saelens(autoencoder: Autoencoder, tmp_path: Path) -> None:
    content = storage.configuration(autoencoder, Site("attn-z", 2), "toy", {"fvu": 0.1})
    storage.write(tmp_path / "one", autoencoder, content)
    weights = load_file(tmp_path / "one" / "sae_weights.safetensors")
    assert {name: tuple(tensor.shape) for name, tensor in weights.items()} == {
        "W_enc": (4, 10),
        "b_enc": (10,),
        "W_dec": (10, 4),
        "b_dec": (4,),
    }
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    read = storage.read_configuration(tmp_path / "one")
    assert (read["architecture"], read["d_in"], read["d_sae"], read["k"]) == ("topk", 4, 10, 3)
    assert (read["normalize_activations"], read["apply_b_dec_to_input"]) == ("none", True)
    assert read["reshape_activations"] == "hook_z"
    assert read["metadata"]["hook_name"] == "blocks.2.attn.hook_z"
    assert read["metadata"]["model_name"] == "toy"
    assert read["quality"] == {"fvu": 0.1}


def test_a_dictionary_replaces_the_former_one(autoencoder: Autoencoder, tmp_path: Path) -> None:
    folder = tmp_path / "one"
    for fvu in (0.5, 0.1):
        storage.write(folder, autoencoder, storage.configuration(autoencoder, Site("resid-post", 0), "t", {"fvu": fvu}))
    assert storage.read_configuration(folder)["quality"]["fvu"] == 0.1

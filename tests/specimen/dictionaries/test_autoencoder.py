"""Encoding and decoding against hand computations, and that a scale and its inverse cancel."""

import pytest
import torch

from stratascope.specimen.dictionaries.autoencoder import Autoencoder


@pytest.fixture
def autoencoder() -> Autoencoder:
    encoder = torch.tensor([[1.0, 0.0, 1.0, -1.0], [0.0, 1.0, 1.0, -1.0]])
    decoder = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [-1.0, 0.0]])
    return Autoencoder(encoder, torch.tensor([0.0, 0.5, -1.0, 0.0]), decoder, torch.tensor([1.0, 0.0]), active=2)


def test_encoding_by_hand(autoencoder: Autoencoder) -> None:
    # x - b_dec = (2, 1): scores (2, 1 + .5, 3 - 1, -3); ties and order aside, the best two are the first and the third.
    x = torch.tensor([[3.0, 1.0]])
    assert autoencoder.preactivations(x).tolist() == [[2.0, 1.5, 2.0, -3.0]]
    assert autoencoder.encode(x).tolist() == [[2.0, 0.0, 2.0, 0.0]]
    # x_hat = 2 (1, 0) + 2 (.5, .5) + (1, 0)
    assert autoencoder.reconstruct(x).tolist() == [[4.0, 1.0]]


def test_a_selected_latent_below_zero_is_inactive(autoencoder: Autoencoder) -> None:
    # x - b_dec = (-1, -1): scores (-1, -.5, -3, 2); the second best is negative.
    codes = autoencoder.encode(torch.tensor([[0.0, -1.0]]))
    assert codes.tolist() == [[0.0, 0.0, 0.0, 2.0]]


def test_the_scale_of_training_folds_into_the_weights() -> None:
    torch.manual_seed(0)
    trained = Autoencoder(torch.randn(6, 20), torch.randn(20), torch.randn(20, 6), torch.randn(6), active=3)
    raw, scale = torch.randn(50, 6) * 9, 7.3
    folded = trained.rescaled(scale)
    assert torch.allclose(folded.encode(raw), trained.encode(raw / scale) * scale, rtol=1e-4, atol=1e-5)
    assert torch.allclose(folded.reconstruct(raw), trained.reconstruct(raw / scale) * scale, rtol=1e-4, atol=1e-4)
    assert torch.equal(folded.decoder, trained.decoder)


def test_rounding_leaves_half_precision_values(autoencoder: Autoencoder) -> None:
    third = Autoencoder.of([tensor / 3 for tensor in autoencoder.parameters], active=2)
    rounded = third.rounded()
    assert rounded.encoder.dtype == torch.float32
    assert torch.equal(rounded.encoder, third.encoder.half().float())
    assert not torch.equal(rounded.encoder, third.encoder)

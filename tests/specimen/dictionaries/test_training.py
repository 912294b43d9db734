"""A dictionary that is known is found again; dead latents learn from the error; the same seed gives the same weights."""

import pytest
import torch
from torch.nn import functional as F

from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.quality import unexplained_variance
from stratascope.specimen.dictionaries.training import Recipe, auxiliary_loss, fit, normalising_scale


def planted(features: int, width: int, active: int, samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Directions [feature, width] and sparse positive combinations of them [sample, width], far from the origin."""
    generator = torch.Generator().manual_seed(1)
    directions = F.normalize(torch.randn(features, width, generator=generator), dim=1)
    chosen = torch.rand(samples, features, generator=generator).topk(active, dim=1).indices
    strengths = 1 + torch.rand(samples, active, generator=generator)
    codes = torch.zeros(samples, features).scatter(1, chosen, strengths)
    return directions, 20 * (codes @ directions) + 5


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_a_planted_dictionary_is_recovered() -> None:
    directions, samples = planted(features=64, width=32, active=3, samples=20_000)
    found = fit(samples, Recipe(latents=96, active=3, steps=400, learning_rate=5e-3))
    cosines = directions @ F.normalize(found.decoder, dim=1).T
    assert float(cosines.max(1).values.mean()) > 0.9
    assert unexplained_variance(found, samples) < 0.1
    assert torch.allclose(found.decoder.norm(dim=1), torch.ones(96), atol=1e-5)


def test_only_dead_latents_answer_for_the_error() -> None:
    weights = [torch.zeros(2, 3), torch.zeros(3), torch.tensor([[1.0, 0.0], [0.0, 1.0], [3.0, 4.0]]), torch.zeros(2)]
    autoencoder = Autoencoder.of([tensor.requires_grad_() for tensor in weights], active=1)
    scores = torch.tensor([[9.0, 2.0, -1.0]], requires_grad=True)
    dead = torch.tensor([False, True, True])
    loss = auxiliary_loss(autoencoder, scores, dead, torch.tensor([[1.0, 5.0]], requires_grad=True))
    # The second latent offers 2 (0, 1) and the third, being negative, nothing: (1, 5) - (0, 2).
    assert float(loss.detach()) == 1 + 9
    loss.backward()
    assert scores.grad is not None
    assert scores.grad.tolist() == [[0.0, -6.0, 0.0]]
    assert autoencoder.decoder.grad is not None
    assert autoencoder.decoder.grad[0].tolist() == [0.0, 0.0]


def test_training_is_reproducible() -> None:
    _, samples = planted(features=16, width=8, active=2, samples=2000)
    first, again, other = (fit(samples, Recipe(32, 2, steps=5, seed=seed)) for seed in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters, again.parameters, strict=True))
    assert not torch.equal(first.encoder, other.encoder)


def test_the_normalising_scale() -> None:
    x = torch.randn(4000, 25, generator=torch.Generator().manual_seed(0)) * 3
    assert normalising_scale(x) == pytest.approx(3, rel=0.03)
    assert normalising_scale(torch.full((2, 4), 7.0)) == pytest.approx(7)

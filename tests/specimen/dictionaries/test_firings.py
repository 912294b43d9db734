"""Firings are sorted as promised, and purity is found exactly where it was planted."""

import pytest
import torch

from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.firings import PEAKS, Firings, peak_shares, pure_latents

IDENTITY = Autoencoder(torch.eye(3), torch.zeros(3), torch.eye(3), torch.zeros(3), active=2)


def test_firings_by_hand() -> None:
    x = torch.tensor([[1.0, 0.0, 5.0], [3.0, 2.0, 1.0], [-1.0, -1.0, 6.0]])
    firings = Firings.collect(IDENTITY, x)
    # Each row keeps its best two: latents 0 and 2, then 0 and 1, then 2 alone because the others are negative.
    assert firings.counts.tolist() == [2, 1, 2]
    assert firings.tokens[firings.of(0)].tolist() == [1, 0]
    assert firings.strengths[firings.of(2)].tolist() == [6.0, 5.0]
    assert firings.density.tolist() == pytest.approx([2 / 3, 1 / 3, 2 / 3])
    assert firings.mean_active == 5 / 3
    assert firings.dead == 0


def test_a_latent_that_never_fires_is_dead() -> None:
    firings = Firings.collect(IDENTITY, torch.tensor([[1.0, 2.0, -1.0]]))
    assert firings.counts.tolist() == [1, 1, 0]
    assert firings.dead == pytest.approx(1 / 3)


def planted(*kinds: list[int]) -> tuple[Firings, torch.Tensor]:
    """One latent per list; it fires on tokens of the listed ids, the first of them strongest."""
    ids = torch.tensor([token for kind in kinds for token in kind])
    latents = torch.tensor([latent for latent, kind in enumerate(kinds) for _ in kind])
    strengths = torch.cat([torch.arange(len(kind), 0, -1.0) for kind in kinds])
    return Firings.sort(torch.arange(len(ids)), latents, strengths, len(kinds), len(ids)), ids


def test_purity() -> None:
    first, second, other = [0] * PEAKS, [1] * PEAKS, [2] * PEAKS
    members = torch.tensor([[True, False, False], [False, True, False]])
    firings, ids = planted(
        first,  # pure for the first class
        second[:46] + other[:4] + other,  # pure for the second: weak firings beyond the peaks do not count
        second[:44] + other[:6],  # 88 %: not pure
        first[:-1],  # would be pure, but fires too rarely
    )
    shares = peak_shares(firings, ids, members)
    assert shares.tolist() == torch.tensor([[1.0, 0.0], [0.0, 0.92], [0.0, 0.88], [0.0, 0.0]]).tolist()
    assert pure_latents(shares).tolist() == [1, 1]

"""Groups of tokens and the sight of an unembedding, against their definitions."""

import numpy as np
import pytest
import torch

from stratascope.numerics.latent_language import Sight, group_mass
from tests.numerics.heads import HandHead, random_head, stream


def test_masses_are_sums_of_probabilities() -> None:
    head, x = random_head(120), stream()
    groups = torch.arange(120) % 4
    mass, entropy = group_mass(head, x, groups, 3)
    p = head.logits(x).softmax(-1)
    expected = torch.stack([p[..., groups == group].sum(-1) for group in range(4)], -1).float()
    torch.testing.assert_close(mass, expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(entropy, -(p * p.log()).sum(-1).float(), atol=1e-5, rtol=1e-5)


def test_equally_likely_tokens_give_each_group_its_size() -> None:
    mass, _ = group_mass(HandHead(torch.zeros(64, 24)), stream(), torch.tensor([0] * 16 + [1] * 40 + [2] * 8), 2)
    torch.testing.assert_close(mass[0, 0], torch.tensor([0.25, 0.625, 0.125]))


@pytest.mark.parametrize("centred", [False, True])
def test_energy_is_its_definition_and_one_among_the_rows_themselves(centred: bool) -> None:
    weight, gain = random_head(300).weight, torch.linspace(0.5, 2.0, 24)
    rows = (weight * gain).double()
    x = stream().double()
    if centred:
        rows, x = rows - rows.mean(-1, keepdim=True), x - x.mean(-1, keepdim=True)
    rows, unit = rows / rows.norm(dim=-1, keepdim=True), x / x.norm(dim=-1, keepdim=True)
    average = (rows.T @ rows).norm() / 300
    expected = (unit @ rows.T).square().mean(-1).sqrt() / average
    sight = Sight(weight, gain, centred)
    torch.testing.assert_close(sight.energy(stream()), expected.float(), atol=1e-4, rtol=1e-4)
    assert float(sight.energy(rows.float()).square().mean()) == pytest.approx(1.0, abs=1e-4)
    assert np.isnan(float(sight.energy(torch.zeros(24))))

"""Divergences: closed forms, bounds, and the library's own functions."""

import math

import pytest
import torch
from torch.nn.functional import kl_div

from stratascope.numerics import divergence


def pair(seed: int = 0, size: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(2, 3, size, generator=generator).mul(3).log_softmax(-1).unbind(0))


def test_uniform_has_the_largest_entropy_and_one_hot_none() -> None:
    uniform = torch.zeros(40).log_softmax(-1)
    certain = torch.tensor([0.0, -math.inf, -math.inf])
    assert float(divergence.entropy(uniform)) == pytest.approx(math.log(40))
    assert float(divergence.entropy(certain)) == 0.0


def test_kl_is_the_librarys_and_has_a_direction() -> None:
    p, q = pair()
    torch.testing.assert_close(divergence.kl(p, q), kl_div(q, p, reduction="none", log_target=True).sum(-1))
    assert not torch.allclose(divergence.kl(p, q), divergence.kl(q, p))
    assert float(divergence.kl(p, p).abs().max()) == 0.0


def test_js_is_symmetric_and_at_most_ln_2() -> None:
    p, q = pair()
    apart = torch.tensor([0.0, -math.inf]), torch.tensor([-math.inf, 0.0])
    torch.testing.assert_close(divergence.jensen_shannon(p, q), divergence.jensen_shannon(q, p))
    middle = ((p.exp() + q.exp()) / 2).log()
    torch.testing.assert_close(
        divergence.jensen_shannon(p, q), (divergence.kl(p, middle) + divergence.kl(q, middle)) / 2
    )
    assert float(divergence.jensen_shannon(p, q).max()) < math.log(2)
    assert float(divergence.jensen_shannon(*apart)) == pytest.approx(math.log(2))


def test_tv_of_a_hand_case_and_pinsker() -> None:
    p, q = torch.tensor([0.5, 0.5, 0.0]).log(), torch.tensor([0.25, 0.25, 0.5]).log()
    assert float(divergence.total_variation(p, q)) == pytest.approx(0.5)
    p, q = pair(1)
    assert bool((2 * divergence.total_variation(p, q) ** 2 <= divergence.kl(p, q)).all())


def test_overlap_counts_common_ids_whatever_their_order() -> None:
    a, b = torch.tensor([[1, 2, 3, 4], [1, 2, 3, 4]]), torch.tensor([[4, 3, 9, 8], [5, 6, 7, 8]])
    assert divergence.overlap(a, b).tolist() == [0.5, 0.0]

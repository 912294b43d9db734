"""Centred kernel alignment: identities, what it ignores, and what its bias would have been."""

import pytest
import torch
from torch import Tensor

from stratascope.numerics.similarity import linear_cka, shared_components


def drawn(seed: int, samples: int, width: int) -> Tensor:
    return torch.randn(samples, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_matrices(x: Tensor, y: Tensor) -> float:
    """The same from the two kernels, written out as in the paper."""

    def hsic(k: Tensor, other: Tensor) -> Tensor:
        n = len(k)
        k, other = k - k.diag().diag(), other - other.diag().diag()
        scale = (n - 1) * (n - 2)
        return (k @ other).trace() + k.sum() * other.sum() / scale - 2 * (k @ other).sum() / (n - 2)

    k, other = x @ x.T, y @ y.T
    return float(hsic(k, other) / (hsic(k, k) * hsic(other, other)).sqrt())


def biased(x: Tensor, y: Tensor) -> float:
    x, y = x - x.mean(0), y - y.mean(0)
    return float((x.T @ y).square().sum() / ((x.T @ x).norm() * (y.T @ y).norm()))


def test_it_is_that_of_the_kernels() -> None:
    x = drawn(0, 23, 7) + 3.0
    y = x[:, :5] @ drawn(1, 5, 9) + drawn(2, 23, 9)
    assert float(linear_cka(x, y)) == pytest.approx(by_matrices(x, y), rel=1e-10)


def test_a_set_is_like_itself_turned_stretched_and_moved() -> None:
    x = drawn(0, 40, 12)
    turned = torch.linalg.qr(drawn(1, 12, 12))[0]
    assert float(linear_cka(x, x)) == pytest.approx(1.0, abs=1e-12)
    assert float(linear_cka(x, -3.0 * x @ turned + 5.0)) == pytest.approx(1.0, abs=1e-12)
    y = drawn(2, 40, 6) + x[:, :6]
    assert float(linear_cka(x @ turned * 0.1, y)) == pytest.approx(float(linear_cka(x, y)), rel=1e-9)


def test_independent_sets_are_not_alike_where_the_bias_says_they_are() -> None:
    pairs = [(drawn(seed, 50, 100), drawn(1000 + seed, 50, 100)) for seed in range(20)]
    debiased = torch.stack([linear_cka(*pair) for pair in pairs])
    assert abs(float(debiased.mean())) < 0.01
    assert min(biased(*pair) for pair in pairs) > 0.6


def test_without_variance_or_samples_there_is_none() -> None:
    x = drawn(0, 10, 3)
    assert linear_cka(x, torch.ones(10, 3)).isnan()
    with pytest.raises(ValueError, match="got 3 and 3"):
        linear_cka(x[:3], x[:3])


def test_two_sides_share_the_components_of_both() -> None:
    x, y = drawn(0, 30, 8), drawn(1, 30, 8)
    whole = shared_components(x, y, 8)
    assert whole[2] == pytest.approx(1.0)
    assert float(linear_cka(*whole[:2])) == pytest.approx(float(linear_cka(x, y)), rel=1e-9)
    planted = torch.zeros(8, dtype=torch.float64)
    planted[3] = 100.0
    one, other, kept = shared_components(x * (1 + planted), y + 7.0, 1)
    assert one.shape == other.shape == (30, 1)
    assert float((one[:, 0].abs() - (101 * (x[:, 3] - x[:, 3].mean())).abs()).abs().max()) < 1.0
    assert kept > 0.99

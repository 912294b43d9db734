"""How near a norm is to a fixed scaling, on vectors made by hand."""

import math

import pytest
import torch

from stratascope.numerics.removability import FixedScaling

X = torch.randn(50, 16, generator=torch.Generator().manual_seed(0))


def normed(x: torch.Tensor, parts: int = 1) -> FixedScaling:
    gains = x.square().mean(-1).rsqrt()
    found = FixedScaling()
    for rows, each in zip(x.chunk(parts), gains.chunk(parts), strict=True):
        found.add(rows, rows * each[:, None], each)
    return found


def test_vectors_of_equal_size_are_scaled_alike() -> None:
    found = normed(3 * X / X.square().mean(-1, keepdim=True).sqrt())
    assert found.variation == pytest.approx(0.0, abs=1e-6)
    assert found.r2 == pytest.approx(1.0, abs=1e-6)
    assert found.gain == pytest.approx(1 / 3, rel=1e-5)


def test_doubled_vectors_have_half_the_gain() -> None:
    assert normed(2 * X).gain == pytest.approx(normed(X).gain / 2, rel=1e-6)
    assert normed(2 * X).r2 == pytest.approx(normed(X).r2, rel=1e-6)


def test_very_different_sizes_cannot_be_scaled_by_one_number() -> None:
    assert normed(X * torch.logspace(0, 3, 50)[:, None]).r2 < 0.3


def test_it_does_not_matter_how_the_vectors_come() -> None:
    one, many = normed(X), normed(X, 7)
    assert (one.gain, one.variation, one.r2) == pytest.approx((many.gain, many.variation, many.r2))


def test_it_is_the_least_squares_fit() -> None:
    y = X * X.square().mean(-1, keepdim=True).rsqrt()
    left = [
        float((y - gain * X).square().sum()) for gain in (normed(X).gain * 0.99, normed(X).gain, normed(X).gain * 1.01)
    ]
    assert left[1] < min(left[0], left[2])
    total = float((y - y.mean(0)).square().sum())
    assert normed(X).r2 == pytest.approx(1 - left[1] / total, rel=1e-5)


def test_one_vector_does_not_vary() -> None:
    assert math.isnan(normed(X[:1]).r2)

"""Angular distance: known angles, symmetry, and digits where the arc cosine has none."""

import math

import pytest
import torch

from stratascope.numerics.angles import angular_distance


@pytest.mark.parametrize("angle", [0.0, 1e-5, 0.1, 1.0, math.pi / 2, 3.0, math.pi])
def test_known_angles_whatever_the_lengths(angle: float) -> None:
    x = torch.tensor([2.0, 0.0, 0.0])
    y = 7.0 * torch.tensor([math.cos(angle), math.sin(angle), 0.0])
    assert float(angular_distance(x, y)) == pytest.approx(angle / math.pi, rel=1e-4, abs=1e-8)
    assert float(angular_distance(y, x)) == float(angular_distance(x, y))


def test_it_is_the_arc_cosine_of_the_cosine() -> None:
    x, y = torch.randn(2, 50, 8, generator=torch.Generator().manual_seed(0))
    cos = torch.nn.functional.cosine_similarity(x.double(), y.double(), dim=-1)
    torch.testing.assert_close(angular_distance(x, y).double(), cos.arccos() / math.pi, rtol=1e-5, atol=1e-6)


def test_a_vector_without_direction_has_no_angle() -> None:
    assert angular_distance(torch.zeros(2, 3), torch.ones(2, 3)).isnan().all()

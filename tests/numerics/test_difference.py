"""Distances of vectors, and the row from which on they matter."""

import pytest
import torch

from stratascope.numerics.difference import cosine_distance, parts_at, relative_distance


def test_known_angles_and_lengths() -> None:
    x = torch.tensor([[1.0, 0.0], [1.0, 0.0], [3.0, 4.0], [2.0, 0.0]])
    y = torch.tensor([[0.0, 5.0], [-2.0, 0.0], [3.0, 4.0], [1.0, 0.0]])
    assert cosine_distance(x, y).tolist() == pytest.approx([1.0, 2.0, 0.0, 0.0])
    assert relative_distance(x, y).tolist() == pytest.approx([26**0.5, 3.0, 0.0, 0.5])


def test_equal_vectors_are_exactly_0_apart() -> None:
    x = torch.randn(50, 33, generator=torch.Generator().manual_seed(0))
    assert float(cosine_distance(x, x).abs().max()) == 0.0
    assert float(relative_distance(x, x).abs().max()) == 0.0


def test_small_angles_keep_their_digits() -> None:
    y = torch.tensor([1.0, 1e-6])
    assert float(cosine_distance(torch.tensor([1.0, 0.0]), y)) == pytest.approx(5e-13, rel=1e-3)


def test_no_length_is_no_direction() -> None:
    nothing, x = torch.zeros(2), torch.ones(2)
    assert cosine_distance(nothing, x).isnan()
    assert cosine_distance(x, nothing).isnan()
    assert relative_distance(nothing, x).isnan()
    assert float(relative_distance(x, nothing)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("values", "floor", "row"),
    [
        ([0, 1, 2], [0, 0, 0], 1),
        ([0, 3, 0, 3], [1, 1, 1, 1], 3),
        ([3, 3, 3], [1, 1, 1], 0),
        ([3, 3, 0], [1, 1, 1], None),
        ([0, 0], [0, 0], None),
        ([1, 1, 1], [1, 0, 2], None),
    ],
)
def test_where_values_leave_their_floor_for_good(values: list[float], floor: list[float], row: int | None) -> None:
    assert parts_at(values, floor) == row

"""Lengths, angles and reductions."""

import math

import pytest
import torch

from stratascope.numerics.vectors import cosine, counted, length, reduce, relative_error, standard_error

NAN = math.nan


def test_length_is_the_vector_norm_or_that_over_the_root_of_the_width() -> None:
    x = torch.randn(3, 4, 16, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(length(x), torch.linalg.vector_norm(x, dim=-1), rtol=1e-6, atol=0)
    torch.testing.assert_close(length(x, "rms"), x.square().mean(-1).sqrt())
    assert length(x.bfloat16()).dtype == torch.float32


def test_cosine_of_known_angles() -> None:
    x = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    y = torch.tensor([[3.0, 0.0], [0.0, 5.0], [-1.0, 0.0], [1.0, 1.0]])
    assert cosine(x, y).tolist() == pytest.approx([1.0, 0.0, -1.0, math.sqrt(0.5)])


def test_cosine_of_a_vector_without_direction_is_undefined() -> None:
    assert math.isnan(float(cosine(torch.zeros(3), torch.ones(3))))
    assert float(cosine(torch.full((3,), 1e-6), torch.ones(3))) == pytest.approx(1.0)


@pytest.mark.parametrize(("how", "expected"), [("mean", 2.5), ("median", 2.0), ("max", 5.0)])
def test_reductions_leave_undefined_values_out(how: str, expected: float) -> None:
    values = torch.tensor([[1.0, 5.0, NAN, 2.0, 2.0], [NAN] * 5])
    found = reduce(values, how)
    assert float(found[0]) == pytest.approx(expected)
    assert math.isnan(float(found[1]))


def test_median_of_an_even_count_is_the_mean_of_the_middle_two() -> None:
    assert float(reduce(torch.tensor([1.0, 2.0, 10.0, 4.0]), "median")) == 3.0


def test_standard_error_is_that_of_the_mean() -> None:
    values = torch.tensor([[1.0, 2.0, 3.0, NAN], [7.0, NAN, NAN, NAN]])
    found = standard_error(values)
    assert float(found[0]) == pytest.approx(1.0 / math.sqrt(3))
    assert math.isnan(float(found[1]))


def test_relative_error_is_relative_to_the_largest_entry() -> None:
    assert relative_error(torch.tensor([1.0, 9.0]), torch.tensor([1.0, 10.0])) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("special", "include", "expected"),
    [([True, False, False], False, [1, 2]), ([True, False, False], True, [0, 1, 2]), ([False, True], False, [0, 1]),
     ([True], False, [0])],
)  # fmt: skip
def test_a_special_first_token_is_left_out_of_means(special: list[bool], include: bool, expected: list[int]) -> None:
    assert counted(special, include) == expected

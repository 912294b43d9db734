"""Largest entries: medians of even and odd counts, order and places, and what normal numbers have."""

import numpy as np
import pytest
import torch

from stratascope.numerics.massive import largest, massive, median, normal_ratio, outer_share


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1001, 4096])
def test_the_median_is_the_middle_or_the_mean_of_the_middle_two(count: int) -> None:
    values = torch.randn(count, generator=torch.Generator().manual_seed(count))
    assert median(values) == pytest.approx(float(np.median(values.numpy())), rel=1e-6)
    assert outer_share(values, median(values)) <= 0.5
    assert median(torch.tensor([1.0, 2.0, 4.0, 9.0])) == 3.0  # torch.median answers 2


def test_places_and_signs_of_the_largest() -> None:
    x = torch.zeros(4, 5)
    x[1, 2], x[3, 0], x[0, 4] = -7.0, 6.0, 1.0
    found = largest(x, 2)
    assert found.value.tolist() == [-7.0, 6.0]
    assert found.row.tolist() == [1, 3]
    assert found.column.tolist() == [2, 0]
    assert found.median == 0.0
    assert len(largest(x, 99).value) == 20


def test_both_thresholds_must_be_passed() -> None:
    x = torch.tensor([[1.0, -200.0, 90.0]])
    assert massive(x, 1.0, 100.0, 150.0).tolist() == [[0, 1]]
    assert massive(x, 2.0, 100.0, 150.0).tolist() == []
    assert massive(x, 0.1, 10.0, 150.0).tolist() == [[0, 1], [0, 2]]


def test_the_ratio_of_normal_numbers() -> None:
    draws = torch.randn(200, 5000, generator=torch.Generator().manual_seed(0)).abs()
    ratio = float((draws.amax(-1) / draws.median(-1).values).median())
    assert normal_ratio(5000) == pytest.approx(ratio, rel=0.05)

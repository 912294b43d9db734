"""Drift of attention: closed forms at both ends, classes, and symmetry."""

import math

import pytest
import torch

from stratascope.numerics.drift import class_mass, drift, entropy


def rows(*values: list[float]) -> torch.Tensor:
    return torch.tensor(values)


def test_equal_rows_are_0_apart_and_disjoint_ones_ln_2() -> None:
    one = rows([1.0, 0.0, 0.0], [0.5, 0.3, 0.2])
    assert torch.equal(drift(one, one), torch.zeros(2))
    assert float(drift(one[0], torch.tensor([0.0, 1.0, 0.0]))) == pytest.approx(math.log(2), abs=1e-6)


def test_it_is_symmetric_and_by_hand() -> None:
    one, other = torch.tensor([0.8, 0.2]), torch.tensor([0.4, 0.6])
    middle = [0.6, 0.4]
    by_hand = 0.5 * sum(
        p * math.log(p / m) for side in ([0.8, 0.2], [0.4, 0.6]) for p, m in zip(side, middle, strict=True)
    )
    assert float(drift(one, other)) == pytest.approx(by_hand, abs=1e-6)
    assert float(drift(other, one)) == pytest.approx(by_hand, abs=1e-6)


def test_what_a_row_gives_to_nothing_is_a_class() -> None:
    assert float(drift(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.0]))) == pytest.approx(math.log(2), abs=1e-6)
    half = torch.tensor([0.5, 0.0])
    assert float(drift(half, half)) == 0.0


def test_keys_without_a_partner_are_one_class() -> None:
    pattern = torch.tensor([[[0.1, 0.2, 0.3, 0.4]]])
    assert torch.allclose(class_mass(pattern, [3, 0]), torch.tensor([[[0.4, 0.1, 0.5]]]))
    assert torch.allclose(class_mass(pattern, [0, 1, 2, 3]), torch.tensor([[[0.1, 0.2, 0.3, 0.4, 0.0]]]))


def test_entropy_of_one_key_is_0_and_of_two_ln_2() -> None:
    assert torch.allclose(entropy(rows([1.0, 0.0], [0.5, 0.5])), torch.tensor([0.0, math.log(2)]))

"""Which neurons count as off, and how two groups are compared."""

import math

import pytest
import torch

from stratascope.numerics.neurons import (
    benjamini_hochberg,
    inactive,
    next_token_nll,
    share_held,
    shuffled,
    two_sided,
    welch,
)

VALUES = torch.tensor([[1.0, 0.0, 0.0, -2.0]])


@pytest.mark.parametrize(
    ("metric", "epsilon", "k", "off"),
    [
        ("zero", 5.0, 1.0, [0, 1, 1, 0]),
        ("fat", 0.0, 1.0, [0, 1, 1, 0]),
        ("fat", 1.0, 1.0, [1, 1, 1, 0]),
        ("fat", 1e6, 1.0, [1, 1, 1, 1]),
        ("topk", 0.0, 0.25, [1, 1, 1, 0]),
        ("topk", 0.0, 0.26, [0, 1, 1, 0]),
        ("topk", 0.0, 1.0, [0, 0, 0, 0]),
    ],
)
def test_what_counts_as_off(metric: str, epsilon: float, k: float, off: list[int]) -> None:
    assert inactive(VALUES, metric, epsilon, k).int().tolist() == [off]  # type: ignore[arg-type]


def test_a_tenth_of_480_is_48() -> None:
    assert int((~inactive(torch.randn(1, 480), "topk", 0.0, 0.1)).sum()) == 48


def test_the_rest_holds_a_share_and_all_of_nothing() -> None:
    off = inactive(VALUES, "topk", 0.0, 0.25)
    assert share_held(VALUES, off).tolist() == pytest.approx([2 / 3])
    assert share_held(torch.zeros(1, 4), off).tolist() == [1.0]


def test_a_random_choice_turns_as_many_off_per_token() -> None:
    off = torch.arange(64).expand(10, -1) < torch.arange(10)[:, None]
    drawn = shuffled(off, torch.Generator().manual_seed(0))
    assert drawn.sum(-1).tolist() == list(range(10))
    assert not torch.equal(drawn, off)


def test_even_logits_cost_the_logarithm_of_the_vocabulary() -> None:
    assert next_token_nll(torch.zeros(3, 7), torch.tensor([1, 2, 3])).tolist() == pytest.approx([math.log(7)] * 2)


@pytest.mark.parametrize(
    ("t", "freedom", "p"),
    [(12.706, 1, 0.05), (2.228, 10, 0.05), (-2.228, 10, 0.05), (3.169, 10, 0.01), (1.96, 1e6, 0.05), (0.0, 5, 1.0),
     (10.0, 20, 3.1638e-09), (40.0, 600, 1.99589e-171)],
)  # fmt: skip
def test_p_is_that_of_the_tables(t: float, freedom: float, p: float) -> None:
    found = two_sided(torch.tensor([t], dtype=torch.float64), torch.tensor([freedom], dtype=torch.float64))
    assert float(found) == pytest.approx(p, rel=2e-3)


def test_welch_of_known_samples() -> None:
    a, b = torch.tensor([[3.0], [4.0], [5.0], [6.0]]), torch.tensor([[1.0], [2.0], [1.0], [2.0]])
    found = welch(a, b)
    assert float(found.z) == pytest.approx(3.0 / math.sqrt((5 / 3) / 4 + (1 / 3) / 4))
    assert float(found.p) == pytest.approx(0.0122088, rel=1e-5)


def test_equal_samples_differ_in_nothing_and_constant_ones_have_no_z() -> None:
    a = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    a[:, 0] = 1.0
    assert welch(a, a).z.tolist() == [0.0] * 5
    assert welch(a, a).q.tolist() == pytest.approx([1.0] * 5)
    shifted = a.clone()
    shifted[:, 0] = 2.0
    assert math.isnan(float(welch(a, shifted).z[0]))
    assert math.isnan(float(welch(a, shifted).q[0]))


def test_false_discovery_rate_of_a_textbook_list() -> None:
    p = torch.tensor([0.01, 0.04, 0.03, 0.005, float("nan")], dtype=torch.float64)
    assert benjamini_hochberg(p)[:4].tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert math.isnan(float(benjamini_hochberg(p)[4]))

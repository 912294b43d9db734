"""What a model favours, from logits small enough to check by hand."""

import math

import pytest
import torch

from stratascope.numerics.answer import Favour

LOGITS = torch.tensor([[0.0, math.log(2), math.log(3), math.log(4)]])


def test_the_difference_of_the_mean_logits() -> None:
    assert float(Favour("logit_diff", [3], [1]).of(LOGITS)) == pytest.approx(math.log(2))
    expected = (math.log(3) + math.log(4)) / 2 - math.log(2) / 2
    assert float(Favour("logit_diff", [2, 3], [0, 1]).of(LOGITS)) == pytest.approx(expected)


def test_probabilities_add_up() -> None:
    assert float(Favour("prob", [3], [0]).of(LOGITS)) == pytest.approx(0.4)
    assert float(Favour("prob", [1, 2], []).of(LOGITS)) == pytest.approx(0.5)
    assert float(Favour("logprob", [1, 2], []).of(LOGITS)) == pytest.approx(math.log(0.5))


def test_a_hopeless_answer_has_a_finite_logarithm() -> None:
    assert float(Favour("logprob", [0], []).of(torch.tensor([-1e4, 0.0]))) == pytest.approx(-1e4)

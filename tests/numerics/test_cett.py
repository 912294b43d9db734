"""What is lost when weak neurons are left out, on hand-made layers."""

import pytest
import torch

from stratascope.numerics.cett import Truncation, written_lengths

HAND = Truncation(torch.tensor([[3.0, 4.0]]), torch.eye(2))


def drawn(tokens: int = 20, neurons: int = 30) -> Truncation:
    generator = torch.Generator().manual_seed(0)
    return Truncation(torch.randn(tokens, neurons, generator=generator), torch.randn(neurons, 8, generator=generator))


def test_three_of_three_and_four_is_six_tenths_of_the_output() -> None:
    assert HAND.lengths.tolist() == [[3.0, 4.0]]
    assert HAND.error(3.0) == pytest.approx(0.6)
    assert HAND.threshold(0.5) == (0.0, -1)
    assert HAND.threshold(0.61) == (3.0, 0)
    assert HAND.threshold(1.0) == (4.0, 1)


def test_leaving_out_nothing_loses_nothing_and_everything_all() -> None:
    layer = drawn()
    assert layer.error(0.0) == 0.0
    assert layer.error(float(layer.lengths.max())) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("cett", [0.01, 0.2, 0.5, 0.9])
def test_a_threshold_is_a_crossing(cett: float) -> None:
    layer = drawn()
    tau, rank = layer.threshold(cett)
    above = float(layer.lengths.flatten().sort().values[rank + 1])
    assert layer.error(tau) <= cett < layer.error(above)


def test_it_is_the_same_between_neighbouring_crossings() -> None:
    layer = drawn()
    low, high = layer.threshold(0.1)[1], layer.threshold(0.6)[1]
    assert layer.threshold(0.3, (low, high + 1)) == layer.threshold(0.3)


def test_random_neurons_lose_more() -> None:
    layer = drawn()
    tau, _ = layer.threshold(0.2)
    assert layer.at_random(tau, torch.Generator().manual_seed(0)) > 1.5 * layer.error(tau)


def test_a_neuron_that_writes_nothing_is_never_long() -> None:
    assert written_lengths(torch.tensor([[5.0, -2.0]]), torch.tensor([[0.0, 0.0], [3.0, 4.0]])).tolist() == [
        [0.0, 10.0]
    ]

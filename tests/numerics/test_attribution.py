"""Directions: the same number from logits and from the stream."""

import pytest
import torch

from stratascope.numerics.attribution import Direction, uncapped


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("weights", [{3: 1.0}, {3: 1.0, 7: -1.0}, {0: 0.5, 1: 0.5, 2: -2.0}])
def test_a_direction_reads_the_same_before_and_behind_the_unembedding(weights: dict[int, float], centred: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    unembedding = torch.randn(50, 12, generator=generator)
    x = torch.randn(12, generator=generator)
    direction = Direction(weights, centred=centred)
    assert float(direction.in_stream(unembedding) @ x.double()) == pytest.approx(
        float(direction.of_logits(unembedding @ x)), abs=1e-5
    )


def test_centring_subtracts_the_mean_and_leaves_differences_alone() -> None:
    logits = torch.tensor([1.0, 2.0, 6.0])
    assert float(Direction({2: 1.0}).of_logits(logits)) == pytest.approx(3.0)
    assert float(Direction({2: 1.0}, centred=False).of_logits(logits)) == pytest.approx(6.0)
    assert float(Direction({2: 1.0, 0: -1.0}).of_logits(logits)) == pytest.approx(5.0)


@pytest.mark.parametrize(("targets", "distractors"), [([2], []), ([2], [0]), ([2, 1], []), ([2, 1, 0], [3, 4])])
def test_between_reads_the_difference_of_two_means(targets: list[int], distractors: list[int]) -> None:
    logits = torch.tensor([1.0, 2.0, 6.0, -4.0, 0.5])
    expected = logits[targets].mean() - (logits[distractors].mean() if distractors else 0.0)
    found = Direction.between(targets, distractors, centred=False).of_logits(logits)
    assert float(found) == pytest.approx(float(expected))
    centred = float(Direction.between(targets, distractors).of_logits(logits))
    assert centred == pytest.approx(float(expected) - (0.0 if distractors else float(logits.mean())))


def test_uncapped_undoes_the_cap() -> None:
    z = torch.linspace(-8, 8, 33, dtype=torch.float64)
    torch.testing.assert_close(uncapped(3.0 * torch.tanh(z / 3.0), 3.0), z, atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(uncapped(z.float(), None), z)


def test_a_weighted_direction_is_the_weighted_sum() -> None:
    logits = torch.tensor([1.0, 2.0, 6.0])
    assert float(Direction.weighted([2, 0], [0.5, -3.0], centred=False).of_logits(logits)) == pytest.approx(0.0)
    assert float(Direction.weighted([2, 0], [0.5, -3.0]).of_logits(logits)) == pytest.approx(2.5 * 3.0)

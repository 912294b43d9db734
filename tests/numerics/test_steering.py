"""Directions and edits: a planted shift is found, chance is told from it, and every mode does what it says exactly."""

import math

import pytest
import torch
from torch import Tensor

from stratascope.numerics.steering import Contrast, Mode, moved, repetition, share
from stratascope.numerics.vectors import cosine

WIDTH = 64


def planted(count: int, shift: float, seed: int = 0) -> tuple[Contrast, Tensor]:
    """Two groups of unit noise, one of them shifted along a known direction."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(2, count, WIDTH, generator=generator, dtype=torch.float64)
    direction = torch.nn.functional.normalize(torch.randn(WIDTH, generator=generator, dtype=torch.float64), dim=0)
    return Contrast(noise[0] + shift * direction, noise[1]), direction


def states(seed: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    """(stream [row, position, width], directions [row, 1, width], centre [width])."""
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(3, 4, 16, generator=generator)
    return h, torch.randn(3, 1, 16, generator=generator), torch.randn(16, generator=generator)


def test_a_planted_shift_is_recovered_and_both_halves_agree() -> None:
    contrast, direction = planted(256, shift=12.0)
    assert float(cosine(contrast.direction, direction)) > 0.99
    assert contrast.split_half(seed=0) > 0.95


def test_held_out_texts_are_told_apart_only_where_there_is_something_to_tell() -> None:
    shifted = planted(40, shift=6.0)[0].held_out(seed=1)
    assert shifted.accuracy > 0.95
    assert shifted.accuracy > shifted.shuffled_high
    nothing = planted(40, shift=0.0)[0].held_out(seed=1)
    assert abs(nothing.accuracy - 0.5) < 0.15
    assert abs(nothing.shuffled - 0.5) < 0.1
    assert nothing.accuracy <= nothing.shuffled_high


def test_the_means_of_the_groups_stand_at_one_half_on_either_side() -> None:
    contrast, _ = planted(10, shift=3.0)
    ends = contrast.projection(torch.stack([contrast.positive.mean(0), contrast.negative.mean(0)]))
    torch.testing.assert_close(ends, torch.tensor([0.5, -0.5], dtype=torch.float64))


def test_equal_groups_have_no_direction() -> None:
    same = torch.randn(4, WIDTH, generator=torch.Generator().manual_seed(2))
    assert Contrast(same, same).vanishes
    assert Contrast(same, same.flip(0) + 1e-12).vanishes
    assert not Contrast(same, -same).vanishes


def test_random_directions_are_as_long_and_point_elsewhere() -> None:
    contrast, _ = planted(20, shift=5.0)
    chance = contrast.random(40, seed=3)
    torch.testing.assert_close(chance.norm(dim=-1), contrast.direction.norm().expand(40))
    assert cosine(chance, contrast.direction).abs().mean() < 2 / math.sqrt(WIDTH)
    assert torch.equal(chance, contrast.random(40, seed=3))
    assert not torch.equal(chance, contrast.random(40, seed=4))


@pytest.mark.parametrize("mode", ["add", "project"])
def test_strength_0_returns_the_very_same_bits(mode: Mode) -> None:
    h, direction, centre = states()
    assert torch.equal(moved(h, direction, torch.zeros(3, 1), mode, centre), h)


def test_adding_there_and_back_restores() -> None:
    h, direction, centre = states()
    strength = torch.tensor([[1.5], [-2.0], [0.3]])
    there = moved(h, direction, strength, "add", centre)
    torch.testing.assert_close(there - h, (strength[..., None] * direction).expand_as(h), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(moved(there, direction, -strength, "add", centre), h, atol=1e-5, rtol=1e-5)


def test_projecting_leaves_nothing_along_the_direction_and_everything_across_it() -> None:
    h, direction, centre = states()
    once = moved(h, direction, torch.ones(3, 1), "project", centre)
    unit = direction / direction.norm(dim=-1, keepdim=True)
    assert (once * unit).sum(-1).abs().max() <= 1e-5
    torch.testing.assert_close(moved(once, direction, torch.ones(3, 1), "project", centre), once, atol=1e-5, rtol=0)
    across = h - (h * unit).sum(-1, keepdim=True) * unit
    torch.testing.assert_close(once, across, atol=1e-5, rtol=0)


@pytest.mark.parametrize("strength", [-1.0, 0.0, 1.0, 2.5])
def test_clamping_sets_the_component_exactly(strength: float) -> None:
    h, direction, centre = states()
    after = moved(h, direction, torch.full((3, 1), strength), "clamp", centre)
    length = direction.norm(dim=-1)
    along = (after * direction / length[..., None]).sum(-1)
    goal = (centre * direction / length[..., None]).sum(-1) + strength * length / 2
    torch.testing.assert_close(along, goal.expand_as(along), atol=1e-5, rtol=1e-5)


def test_clamping_at_1_is_the_mean_of_the_positive_group() -> None:
    contrast, _ = planted(10, shift=3.0)
    ends = [
        float(
            contrast.projection(moved(contrast.every[0], contrast.direction, torch.tensor(c), "clamp", contrast.centre))
        )
        for c in (1.0, -1.0)
    ]
    assert ends == pytest.approx([0.5, -0.5], abs=1e-6)


def test_the_size_of_an_edit_is_in_typical_norms() -> None:
    contrast, _ = planted(30, shift=4.0)
    length = float(contrast.direction.norm()) / contrast.typical_norm
    assert contrast.edit_size(-2.0, "add") == pytest.approx(2 * length)
    assert contrast.edit_size(0.0, "project") == 0.0
    assert 0 < contrast.edit_size(1.0, "project") < 1
    assert contrast.edit_size(1.0, "clamp") < contrast.edit_size(6.0, "clamp")


def test_share_is_the_probability_among_the_tokens_named() -> None:
    log_p = torch.tensor([[0.1, 0.2, 0.3, 0.4]]).log()
    assert float(share(log_p, [0, 1], [3])) == pytest.approx(0.3 / 0.7)


def test_repetition_counts_runs_that_stood_before() -> None:
    assert repetition([1, 2, 3, 4, 1, 2, 3, 4]) == pytest.approx(1 / 5)
    assert repetition([7] * 8) == pytest.approx(4 / 5)
    assert repetition(list(range(9))) == 0.0
    assert math.isnan(repetition([1, 2, 3]))

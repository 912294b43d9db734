"""The random control's two ingredients: a step of a given length, and an interval that holds what it promises."""

import numpy as np
import torch

from stratascope.numerics.control import DRAWS, prediction_band, step_toward


def test_a_step_has_the_asked_length_and_direction() -> None:
    start, goal = torch.tensor([[1.0, 1.0], [0.0, 0.0]]), torch.tensor([[4.0, 5.0], [0.0, 2.0]])
    found = step_toward(start, goal, torch.tensor([10.0, 0.5]))
    torch.testing.assert_close(found, torch.tensor([[7.0, 9.0], [0.0, 0.5]]))


def test_a_step_toward_itself_goes_nowhere() -> None:
    x = torch.tensor([3.0, 4.0])
    torch.testing.assert_close(step_toward(x, x, torch.tensor(2.0)), x)


def test_one_more_draw_lies_in_the_band_95_times_in_100() -> None:
    draws = np.random.RandomState(7).standard_normal((DRAWS + 1, 40_000)) * 3 + 5
    low, high = prediction_band(draws[:-1])
    inside = ((draws[-1] >= low) & (draws[-1] <= high)).mean()
    assert abs(inside - 0.95) < 0.005


def test_draws_without_spread_leave_no_width() -> None:
    low, high = prediction_band(np.full((DRAWS, 2), 0.25))
    assert low.tolist() == high.tolist() == [0.25, 0.25]

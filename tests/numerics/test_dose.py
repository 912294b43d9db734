"""Dose and response: means, bands and harmless strengths of sweeps whose numbers are known."""

import numpy as np
import pytest

from stratascope.numerics.control import DRAWS
from stratascope.numerics.dose import Dose, Texts, dose

STRENGTHS = [-2.0, -1.0, 0.0, 1.0, 2.0]


def measured(prompts: int, spread: float = 0.1) -> np.ndarray:
    """[prompt, measure, direction, strength]: the effect of the direction is its strength, that of random ones is noise."""
    values = np.random.RandomState(3).standard_normal((prompts, 4, 1 + DRAWS, len(STRENGTHS))) * spread
    values[:, 0, 0] += STRENGTHS
    return values


def texts(perplexity: list[float], repeated: list[float]) -> Texts:
    tokens = np.full((2, len(STRENGTHS)), 10.0)
    return np.log([perplexity] * 2) * tokens, tokens, np.array([repeated] * 2)


def test_means_and_bands_are_those_of_the_directions() -> None:
    values = measured(50)
    found = dose(values, [], STRENGTHS, bounded=False)
    np.testing.assert_allclose(found.both["effect"][0], values[:, 0, 0].mean(0))
    np.testing.assert_allclose(found.both["kl"][1], values[:, 1, 1:].mean((0, 1)))
    chance = values[:, 0, 1:].mean(0)
    assert (found.both["low"][1] < chance.min(0)).all()
    assert (found.both["high"][1] > chance.max(0)).all()
    width = found.both["high"][0] - found.both["low"][0]
    np.testing.assert_allclose(width, 2 * 1.96 * values[:, 0, 0].std(0, ddof=1) / 50**0.5)


def test_bounded_effects_have_bounded_bands_and_one_prompt_has_no_interval() -> None:
    found = dose(measured(1, spread=2.0), [], STRENGTHS, bounded=True)
    assert (found.both["low"].min(), found.both["high"].max()) == (0.0, 1.0)
    plain = dose(measured(1), [], STRENGTHS, bounded=False)
    assert np.array_equal(plain.both["low"][0], plain.both["high"][0])


@pytest.mark.parametrize(
    ("perplexity", "repeated", "safe"),
    [
        ([2.0] * 5, [0.0] * 5, [-2.0, -1.0, 1.0, 2.0]),
        ([9.0, 2.9, 2.0, 2.9, 3.1], [0.0] * 5, [-1.0, 1.0]),
        ([2.0] * 5, [0.0, 0.0, 0.3, 0.39, 0.41], [-2.0, -1.0, 1.0]),
    ],
)
def test_harmless_strengths_leave_the_band_and_the_text_as_it_was(
    perplexity: list[float], repeated: list[float], safe: list[float]
) -> None:
    assert dose(measured(9), [texts(perplexity, repeated)], STRENGTHS, bounded=False).safe() == safe
    assert dose(measured(9), [], STRENGTHS, bounded=False).safe() == []


def test_perplexity_is_of_all_tokens_together() -> None:
    one, other = texts([2.0] * 5, [0.5] * 5), texts([8.0] * 5, [float("nan")] * 5)
    both = dose(measured(2), [one, other], STRENGTHS, bounded=False).both
    np.testing.assert_allclose(both["perplexity"], 4.0)
    np.testing.assert_allclose(both["repetition"], 0.5)


def test_the_ends_are_one_difference_either_way_where_they_were_tried() -> None:
    nothing = np.zeros((1, 4, 1 + DRAWS, 3))
    assert Dose({}, nothing, nothing[0, 0], STRENGTHS).ends == (1, 3)
    assert Dose({}, nothing, nothing[0, 0], [0.0, 0.5, 3.0]).ends == (0, 2)

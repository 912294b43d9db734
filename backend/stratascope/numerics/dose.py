"""Dose and response: what pushes of many strengths did, in means, bands and the strengths that do no harm. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stratascope.numerics.control import prediction_band

MEASURES = ("effect", "kl", "entropy", "agreement")
SAFE_PERPLEXITY, SAFE_REPETITION = 1.5, 0.1
"""A strength does no harm while perplexity grows at most by this factor and repetition by this much."""

Texts = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Of one prompt's continuations, [direction, strength]: summed −ln p, number of tokens, share of repeated runs."""


class Dose(NamedTuple):
    """What a sweep came to.

    `both` [series, strength] by name: the direction, and the mean over random ones; `low` and `high` are the 95 %
    interval of the mean over prompts, and the 95 % prediction interval of one more random direction. `measured` [prompt,
    measure, direction, strength], `effect` [direction, strength]. 0 is among the strengths.
    """

    both: dict[str, np.ndarray]
    measured: np.ndarray
    effect: np.ndarray
    strengths: list[float]

    @property
    def zero(self) -> int:
        """Where 0 stands among the strengths."""
        return self.strengths.index(0.0)

    @property
    def ends(self) -> tuple[int, int]:
        """Where −1 and +1 stand among the strengths, or else the least and the largest."""
        both = -1.0 in self.strengths and 1.0 in self.strengths
        return (self.strengths.index(-1.0), self.strengths.index(1.0)) if both else (0, len(self.strengths) - 1)

    def safe(self) -> list[float]:
        """Strengths whose effect is outside the random band while the text stays as it was; none without continuations."""
        if "perplexity" not in self.both:
            return []
        effect, low, high = self.both["effect"][0], self.both["low"][1], self.both["high"][1]
        perplexity, repeated = self.both["perplexity"][0], np.nan_to_num(self.both["repetition"][0])
        fluent = perplexity <= SAFE_PERPLEXITY * perplexity[self.zero]
        fluent &= repeated <= repeated[self.zero] + SAFE_REPETITION
        chosen = ((effect < low) | (effect > high)) & fluent
        return [c for c, safe in zip(self.strengths, chosen.tolist(), strict=True) if safe]


def dose(measured: np.ndarray, texts: Sequence[Texts], strengths: list[float], bounded: bool) -> Dose:
    """Means and bands of `measured` [prompt, measure, direction, strength], direction 0 being the one in question.

    A `bounded` effect lies between 0 and 1, and its bands end there.
    """
    means = dict(zip(MEASURES, measured.mean(0), strict=True))
    both = {name: np.stack([values[0], values[1:].mean(0)]) for name, values in means.items()}
    low, high = _bands(measured[:, 0])
    if bounded:
        low, high = low.clip(0.0, 1.0), high.clip(0.0, 1.0)
    both |= {"low": low, "high": high} | (_written(texts) if texts else {})
    return Dose(both, measured, means["effect"], strengths)


def _bands(effects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(low, high) [series, strength] of effects [prompt, direction, strength]."""
    own = effects[:, 0]
    reach = 1.96 * own.std(0, ddof=1) / len(own) ** 0.5 if len(own) > 1 else np.zeros(own.shape[1])
    low, high = prediction_band(effects[:, 1:].mean(0))
    return np.stack([own.mean(0) - reach, low]), np.stack([own.mean(0) + reach, high])


def _written(texts: Sequence[Texts]) -> dict[str, np.ndarray]:
    """Perplexity of all continuations together, and their mean repetition, [series, strength]."""
    surprise, tokens, repeated = (np.stack(part) for part in zip(*texts, strict=True))
    counted = np.isfinite(repeated).sum(0)
    mean = np.where(counted > 0, np.nansum(repeated, 0) / np.maximum(counted, 1), np.nan)
    return {"perplexity": np.exp(surprise.sum(0) / tokens.sum(0)), "repetition": mean}

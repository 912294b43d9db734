"""Directions between two groups of vectors: how far they can be believed, and the edits that are made along them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from stratascope.numerics.vectors import TINY, cosine

Mode = Literal["add", "project", "clamp"]

MOST_NORMS = 20.0
"""How many times its own size the stream may be moved before a person has to insist."""
ROUNDING = 1e-7
"""A difference of means this small against the states is what rounding makes of none."""
SPLITS = 20
"""Random halves that a direction is made of again, and shuffles of the labels."""
_QUANTILE = 0.95


def moved(h: Tensor, direction: Tensor, strength: Tensor, mode: Mode, centre: Tensor) -> Tensor:
    """Stream vectors h [..., width] after an edit along `direction` d [..., width], of `strength` c [...].

    With u = d/‖d‖: add gives h + c·d; project h − c·(h·u)u, which removes the component at c = 1; clamp sets h·u to
    centre·u + c·‖d‖/2, the value at the mean of the positive group for c = 1 and of the negative one for c = −1 if
    `centre` [width] lies between the two means. Add and project return exactly h at strength 0. Computed in h's dtype.
    """
    if mode == "add":
        return h + strength[..., None] * direction
    length = direction.norm(dim=-1, keepdim=True)
    unit: Tensor = direction / length
    along: Tensor = (h * unit).sum(-1, keepdim=True)
    if mode == "project":
        return h - strength[..., None] * along * unit
    goal: Tensor = (centre * unit).sum(-1, keepdim=True) + strength[..., None] * length / 2
    return h + (goal - along) * unit


class HeldOut(NamedTuple):
    """How well a direction tells texts apart that it was not made of.

    `accuracy` is the mean over random halves, balanced between the groups; `shuffled` the same with labels that mean
    nothing, and `shuffled_high` its 95 % quantile.
    """

    accuracy: float
    shuffled: float
    shuffled_high: float


@dataclass(frozen=True)
class Contrast:
    """Vectors of two groups, [text, width] each, at least two per group."""

    positive: Tensor
    negative: Tensor

    @cached_property
    def direction(self) -> Tensor:
        """Mean of the positive group minus mean of the negative one: [width]."""
        return self.positive.mean(0) - self.negative.mean(0)

    @cached_property
    def centre(self) -> Tensor:
        """The point midway between the two means: [width]."""
        return (self.positive.mean(0) + self.negative.mean(0)) / 2

    @cached_property
    def every(self) -> Tensor:
        """Both groups, positive first: [text, width]."""
        return torch.cat([self.positive, self.negative])

    @property
    def typical_norm(self) -> float:
        """Median length of a vector."""
        return float(self.every.norm(dim=-1).median())

    @property
    def vanishes(self) -> bool:
        """Whether the means are the same, up to rounding."""
        return float(self.direction.norm()) <= ROUNDING * max(1.0, self.typical_norm)

    def projection(self, h: Tensor) -> Tensor:
        """Where h [..., width] stands along the direction: ½ at the positive mean, −½ at the negative one: [...]."""
        return (h - self.centre.to(h)) @ (self.direction / self.direction.square().sum()).to(h)

    def edit_size(self, strength: float, mode: Mode) -> float:
        """How far an edit moves these vectors on average, in their typical norm."""
        strengths = self.every.new_full((len(self.every),), strength)
        after = moved(self.every, self.direction.expand_as(self.every), strengths, mode, self.centre)
        return float((after - self.every).norm(dim=-1).mean()) / max(self.typical_norm, TINY)

    def held_out(self, seed: int) -> HeldOut:
        """Accuracy on the half of the texts that the direction was not made of, against shuffled labels."""
        generator = torch.Generator().manual_seed(seed)
        real = [_accuracy(*halves) for halves in _halves(self, generator)]
        chance = []
        for _ in range(SPLITS):
            order = torch.randperm(len(self.every), generator=generator)
            shuffled = self.every[order.to(self.every.device)]
            meaningless = Contrast(shuffled[: len(self.positive)], shuffled[len(self.positive) :])
            chance.append(_accuracy(*next(_halves(meaningless, generator))))
        high = torch.tensor(chance).quantile(_QUANTILE)
        return HeldOut(sum(real) / len(real), sum(chance) / len(chance), float(high))

    def split_half(self, seed: int) -> float:
        """Mean cosine between the directions made of two random halves of the texts."""
        generator = torch.Generator().manual_seed(seed)
        found = [cosine(one.direction, other.direction) for one, other in _halves(self, generator)]
        return float(torch.stack(found).nanmean())

    def random(self, count: int, seed: int) -> Tensor:
        """Directions of independent normal numbers, each as long as this one: [count, width]."""
        drawn = torch.randn(count, len(self.direction), generator=torch.Generator().manual_seed(seed))
        drawn = drawn.to(self.direction)
        found: Tensor = drawn * (self.direction.norm() / drawn.norm(dim=-1, keepdim=True))
        return found


def _halves(contrast: Contrast, generator: torch.Generator) -> Iterator[tuple[Contrast, Contrast]]:
    """The texts in two halves, each with half of either group, over and over."""
    for _ in range(SPLITS):
        halves = []
        for group in (contrast.positive, contrast.negative):
            order = torch.randperm(len(group), generator=generator).to(group.device)
            middle = len(group) // 2
            halves.append((group[order[:middle]], group[order[middle:]]))
        (positive, positive_rest), (negative, negative_rest) = halves
        yield Contrast(positive, negative), Contrast(positive_rest, negative_rest)


def _accuracy(fitted: Contrast, held_out: Contrast) -> float:
    """Share of held-out vectors on the right side of the fitted midpoint; on it counts half."""
    right = fitted.projection(held_out.positive).sign()
    wrong = fitted.projection(held_out.negative).sign()
    return float((right.mean() - wrong.mean() + 2) / 4)


def share(log_p: Tensor, targets: list[int], distractors: list[int]) -> Tensor:
    """Probability of the targets among targets and distractors: log-probabilities [..., vocabulary] -> [...], float64."""
    log_p = log_p.double()
    found: Tensor = (log_p[..., targets].logsumexp(-1) - log_p[..., distractors].logsumexp(-1)).sigmoid()
    return found


def repetition(ids: list[int], size: int = 4) -> float:
    """Share of the runs of `size` tokens that stood earlier in the text already; NaN for a text without any."""
    runs = [tuple(ids[start : start + size]) for start in range(len(ids) - size + 1)]
    return 1 - len(set(runs)) / len(runs) if runs else float("nan")

"""Which places of a corpus stand for a neuron: those of its largest values, of middling ones, of its lowest, and any.

`values` are those of the neuron at every counted token of each text, [position] each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

Group = Literal["strongest", "middle", "lowest", "random"]


class Place(NamedTuple):
    """A token of a text, and why it was chosen."""

    group: Group
    text: int
    position: int


def choose(
    values: Sequence[Tensor], counted: Sequence[Sequence[int]], strongest: int, others: int, generator: torch.Generator
) -> list[Place]:
    """At most one place of a text in each group, and none twice.

    strongest: texts by their largest value. middle: texts by how near some value is to half the largest of all. lowest:
    texts by their smallest value, if that is at least a quarter as far below 0 as the largest is above. random: tokens
    drawn evenly from all that count.
    """
    every = torch.cat([each[list(kept)] for each, kept in zip(values, counted, strict=True)])
    peak, pit = float(every.max()), float(every.min())
    found: list[Place] = []
    orders: list[tuple[Group, int, list[Tensor]]] = [
        ("strongest", strongest, list(values)),
        ("middle", others, [-(each - peak / 2).abs() for each in values]),
        ("lowest", others if pit < -max(peak, 0.0) / 4 else 0, [-each for each in values]),
    ]
    for group, count, scores in orders:
        found += _best(group, scores, counted, count, {place[1:] for place in found})
    places = [(text, position) for text, kept in enumerate(counted) for position in kept]
    taken = {place[1:] for place in found}
    drawn = (places[int(number)] for number in torch.randperm(len(places), generator=generator))
    free = [place for place in drawn if place not in taken][:others]
    return found + [Place("random", *place) for place in free]


def _best(
    group: Group, scores: Sequence[Tensor], counted: Sequence[Sequence[int]], count: int, taken: set[tuple[int, ...]]
) -> list[Place]:
    best: list[tuple[float, int, int]] = []
    for text, (score, kept) in enumerate(zip(scores, counted, strict=True)):
        free = [position for position in kept if (text, position) not in taken]
        if free:
            position = max(free, key=lambda place: (float(score[place]), -place))
            best.append((-float(score[position]), text, position))
    return [Place(group, text, position) for _, text, position in sorted(best)[:count]]


def token_means(ids: Tensor, values: Tensor, least: int) -> list[tuple[int, float, int]]:
    """(token id, mean value, count) of every token that stands at least `least` times, by falling mean."""
    kinds, inverse, count = torch.unique(ids, return_inverse=True, return_counts=True)
    mean = torch.zeros(len(kinds), dtype=values.dtype).scatter_add(0, inverse, values) / count
    order = mean.argsort(descending=True, stable=True).tolist()
    return [(int(kinds[i]), float(mean[i]), int(count[i])) for i in order if int(count[i]) >= least]

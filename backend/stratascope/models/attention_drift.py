"""The attention of two runs laid beside each other, head by head, at the tokens that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from stratascope.numerics.drift import class_mass, drift, entropy

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.pair import Pair
    from stratascope.numerics.pairing import Partners


class AlignedQueries(NamedTuple):
    """Aligned positions of A and B, but a first token on both sides, which can look only at itself.

    `changed` are the places among them that follow the first difference, or all if none does.
    """

    keys: list[tuple[int, int]]
    queries: list[tuple[int, int]]
    changed: list[int]

    @classmethod
    def of(cls, pair: Pair, partners: Partners) -> AlignedQueries:
        """The pairs that partners make: for each position of A its partner in B."""
        keys = [(i, partner) for i, partner in enumerate(partners) if partner is not None]
        queries = [(i, partner) for i, partner in keys if i + partner > 0]
        first = len(partners) if pair.first_difference is None else pair.first_difference
        changed = [place for place, positions in enumerate(queries) if max(positions) >= first]
        return cls(keys, queries, changed or list(range(len(queries))))


class Drifts(NamedTuple):
    """[layer, head] each, but `by_query` [layer, head, query pair].

    `between` is the mean drift from each head to its neighbour within A; `lost` what sums by class miss.
    """

    drift: np.ndarray
    entropy_change: np.ndarray
    unaligned: np.ndarray
    by_query: np.ndarray
    between: float
    lost: float


def compare_attention(pair: Pair, pairs: AlignedQueries) -> Drifts:
    """Compare every head of two runs of one model, at the aligned queries."""
    sides = [
        (side.run, [each[number] for each in pairs.keys], [each[number] for each in pairs.queries])
        for number, side in enumerate((pair.a, pair.b))
    ]
    rows: dict[str, list[Tensor]] = {name: [] for name in ("entropy_change", "unaligned", "by_query")}
    between, lost = [], 0.0
    for layer in range(pair.a.model.layers):
        patterns = [run.pattern(layer)[:, queries] for run, _, queries in sides]
        masses = [class_mass(pattern, keys) for pattern, (_, keys, _) in zip(patterns, sides, strict=True)]
        rows["by_query"].append(drift(*masses))
        rows["entropy_change"].append((entropy(patterns[1]) - entropy(patterns[0]))[:, pairs.changed].mean(-1))
        rows["unaligned"].append(0.5 * (masses[0] + masses[1])[:, pairs.changed, -1].mean(-1))
        between.append(drift(masses[0], masses[0].roll(1, dims=0))[:, pairs.changed].mean())
        errors = [(p.sum(-1) - m.sum(-1)).abs().max() for p, m in zip(patterns, masses, strict=True)]
        lost = max(lost, *map(float, errors))
    found = {name: torch.stack(values).cpu().numpy() for name, values in rows.items()}
    mean = found["by_query"][..., pairs.changed].mean(-1)
    return Drifts(drift=mean, **found, between=float(torch.stack(between).mean()), lost=lost)

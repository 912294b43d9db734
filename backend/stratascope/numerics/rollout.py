"""Attention followed through all layers: a layer mixes the positions, and mixtures of mixtures are matrix products.

A pattern is [head, query, key]; a mixture is [query, key], rows that sum to 1. Everything is float32 at least.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

HeadReduction = Literal["mean", "max", "min"]
EMPTY = 1e-6
"""A row with less attention than this looks at nothing."""


def one_pattern(pattern: Tensor, how: HeadReduction) -> Tensor:
    """The heads' patterns as one: [head, query, key] -> [query, key]."""
    if how == "mean":
        return pattern.mean(0)
    return pattern.amax(0) if how == "max" else pattern.amin(0)


def without_first(pattern: Tensor) -> Tensor:
    """Patterns [..., query, key] without what later tokens give the first one, the rest of a row scaled up to its sum.

    A row with nothing else to look at becomes empty.
    """
    kept = pattern.clone()
    kept[..., 1:, 0] = 0.0
    left = kept.sum(-1, keepdim=True)
    scaled = kept * (pattern.sum(-1, keepdim=True) / left.clamp(min=EMPTY))
    return torch.where(left > EMPTY, scaled, 0.0)


def mixture(pattern: Tensor, residual: float) -> Tensor:
    """residual · I + (1 − residual) · pattern with rows scaled to sum to 1: [query, key] -> [query, key].

    A row that would be empty stays where it is.
    """
    own = torch.eye(pattern.shape[-1], dtype=pattern.dtype, device=pattern.device)
    mixed = residual * own + (1.0 - residual) * pattern
    total = mixed.sum(-1, keepdim=True)
    return torch.where(total > EMPTY, mixed / total.clamp(min=EMPTY), own)


def rollout(mixtures: Sequence[Tensor]) -> Tensor:
    """What the stream of each position is mixed of, row by row: [layer][query, key] -> [row, query, key].

    Row 0 is the identity, row l the product of the first l mixtures, the last of them in front.
    """
    rows = [torch.eye(len(mixtures[0]), dtype=mixtures[0].dtype, device=mixtures[0].device)]
    for each in mixtures:
        rows.append(each @ rows[-1])
    return torch.stack(rows)


def traced(mixtures: Sequence[Tensor], position: int) -> list[Tensor]:
    """How much of one position of the last row passes along every edge: per layer [query, key], summing to 1 each.

    The edge of layer l from key s of row l to query t of row l + 1 carries what has come down to t, times the mixture.
    """
    here = torch.zeros_like(mixtures[-1][0])
    here[position] = 1.0
    edges: list[Tensor] = []
    for each in reversed(mixtures):
        edges.insert(0, here[:, None] * each)
        here = edges[0].sum(0)
    return edges


def even_pattern(visible: Tensor) -> Tensor:
    """Attention spread evenly over the keys each query sees: bool [query, key] -> float32 [query, key]."""
    seen = visible.float()
    return seen / seen.sum(-1, keepdim=True).clamp(min=1.0)

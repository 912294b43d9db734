"""Layers that visibly lengthen a token's vector, and those that do not: L2 adaptive computation."""

from __future__ import annotations

import torch
from torch import Tensor


def growth(norms: Tensor) -> Tensor:
    """How much each layer lengthens every vector, from the norms [row, position] of the stream: [layer, position], signed."""
    return norms[1:] - norms[:-1]


def thresholds(delta: Tensor, alpha: float) -> Tensor:
    """α times the range of a token's growth in the layers before, 0 for the first: [layer, position] -> [layer, position]."""
    found = torch.zeros_like(delta)
    for layer in range(1, len(delta)):
        before = delta[:layer]
        found[layer] = alpha * (before.amax(0) - before.amin(0))
    return found


def activated(delta: Tensor, alpha: float) -> Tensor:
    """Which layers reach a token's threshold: bool [layer, position]. The others are voids."""
    return delta >= thresholds(delta, alpha)


def last_activated(active: Tensor) -> Tensor:
    """The row of the stream behind a token's last activated layer, 0 if there is none: [layer, position] -> [position]."""
    rows = torch.arange(1, len(active) + 1, device=active.device)[:, None]
    return (active * rows).amax(0)

"""How differently a head looks in two texts whose tokens are only partly the same."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from stratascope.numerics.divergence import jensen_shannon


def class_mass(pattern: Tensor, aligned: Sequence[int]) -> Tensor:
    """Attention by class of its key: [..., query, key] -> [..., query, class].

    The classes are the aligned keys, in the order given, and all other keys together.
    """
    others = sorted(set(range(pattern.shape[-1])) - set(aligned))
    return torch.cat([pattern[..., list(aligned)], pattern[..., others].sum(-1, keepdim=True)], dim=-1)


def drift(one: Tensor, other: Tensor) -> Tensor:
    """Jensen–Shannon divergence of attention by class, in nats: [..., class], [..., class] -> [...]; 0 to ln 2.

    What a row lacks to 1 counts as a class of its own: attention to nothing.
    """
    return jensen_shannon(_whole(one).log(), _whole(other).log())


def entropy(pattern: Tensor) -> Tensor:
    """Entropy of each row in nats: [..., query, key] -> [..., query]."""
    return -torch.xlogy(pattern, pattern).sum(-1)


def _whole(mass: Tensor) -> Tensor:
    rest = (1.0 - mass.sum(-1, keepdim=True)).clamp(min=0.0)
    return torch.cat([mass, torch.where(rest > 1e-5, rest, 0.0)], dim=-1)

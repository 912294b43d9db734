"""Attention between groups of positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

Measure = Literal["mass", "per_token", "enrichment"]


def span_mass(pattern: Tensor, groups: Sequence[Sequence[int]]) -> Tensor:
    """Mean over a group's queries of their attention on a group's keys: [..., query, key] -> [..., group, group]."""
    members = _members(groups, pattern)
    return members / members.sum(-1, keepdim=True) @ pattern @ members.T


def span_attention(
    pattern: Tensor, seen: Tensor, groups: Sequence[Sequence[int]], measure: Measure, exclude_self: bool
) -> Tensor:
    """The same as mass, per key token, or over what even attention would give; NaN where no query sees any of the keys.

    pattern [..., query, key], seen bool [query, key] -> [..., group, group].
    """
    visible = seen.float()
    fair = span_mass(visible / visible.sum(-1, keepdim=True), groups)
    if exclude_self:
        other = 1.0 - torch.eye(len(seen), device=pattern.device)
        pattern, fair = pattern * other, span_mass(visible * other / visible.sum(-1, keepdim=True), groups)
    mass = span_mass(pattern, groups)
    if measure == "per_token":
        mass = mass / torch.tensor([len(group) for group in groups], device=mass.device)
    elif measure == "enrichment":
        mass = mass / fair
    return torch.where(fair > 0, mass, float("nan"))


def _members(groups: Sequence[Sequence[int]], pattern: Tensor) -> Tensor:
    """Which positions each group holds: [group, position] of zeros and ones."""
    found = torch.zeros(len(groups), pattern.shape[-1], device=pattern.device)
    for number, group in enumerate(groups):
        found[number, list(group)] = 1.0
    return found

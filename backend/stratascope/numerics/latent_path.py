"""How far and how straight a sequence of mean states travels. Source: "Tracing the Traces"."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from stratascope.numerics.vectors import TINY, cosine, length


@dataclass(frozen=True)
class Path:
    """Of a path h [layer, segment, width] with N segments, float32 [layer]: `net` ‖h_N − h_1‖ / (N − 1), the mean progress
    per step; `cumulative` Σ‖h_n − h_n−1‖; `aligned`, the mean cosine of the steps with h_N − h_1, NaN where the path ends
    where it began. `steps` [layer, step] are the steps' lengths. `error` is the largest relative difference of the steps'
    progress along h_N − h_1, summed, from its length.
    """

    net: Tensor
    cumulative: Tensor
    aligned: Tensor
    steps: Tensor
    error: float


def path(h: Tensor) -> Path:
    """Measure a path of at least two segments."""
    h = h.double()
    steps, whole = h.diff(dim=1), h[:, -1] - h[:, 0]
    lengths, far = length(steps), length(whole)
    turned = cosine(steps, whole[:, None].expand_as(steps))
    moved = torch.where(lengths < TINY, 0.0, turned)
    still = far <= 1e-6 * length(h).amax(-1)
    progress = (moved * lengths).sum(-1)
    error = ((progress - far).abs() / lengths.sum(-1).clamp(min=1e-12)).masked_fill(still, 0.0)
    aligned = torch.where(still, float("nan"), turned.nanmean(-1))
    return Path(far / steps.shape[1], lengths.sum(-1), aligned, lengths, float(error.max()))


def shuffled_alignment(h: Tensor, orders: int = 16, seed: int = 0) -> Tensor:
    """Mean `aligned` [layer] of the same segments in random orders."""
    generator = torch.Generator().manual_seed(seed)
    found = [path(h[:, torch.randperm(h.shape[1], generator=generator)]).aligned for _ in range(orders)]
    return torch.stack(found).nanmean(0)


def segment_means(x: Tensor, segments: Tensor) -> Tensor:
    """Means of x [layer, position, width] over positions of the same segment, numbered [position] from 0: float32 [layer,
    segment, width]."""
    count = int(segments.max()) + 1
    member = torch.nn.functional.one_hot(segments, count).double().to(x.device)
    means: Tensor = torch.einsum("lpw,ps->lsw", x.double(), member / member.sum(0)).float()
    return means

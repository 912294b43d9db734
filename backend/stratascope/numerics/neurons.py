"""Which of a layer's neurons are off, what is left without them, and how two groups of prompts differ in them.

Values of neurons are [position, neuron], in float32.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

_NODES = 96
"""Points of the quadrature; more change nothing in the first nine digits."""

Inactivity = Literal["zero", "fat", "topk"]


def inactive(values: Tensor, metric: Inactivity, epsilon: float, k: float) -> Tensor:
    """Which values count as off: boolean, of the same shape.

    zero: exactly 0. fat: at most `epsilon` away from 0. topk: not among the ⌈k · neurons⌉ of the token furthest from 0.
    """
    if metric == "zero":
        return values == 0
    if metric == "fat":
        return values.abs() <= epsilon
    count = max(1, math.ceil(k * values.shape[-1] - 1e-9))
    off = torch.ones_like(values, dtype=torch.bool)
    return off.scatter(-1, values.abs().topk(count, dim=-1).indices, False)


def shuffled(off: Tensor, generator: torch.Generator) -> Tensor:
    """As many neurons off per token, drawn at random: boolean, of the same shape."""
    order = torch.rand(off.shape, generator=generator).argsort(-1).to(off.device)
    return off.gather(-1, order)


def share_held(values: Tensor, off: Tensor) -> Tensor:
    """Share of Σ|value| in the neurons that are on: [..., neuron] -> [...]; 1 where all values are 0."""
    size = values.abs()
    total = size.sum(-1)
    return torch.where(total > 0, (size * ~off).sum(-1) / total.clamp(min=1e-30), 1.0)


def next_token_nll(logits: Tensor, ids: Tensor) -> Tensor:
    """−ln p of each token after the first, in nats: [position, vocabulary], [position] -> [position − 1]."""
    log_p = logits[:-1].float().log_softmax(-1)
    return -log_p.gather(-1, ids[1:, None].to(log_p.device))[:, 0]


class Welch(NamedTuple):
    """Welch's comparison of two means per neuron, each [neuron]: z, its two-sided p and the Benjamini–Hochberg q."""

    z: Tensor
    p: Tensor
    q: Tensor


def welch(a: Tensor, b: Tensor) -> Welch:
    """Compare samples a [sample, neuron] and b [sample, neuron], in float64.

    z = (mean a − mean b) / √(s²a/na + s²b/nb), judged by Student's t with Welch's degrees of freedom. Where neither group
    varies: z 0 and p 1 if the means are equal, NaN otherwise.
    """
    a, b = a.double(), b.double()
    parts = a.var(0) / len(a), b.var(0) / len(b)
    error, gap = (parts[0] + parts[1]).sqrt(), a.mean(0) - b.mean(0)
    z = torch.where(error > 0, gap / error.clamp(min=1e-300), torch.where(gap == 0, 0.0, float("nan")))
    unequal = parts[0].square() / (len(a) - 1) + parts[1].square() / (len(b) - 1)
    p = two_sided(z, ((parts[0] + parts[1]).square() / unequal.clamp(min=1e-300)).clamp(min=1.0))
    return Welch(z, p, benjamini_hochberg(p))


def two_sided(t: Tensor, freedom: Tensor) -> Tensor:
    """P(|T| ≥ |t|) of Student's t with so many degrees of freedom, in float64: [...], [...] -> [...]; NaN stays NaN.

    With T = √ν tan θ the density is proportional to cos^(ν−1) θ, which is integrated by Gauss–Legendre quadrature up to
    where nothing is left of it.
    """
    nodes, weights = (torch.from_numpy(x).to(t.device) for x in np.polynomial.legendre.leggauss(_NODES))
    start = torch.atan(t.double().abs() / freedom.sqrt())
    half = torch.minimum(math.pi / 2 - start, 16 / freedom.sqrt()) / 2
    angles = start[..., None] + half[..., None] * (nodes + 1)
    log_scale = torch.lgamma((freedom + 1) / 2) - torch.lgamma(freedom / 2) - 0.5 * math.log(math.pi)
    log_density = log_scale[..., None] + (freedom[..., None] - 1) * angles.cos().clamp(min=1e-300).log()
    return (2 * half * (log_density.exp() * weights).sum(-1)).clamp(max=1.0)


def benjamini_hochberg(p: Tensor) -> Tensor:
    """The share of false discoveries among all that are at least as clear: [neuron] -> [neuron]; NaN stays NaN."""
    q = torch.full_like(p, float("nan"))
    known = (~p.isnan()).nonzero()[:, 0]
    order = known[p[known].argsort(stable=True)]
    ranks = torch.arange(1, len(order) + 1, dtype=p.dtype, device=p.device)
    scaled = p[order] * len(order) / ranks
    q[order] = scaled.flip(0).cummin(0).values.flip(0).clamp(max=1.0)
    return q

"""How much of what one head writes lies where another one reads, from their matrices alone.

Heads are given in factors, A = V O and B = X Yᵀ, so that every Frobenius norm is one of products of head width. The score
‖A B‖ / (‖A‖ ‖B‖) is 0 to 1, and about 1/√width for matrices that have nothing to do with each other.
"""

from __future__ import annotations

import torch
from torch import Tensor


def composition(value: Tensor, output: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Scores of heads A = value·output against B = left·rightᵀ: float64 [..., head]; NaN where a matrix is zero.

    value [head, width, head width], output [head, head width, width], left [..., width, head width], right [width, head
    width].
    """
    value, output, left, right = value.double(), output.double(), left.double(), right.double()
    gram, own = value.mT @ value, right.T @ right
    between = output @ left.unsqueeze(-3)
    whole = _norm(gram, output @ output.mT) * _norm(left.mT @ left, own)[..., None]
    product = _trace(gram @ between @ own @ between.mT)
    return torch.where(whole > 0, product / whole.clamp(min=1e-300), float("nan"))


def random_composition(value: Tensor, output: Tensor, left: Tensor, right: Tensor, draws: int, seed: int = 0) -> Tensor:
    """The same with the axes of `left` shuffled and their signs drawn, which keeps lengths and angles: [draw, head]."""
    generator = torch.Generator().manual_seed(seed)
    width = len(left)
    order = torch.stack([torch.randperm(width, generator=generator) for _ in range(draws)]).to(left.device)
    signs = (torch.randint(2, (draws, width, 1), generator=generator) * 2.0 - 1.0).to(left.device)
    return composition(value, output, left[order] * signs, right)


def _norm(gram: Tensor, other: Tensor) -> Tensor:
    """‖P Q‖ from PᵀP and QQᵀ."""
    return _trace(gram @ other)


def _trace(product: Tensor) -> Tensor:
    """The root of the trace, which rounding may make negative."""
    return product.diagonal(dim1=-2, dim2=-1).sum(-1).clamp(min=0.0).sqrt()

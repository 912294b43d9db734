"""The few largest entries of a stream, held against the middle one."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Largest:
    """The largest entries of a matrix by size, descending: signed `value`, `row` and `column`, each [rank]; and the median."""

    value: Tensor
    row: Tensor
    column: Tensor
    median: float


def largest(x: Tensor, k: int) -> Largest:
    """The k largest entries of x [row, column] by absolute value, and the median of all absolute values."""
    flat = x.float().flatten()
    at = flat.abs().topk(min(k, len(flat))).indices
    return Largest(flat[at].cpu(), (at // x.shape[1]).cpu(), (at % x.shape[1]).cpu(), median(flat.abs()))


def median(values: Tensor) -> float:
    """The middle value of a vector, or the mean of the middle two; `torch.median` would answer the lower one."""
    upper = len(values) // 2 + 1
    high = float(values.kthvalue(upper).values)
    return high if len(values) % 2 else 0.5 * (high + float(values.kthvalue(upper - 1).values))


def outer_share(values: Tensor, middle: float) -> float:
    """The larger of the shares of values below and above a median: at most one half."""
    return max(float((values < middle).double().mean()), float((values > middle).double().mean()))


def massive(x: Tensor, middle: float, least: float, times: float) -> Tensor:
    """Where x [row, column] is larger in size than `least` and at least so many times the median: [entry, (row, column)]."""
    size = x.float().abs()
    return ((size > least) & (size >= times * middle)).nonzero().cpu()


def normal_ratio(count: int) -> float:
    """How many times the median the largest of so many normal numbers is, by size, as a rule."""
    quantile = torch.special.ndtri(torch.tensor([1 - 0.5 / max(2, count), 0.75], dtype=torch.float64))
    return float(quantile[0] / quantile[1])

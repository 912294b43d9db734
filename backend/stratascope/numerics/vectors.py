"""Lengths and directions of vectors, and how values over tokens become one number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

Norm = Literal["l2", "rms"]
Reduction = Literal["mean", "median", "max"]

TINY = 1e-8


def length(x: Tensor, norm: Norm = "l2") -> Tensor:
    """Length of vectors in float32: [..., width] -> [...]; `rms` is the l2 length over √width."""
    found: Tensor = torch.linalg.vector_norm(x.float(), dim=-1)
    return found / x.shape[-1] ** 0.5 if norm == "rms" else found


def cosine(x: Tensor, y: Tensor) -> Tensor:
    """Cosine of the angle: [..., width], [..., width] -> [...]; NaN where a vector is shorter than 1e-8."""
    x, y = x.float(), y.float()
    lengths = torch.linalg.vector_norm(x, dim=-1), torch.linalg.vector_norm(y, dim=-1)
    found = (x * y).sum(-1) / (lengths[0] * lengths[1]).clamp(min=1e-30)
    return torch.where(torch.minimum(*lengths) < TINY, float("nan"), found.clamp(-1.0, 1.0))


def relative_error(x: Tensor, y: Tensor) -> float:
    """Largest difference of two tensors relative to the largest entry of `y`."""
    return float((x.float() - y.float()).abs().max() / y.float().abs().max().clamp(min=1e-12))


def reduce(values: Tensor, how: Reduction) -> Tensor:
    """One number over the last dimension, NaN entries left out: [..., position] -> [...]; NaN where nothing is left."""
    if how == "mean":
        return values.nanmean(-1)
    if how == "median":
        return values.nanquantile(0.5, dim=-1)
    found = torch.where(values.isnan(), float("-inf"), values).amax(-1)
    return torch.where(values.isnan().all(-1), float("nan"), found)


def standard_error(values: Tensor) -> Tensor:
    """Standard error of the mean over the last dimension, NaN entries left out; NaN for fewer than two values."""
    count = (~values.isnan()).sum(-1)
    spread = (values - values.nanmean(-1, keepdim=True)).square().nansum(-1) / (count - 1).clamp(min=1)
    return torch.where(count < 2, float("nan"), (spread / count.clamp(min=1)).sqrt())


def counted(special: Sequence[bool], include_first: bool) -> list[int]:
    """Positions that enter a mean: all but a special token in front, which carries its own, often enormous, numbers."""
    leave_out = bool(special) and special[0] and not include_first and len(special) > 1
    return list(range(1 if leave_out else 0, len(special)))

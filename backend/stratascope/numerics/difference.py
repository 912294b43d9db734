"""How far two streams of vectors lie apart, row by row, and from where on more than a floor."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from stratascope.numerics.vectors import TINY


def cosine_distance(x: Tensor, y: Tensor) -> Tensor:
    """1 − cos: [..., width], [..., width] -> [...]; exactly 0 for equal vectors, NaN where one is shorter than 1e-8.

    Computed as half the squared distance of the unit vectors, which keeps the digits of small angles.
    """
    x, y = x.double(), y.double()
    lengths = x.norm(dim=-1), y.norm(dim=-1)
    apart = 0.5 * (x / lengths[0][..., None] - y / lengths[1][..., None]).square().sum(-1)
    return torch.where(torch.minimum(*lengths) < TINY, float("nan"), apart)


def relative_distance(x: Tensor, y: Tensor) -> Tensor:
    """‖x − y‖ in lengths of x: [..., width], [..., width] -> [...]; NaN where x is shorter than 1e-8."""
    x, y = x.double(), y.double()
    length = x.norm(dim=-1)
    return torch.where(length < TINY, float("nan"), (x - y).norm(dim=-1) / length)


def parts_at(values: Sequence[float], floor: Sequence[float]) -> int | None:
    """The first row from which on every value is above the floor; None if the last one is not."""
    rows = list(zip(values, floor, strict=True))
    below = [row for row, (value, least) in enumerate(rows) if not value > least]
    first = below[-1] + 1 if below else 0
    return first if first < len(rows) else None

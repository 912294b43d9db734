"""Angles between vectors."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from stratascope.numerics.vectors import TINY


def angular_distance(x: Tensor, y: Tensor) -> Tensor:
    """The angle over π: [..., width], [..., width] -> [...]; 0 is one direction, 0.5 a right angle, 1 the opposite.

    Taken as 2·atan2(‖û − v̂‖, ‖û + v̂‖) of the unit vectors, which keeps its digits where the arc cosine of a cosine near 1
    has none left. NaN where a vector is shorter than 1e-8.
    """
    x, y = x.float(), y.float()
    lengths = [torch.linalg.vector_norm(each, dim=-1, keepdim=True) for each in (x, y)]
    u, v = (each / size.clamp(min=1e-30) for each, size in zip((x, y), lengths, strict=True))
    difference, total = (torch.linalg.vector_norm(each, dim=-1) for each in (u - v, u + v))
    short = torch.minimum(*lengths)[..., 0] < TINY
    return torch.where(short, float("nan"), 2 / math.pi * torch.atan2(difference, total))

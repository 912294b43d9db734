"""How near a normalisation comes to one fixed scaling, from what passed through it."""

from __future__ import annotations

import torch
from torch import Tensor


class FixedScaling:
    """Vectors that a norm was given and returned, gathered bit by bit in float64.

    The norm returns g · z + β, where z = γ ⊙ x (or x less its mean) and g is a number of the token's own. The best fixed
    scaling returns ḡ · z + β with one ḡ for all of them.
    """

    def __init__(self) -> None:
        self._count = 0
        self._zz = self._zy = self._yy = 0.0
        self._sum: Tensor = torch.zeros(1, dtype=torch.float64)
        self._gains: list[Tensor] = []

    def add(self, z: Tensor, y: Tensor, gains: Tensor) -> None:
        """Vectors z and y = returned − β, each [vector, width], and gains [vector]."""
        z, y = z.double().cpu(), y.double().cpu()
        self._zz, self._zy = self._zz + float((z * z).sum()), self._zy + float((z * y).sum())
        self._yy, self._sum = self._yy + float((y * y).sum()), self._sum + y.sum(0)
        self._count += len(y)
        self._gains.append(gains.double().cpu())

    @property
    def gain(self) -> float:
        """ḡ, by least squares."""
        return self._zy / self._zz if self._zz > 0 else 0.0

    @property
    def variation(self) -> float:
        """Standard deviation of g over vectors, over its mean."""
        gains = torch.cat(self._gains)
        return float(gains.std(correction=0) / gains.mean())

    @property
    def r2(self) -> float:
        """Share of the variance of y around its mean that the best fixed scaling explains; NaN where y does not vary.

        1 means that the norm could be replaced at no cost; below 0 a constant would do better.
        """
        total = self._yy - float((self._sum * self._sum).sum()) / self._count
        left = self._yy - 2 * self.gain * self._zy + self.gain**2 * self._zz
        return 1 - left / total if total > 1e-12 * max(self._yy, 1e-300) else float("nan")

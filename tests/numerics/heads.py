"""Unembeddings made by hand, for tests of the lens kernels without a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


def rms_norm(x: Tensor) -> Tensor:
    """RMSNorm with weight one and no epsilon."""
    return x / x.square().mean(-1, keepdim=True).sqrt()


@dataclass(frozen=True)
class HandHead:
    """cap(scale · (norm(x) Wᵀ + b)), spelled out."""

    weight: Tensor
    bias: Tensor | None = None
    scale: float = 1.0
    softcap: float | None = None
    normed: Callable[[Tensor], Tensor] = rms_norm

    def norm(self, x: Tensor) -> Tensor:
        return self.normed(x)

    def logits(self, x: Tensor) -> Tensor:
        """The definition, in float64."""
        z = self.norm(x.double()) @ self.weight.double().T
        z = self.scale * (z if self.bias is None else z + self.bias.double())
        return z if self.softcap is None else self.softcap * torch.tanh(z / self.softcap)


def random_head(vocabulary: int, width: int = 24, seed: int = 0, **more: float) -> HandHead:
    """Random weights and bias."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(vocabulary, width, generator=generator) * 0.3
    return HandHead(weight, torch.randn(vocabulary, generator=generator), **more)


def stream(rows: int = 5, positions: int = 7, width: int = 24, seed: int = 1) -> Tensor:
    """A random stream [row, position, width] whose rows grow."""
    return torch.randn(rows, positions, width, generator=torch.Generator().manual_seed(seed)).cumsum(0)

"""Splitting logits, or a difference of them, over the vectors that were added to make the stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Direction:
    """A linear reading of the logits: Σ weight[v]·logit[v], with the mean logit subtracted when `centred`.

    Weights that sum to zero (a difference of tokens) make centring have no effect.
    """

    weights: Mapping[int, float]
    centred: bool = True

    @classmethod
    def weighted(cls, tokens: Sequence[int], weights: Sequence[float], *, centred: bool = True) -> Direction:
        """Σ weight · logit over tokens."""
        return cls(dict(zip(tokens, weights, strict=True)), centred)

    @classmethod
    def between(cls, targets: Sequence[int], distractors: Sequence[int] = (), *, centred: bool = True) -> Direction:
        """The mean logit of the targets minus that of the distractors, without which it is the targets' alone."""
        weights = {token: 1 / len(targets) for token in targets}
        return cls(weights | {token: -1 / len(distractors) for token in distractors}, centred)

    @property
    def _mean_share(self) -> float:
        return -sum(self.weights.values()) if self.centred else 0.0

    def of_logits(self, logits: Tensor) -> Tensor:
        """Its value for logits [..., vocabulary] -> [...], in float64."""
        logits = logits.double()
        parts = torch.stack([weight * logits[..., token] for token, weight in self.weights.items()])
        return parts.sum(0) + self._mean_share * logits.mean(-1)

    def in_stream(self, unembedding: Tensor) -> Tensor:
        """The same reading before the unembedding [vocabulary, width]: u [width] with ⟨x, u⟩ its value, in float64."""
        rows = torch.stack([weight * unembedding[token].double() for token, weight in self.weights.items()])
        return rows.sum(0) + self._mean_share * unembedding.mean(0, dtype=torch.float64)


@dataclass(frozen=True)
class Split:
    """A reading of the logits, taken apart.

    In logits: `head` [layer, head]; `attention`, `head_bias` and `mlp` [layer]; the others are single numbers.
    """

    head: np.ndarray
    attention: np.ndarray
    head_bias: np.ndarray
    mlp: np.ndarray
    embedding: float
    bias: float
    model_value: float

    @property
    def components(self) -> np.ndarray:
        """Embedding, attention and MLP of every layer in turn, bias: [component]."""
        layers = np.stack([self.attention, self.mlp], axis=1).ravel()
        return np.concatenate([[self.embedding], layers, [self.bias]])

    def by_layer(self) -> dict[str, float]:
        """Embedding, layers and bias by name, in order of depth."""
        layers = {str(layer): float(value) for layer, value in enumerate(self.attention + self.mlp)}
        return {"embedding": self.embedding, **layers, "bias": self.bias}

    def by_head(self) -> dict[str, float]:
        """Embedding, heads, what attention adds besides them, MLPs and bias by name, in order of depth."""
        parts = {"embedding": self.embedding}
        for layer, heads in enumerate(self.head):
            parts |= {f"{layer}.{head}": float(value) for head, value in enumerate(heads)}
            parts |= {f"{layer} attn bias": float(self.head_bias[layer]), f"{layer} mlp": float(self.mlp[layer])}
        return parts | {"bias": self.bias}

    @property
    def total(self) -> float:
        """What the parts add up to."""
        return float(self.components.sum())

    @property
    def error(self) -> float:
        """How far the parts are from the model's own value, relative where it is above 1."""
        return abs(self.total - self.model_value) / max(1.0, abs(self.model_value))

    @property
    def head_error(self) -> float:
        """How far the heads of a layer with its bias are from what attention adds, at most, relative where above 1."""
        gap = np.abs(self.head.sum(1) + self.head_bias - self.attention)
        return float((gap / np.maximum(1.0, np.abs(self.attention))).max())


def uncapped(logits: Tensor, softcap: float | None) -> Tensor:
    """Logits before a cap c·tanh(z / c) was applied, in float64; unchanged without one."""
    logits = logits.double()
    return logits if softcap is None else torch.atanh((logits / softcap).clamp(-1 + 1e-12, 1 - 1e-12)) * softcap

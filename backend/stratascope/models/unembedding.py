"""The way from a residual stream vector to logits: final norm, unembedding, scale and softcap, as the model does it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stratascope.models.norms import FrozenNorm, NormFacts

_HASHED_ROWS = 4096


class Unembedding:
    """logits = cap(scale · (norm(x) · weightᵀ + bias)), through the model's own modules.

    `weight` [vocabulary, width], `bias` [vocabulary] or None, `scale`, `softcap` (None: none). `facts` describe the
    final norm's linear part.
    """

    def __init__(
        self, tail: Sequence[nn.Module], head: nn.Linear, scale: float, softcap: float | None, facts: NormFacts
    ) -> None:
        self._tail, self._head = tuple(tail), head
        self.scale, self.softcap, self.facts = scale, softcap, facts

    @property
    def weight(self) -> Tensor:
        """The unembedding matrix [vocabulary, width], in the model's dtype."""
        return self._head.weight

    @property
    def bias(self) -> Tensor | None:
        """What is added to every position's logits before scale and softcap, [vocabulary]."""
        return self._head.bias

    @cached_property
    def sha256(self) -> str:
        """Hash of the matrix's bytes in single precision, to tell by which model something was trained for."""
        digest = hashlib.sha256()
        for rows in torch.split(self.weight.detach(), _HASHED_ROWS):
            digest.update(rows.float().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    @cached_property
    def printed_sha256(self) -> str:
        """Hash by which the `tuned-lens` library's checkpoints name a matrix: of what numpy prints of it with one decimal."""
        printed = np.array_str(self.weight.detach().float().cpu().numpy(), precision=1)
        return hashlib.sha256(printed.encode()).hexdigest()

    def logits(self, x: Tensor) -> Tensor:
        """Logits float32 [..., vocabulary] of stream vectors [..., width]."""
        return self._finish(self._head(self.norm(x)))

    def project(self, x: Tensor, tokens: Sequence[int] | Tensor) -> Tensor:
        """Logits float32 [..., token] of stream vectors [..., width] for these token ids only."""
        wanted = torch.as_tensor(tokens, device=self.weight.device)
        bias = None if self.bias is None else self.bias[wanted]
        return self._finish(F.linear(self.norm(x), self.weight[wanted], bias))

    def norm(self, x: Tensor) -> Tensor:
        """The final norm of x [..., width], in the model's dtype."""
        x = x.to(self.weight.dtype)
        for module in self._tail:
            x = module(x)
        return x

    def frozen(self, x: Tensor) -> FrozenNorm:
        """The final norm as the linear map it is at x [..., width]."""
        return self.facts.freeze(x)

    def _finish(self, logits: Tensor) -> Tensor:
        logits = logits.float()
        if self.scale != 1.0:
            logits = logits * self.scale
        return logits if self.softcap is None else torch.tanh(logits / self.softcap) * self.softcap

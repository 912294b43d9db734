"""Spread of a distribution and distance between two, from log-probabilities. Everything in nats, in the dtype given.

`log_p` and `log_q` are log-softmax outputs whose last dimension is the vocabulary; the other dimensions broadcast and are
kept. Log-probabilities of −inf (a token that cannot be predicted) contribute nothing where their own weight is zero.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LN2 = math.log(2.0)


def entropy(log_p: Tensor) -> Tensor:
    """Entropy −Σ p ln p: [..., vocabulary] -> [...]; between 0 and ln V."""
    return -_weighted(log_p, log_p)


def kl(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Kullback–Leibler divergence KL(p‖q) = Σ p (ln p − ln q), not below 0: [..., vocabulary] -> [...]."""
    return _weighted(log_p, log_p - log_q).clamp(min=0.0)


def jensen_shannon(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Jensen–Shannon divergence ½KL(p‖m) + ½KL(q‖m), m = (p + q)/2: [..., vocabulary] -> [...]; between 0 and ln 2."""
    log_m = torch.logaddexp(log_p, log_q) - LN2
    return 0.5 * (_weighted(log_p, log_p - log_m) + _weighted(log_q, log_q - log_m)).clamp(min=0.0)


def total_variation(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Total variation ½Σ|p − q|: [..., vocabulary] -> [...]; between 0 and 1."""
    return 0.5 * (log_p.exp() - log_q.exp()).abs().sum(-1)


def overlap(ids_a: Tensor, ids_b: Tensor) -> Tensor:
    """Share of the first k tokens that two rankings have in common: [..., k], [..., k] -> [...]."""
    return (ids_a[..., :, None] == ids_b[..., None, :]).any(-1).to(torch.float32).mean(-1)


def _weighted(log_p: Tensor, values: Tensor) -> Tensor:
    """Σ p·values over the vocabulary, where 0·inf counts as 0."""
    p = log_p.exp()
    return torch.where(p > 0, p * values, 0.0).sum(-1)

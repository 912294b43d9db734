"""What an attention pattern does: masks of the roles a head can have, scores against them, and their chance level.

A pattern is [..., query, key]: row t says where token t looks. Everything is float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import torch
from torch import Tensor

Role = Literal["previous_token", "duplicate_token", "induction"]
ROLES: tuple[Role, ...] = get_args(Role)


def role_mask(ids: Tensor, role: Role) -> Tensor:
    """Which keys each query must look at to play a role: ids [position] -> bool [query, key].

    previous_token: the token before. duplicate_token: earlier occurrences of the same token. induction: tokens that came
    right after an earlier occurrence of the same token.
    """
    positions = torch.arange(len(ids), device=ids.device)
    query, key = positions[:, None], positions[None, :]
    if role == "previous_token":
        return key == query - 1
    same = ids[:, None] == ids[None, :]
    if role == "duplicate_token":
        return same & (key < query)
    return same.roll(1, dims=1) & (key >= 1) & (key < query)


def role_score(pattern: Tensor, mask: Tensor) -> Tensor:
    """Attention that lands on the mask, averaged over the queries that have a target: [..., query, key] -> [...].

    1 means every eligible query looks only at its targets; NaN when no query has one.
    """
    eligible = mask.any(-1)
    return (pattern * mask).sum(-1)[..., eligible].mean(-1)


def uniform_pattern(length: int) -> Tensor:
    """The pattern of a head that looks at all tokens so far equally: [query, key]."""
    rows = torch.ones(length, length).tril()
    return rows / rows.sum(-1, keepdim=True)


def sink_share(pattern: Tensor) -> Tensor:
    """Attention on the first token, averaged over the queries after it: [..., query, key] -> [...]; NaN for one token."""
    return pattern[..., 1:, 0].mean(-1)


def spread(pattern: Tensor, keys: Tensor) -> Tensor:
    """Entropy of each row over its largest possible value, averaged: [..., query, key] -> [...], 0 one key, 1 all keys.

    `keys` [query] is how many keys each query sees. Rows that see only one are left out; NaN when there is no other.
    """
    several = keys > 1
    entropy = -torch.xlogy(pattern, pattern).sum(-1)
    return (entropy[..., several] / keys[several].log()).mean(-1)


def visible_keys(mask: Tensor | None, length: int) -> Tensor:
    """How many keys each query sees through an additive mask [..., query, key]: [query] float32; None hides nothing."""
    if mask is None:
        return torch.full((length,), float(length))
    return (mask > torch.finfo(mask.dtype).min / 2).reshape(-1, length, length)[0].sum(-1).float()


def repeated_sequences(allowed: Sequence[int], first: int | None, length: int, batch: int, seed: int) -> Tensor:
    """Sequences in which a random run of distinct tokens stands twice: [batch, position] of ids.

    Each is `first` (when there is one), then `length` ids drawn from `allowed` without repetition, then the same again.
    """
    generator = torch.Generator().manual_seed(seed)
    pool = torch.tensor(list(allowed), dtype=torch.long)
    runs = torch.stack([pool[torch.randperm(len(pool), generator=generator)[:length]] for _ in range(batch)])
    start = torch.full((batch, 0 if first is None else 1), first or 0, dtype=torch.long)
    return torch.cat([start, runs, runs], dim=1)


def scores(query: Tensor, key: Tensor, scaling: float, softcap: float | None, mask: Tensor | None) -> Tensor:
    """What the softmax of attention is applied to, NaN where the mask forbids: [head, query, key] float32.

    query [head, position, width], key [key-value head, position, width], mask additive and broadcastable to the answer.
    """
    key = key.float().repeat_interleave(query.shape[0] // key.shape[0], dim=0)
    found = query.float() @ key.transpose(-1, -2) * scaling
    if softcap is not None:
        found = torch.tanh(found / softcap) * softcap
    if mask is None:
        return found
    hidden = mask <= torch.finfo(mask.dtype).min / 2
    return torch.where(hidden, float("nan"), found + mask.float())


def softmax_error(found: Tensor, pattern: Tensor) -> float:
    """How far the softmax of scores (NaN: masked) is from a pattern, at most, both as shares of their row."""
    weights = torch.nan_to_num(found, nan=float("-inf")).softmax(-1)
    return float((weights - pattern / pattern.sum(-1, keepdim=True)).abs().max())


def row_entropy(pattern: Tensor, keys: Tensor | None = None) -> Tensor:
    """Entropy of each row in nats: [..., query, key] -> [..., query]; over its largest, ln(keys), where `keys` are given.

    `keys` [query] is how many keys each query may spread over. A row that may look at one key or none is NaN.
    """
    entropy = -torch.xlogy(pattern, pattern).sum(-1)
    if keys is None:
        return entropy
    return torch.where(keys > 1, entropy / keys.clamp(min=2).log(), float("nan"))


def seen(keys: Tensor) -> Tensor:
    """Which keys each query sees, of a pattern whose query t sees the `keys`[t] positions up to its own: bool [query, key]."""
    position = torch.arange(len(keys), device=keys.device)
    behind = position[:, None] - position[None, :]
    return (behind >= 0) & (behind < keys[:, None])


def distance(pattern: Tensor) -> Tensor:
    """How far back each row looks on average, in tokens: [..., query, key] -> [..., query], over the row's own sum."""
    position = torch.arange(pattern.shape[-1], dtype=torch.float32, device=pattern.device)
    total = pattern.sum(-1)
    return position - torch.where(total > 0, (pattern @ position) / total.clamp(min=1e-12), float("nan"))


def detector_score(pattern: Tensor, mask: Tensor, without_first: bool = False, without_itself: bool = False) -> Tensor:
    """Share of all attention of all queries that lands on the mask: [..., query, key] -> [...].

    The measure of head detectors that count queries without a target too, so that no head reaches 1. Attention on the
    first token, or of each token on itself, may be left out of both sums.
    """
    pattern = pattern.clone()
    if without_first:
        pattern[..., 0] = 0.0
    if without_itself:
        pattern.diagonal(dim1=-2, dim2=-1).zero_()
    return (pattern * mask).sum((-1, -2)) / pattern.sum((-1, -2))

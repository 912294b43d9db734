"""Tokens to probe a model with: its ordinary ones, and random runs of them that stand twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from stratascope.numerics.attention import repeated_sequences
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model

LEAST_LENGTH = 10


def ordinary_tokens(model: Model) -> list[int]:
    """The ids that the tokenizer has a piece for and that are no markers, in order."""
    special = set(model.tokenizer.all_special_ids)
    return [i for i in range(min(len(model.tokenizer), model.vocabulary)) if i not in special]


def sampled_tokens(model: Model, count: int, seed: int) -> list[int]:
    """At most `count` different ordinary tokens, drawn at random, in order of their ids."""
    pool = ordinary_tokens(model)
    order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(seed))[:count]
    return sorted(pool[i] for i in order.tolist())


def repeated_tokens(model: Model, k: int, batch: int, seed: int) -> list[list[int]]:
    """The standard probe of head roles: ids of `batch` sequences of a special first token and `k` random ones twice.

    Raises `prompt_too_long`, and `bad_parameter` where the model has fewer ordinary tokens.
    """
    if 2 * k + 1 > model.text.context:
        raise _too_long(model, k)
    allowed = ordinary_tokens(model)
    if len(allowed) < k:
        most = len(allowed)
        raise Problem(
            "bad_parameter",
            f"k must be at most {most}, the number of ordinary tokens of {model.id}; got {k}.",
            field="k",
            remedy=f"Set k to {most}",
            changes={"k": most},
        )
    drawn: list[list[int]] = repeated_sequences(allowed, model.tokenizer.bos_token_id, k, batch, seed).tolist()
    return drawn


def _too_long(model: Model, k: int) -> Problem:
    context = model.text.context
    most = (context - 1) // 2
    fits = most >= LEAST_LENGTH
    return Problem(
        "prompt_too_long",
        f"{k} tokens repeated make {2 * k + 1}; {model.id} reads at most {context}.",
        field="k",
        remedy=f"Repeat {most} tokens" if fits else "Choose a model with a longer context",
        changes={"k": most} if fits else None,
    )

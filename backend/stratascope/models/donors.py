"""Donors: runs over random tokens, for controls that need values a model really has but that mean nothing here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from stratascope.models.capture import capture
from stratascope.problem import not_enough_samples

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run


def random_donors(model: Model, like: Run, count: int, seed: int) -> Iterator[Run]:
    """Runs over as many tokens as `like` has: its markers where they stand, random ordinary tokens everywhere else.

    Captured one at a time and apart from the cache, so that they push no prompt out of it.
    """
    special = set(model.tokenizer.all_special_ids)
    ordinary = [i for i in range(min(len(model.tokenizer), model.vocabulary)) if i not in special]
    if not ordinary:
        raise not_enough_samples("A random control", 1, "ordinary tokens in the vocabulary", 0)
    stream = np.random.RandomState(seed)  # its numbers are promised never to change
    for _ in range(count):
        drawn = [ordinary[i] for i in stream.randint(len(ordinary), size=len(like.ids))]
        kept = [token.id if token.special else new for token, new in zip(like.tokens.tokens, drawn, strict=True)]
        yield capture(model, kept)

"""Arrays of the lists on a neuron's page: contexts, tokens and neighbours. They can be read without the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from stratascope.models.neuron_corpus import CorpusText
from stratascope.models.neuron_weights import NeuronWeights
from stratascope.numerics.contexts import Place, token_means
from stratascope.result import Array

if TYPE_CHECKING:
    from stratascope.models.model import Model

OUTSIDE = "outside the text"
LEAST_OF_A_KIND = 2
"""A token that stands only once has no mean to speak of."""


def context_names(places: Sequence[Place]) -> list[str]:
    """A name for each context: its group and its number there."""
    groups = [place.group for place in places]
    return [f"{group} {groups[: number + 1].count(group)}" for number, group in enumerate(groups)]


def context_arrays(
    texts: Sequence[CorpusText], values: Sequence[Tensor], places: Sequence[Place], window: int
) -> dict[str, Array]:
    """`slot_*` [context, slot] and `context_*` [context]: tokens and values around each place, which is the middle slot."""
    shape = (len(places), 2 * window + 1)
    token, value = np.full(shape, "", dtype=object), np.full(shape, np.nan, dtype=np.float32)
    ids = np.full(shape, -1)
    for row, place in enumerate(places):
        read = texts[place.text].tokens
        for slot in range(shape[1]):
            position = place.position + slot - window
            if 0 <= position < len(read.ids):
                token[row, slot], ids[row, slot] = read.tokens[position].text, read.ids[position]
                value[row, slot] = float(values[place.text][position])
    over = ("context",)
    return {
        "slot_token": Array(values=token, dims=("context", "slot")),
        "slot_id": Array(values=ids, dims=("context", "slot")),
        "slot_value": Array(
            values=value, dims=("context", "slot"), undefined=OUTSIDE if np.isnan(value).any() else None
        ),
        "context_group": _texts([place.group for place in places], over),
        "context_source": _texts([texts[place.text].source for place in places], over),
        "context_text": Array(values=np.array([place.text for place in places]), dims=over),
        "context_position": Array(values=np.array([place.position for place in places]), dims=over),
        "context_value": Array(values=value[:, window].copy(), dims=over),
    }


def vocabulary_arrays(model: Model, weights: NeuronWeights, layer: int, neuron: int, top: int) -> dict[str, Array]:
    """`raised` and `lowered` [rank], `neighbour` [neighbour], and `reads` [reader, read], each with its texts."""
    count = min(top, len(weights.logits))
    raised, lowered = weights.logits.topk(count), (-weights.logits).topk(count)
    alike = weights.alike.nan_to_num().clone()
    alike[neuron] = -2.0
    near = alike.topk(min(top, len(alike) - 1))
    found = {
        "raised": Array(values=raised.values.numpy(), dims=("rank",)),
        "raised_token": _tokens(model, raised.indices, ("rank",)),
        "lowered": Array(values=-lowered.values.numpy(), dims=("rank",)),
        "lowered_token": _tokens(model, lowered.indices, ("rank",)),
        "neighbour": _texts([f"{layer}.{other}" for other in near.indices.tolist()], ("neighbour",)),
        "neighbour_cosine": Array(values=near.values.numpy(), dims=("neighbour",)),
    }
    if weights.reads is not None:
        best = weights.reads.topk(min(top, weights.reads.shape[1]))
        found["reads"] = Array(values=best.values.numpy(), dims=("reader", "read"))
        found["reads_token"] = _tokens(model, best.indices, ("reader", "read"))
    return found


def kind_arrays(model: Model, ids: Tensor, values: Tensor, top: int) -> dict[str, Array]:
    """`kind_token`, `kind_mean` and `kind_count` [kind]: tokens that stand at least twice, by falling mean value."""
    means = token_means(ids, values, LEAST_OF_A_KIND)[:top]
    over = ("kind",)
    return {
        "kind_token": _texts([model.token(token).text for token, _, _ in means], over),
        "kind_mean": Array(values=np.array([mean for _, mean, _ in means], dtype=np.float32), dims=over),
        "kind_count": Array(values=np.array([count for _, _, count in means], dtype=np.int64), dims=over),
    }


def _tokens(model: Model, ids: Tensor, dims: tuple[str, ...]) -> Array:
    texts = np.array([model.token(int(token)).text for token in ids.flatten()], dtype=object)
    return Array(values=texts.reshape(tuple(ids.shape)), dims=dims)


def _texts(values: Sequence[str], dims: tuple[str, ...]) -> Array:
    return Array(values=np.array(list(values), dtype=object), dims=dims)

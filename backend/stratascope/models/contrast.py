"""Two groups of texts as a model holds them: the stream behind one layer at the last token of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from stratascope.models.generate import by_length, streams
from stratascope.models.labelled_prompts import labelled_prompts
from stratascope.numerics.steering import Contrast
from stratascope.problem import Problem, layer_out_of_range, not_enough_samples

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

LEAST_TEXTS, MOST_TEXTS = 2, 256
ENOUGH_TEXTS = 16
"""With fewer texts on a side a direction is as much about these texts as about what they have in common."""
_BATCH = 32


class Asked(Protocol):
    """The request fields that say which direction is meant."""

    @property
    def positive(self) -> list[str]:
        """Texts it leads toward."""

    @property
    def negative(self) -> list[str]:
        """Texts it leads away from."""

    @property
    def prompt_set(self) -> str | None:
        """A bundled set in place of both."""

    @property
    def label(self) -> str | None:
        """Label of the prompts it leads toward."""

    @property
    def layer(self) -> int | None:
        """Layer behind which it is read."""


@dataclass(frozen=True)
class Reading:
    """The two groups at one layer, and what the model predicts behind them.

    `favoured` [vocabulary]: how much more probable each next token is on average behind positive texts than behind
    negative ones. `apart` is the share of positive texts whose last token ends no negative one.
    """

    layer: int
    contrast: Contrast
    favoured: Tensor
    apart: float

    @property
    def counts(self) -> tuple[int, int]:
        """Positive and negative texts."""
        return len(self.contrast.positive), len(self.contrast.negative)

    def warnings(self) -> list[str]:
        """What makes the direction doubtful whatever is done with it."""
        found = []
        if min(self.counts) < ENOUGH_TEXTS:
            found.append(
                f"The direction is made of {self.counts[0]} and {self.counts[1]} texts; below {ENOUGH_TEXTS} a side it may "
                "say more about these texts than about what sets the sides apart."
            )
        if self.apart > 0.5:
            found.append(
                f"{self.apart:.0%} of the positive texts end in a token that ends no negative one, so the direction may stand "
                "for the last token alone. Let both lists end in the same words."
            )
        return found


def read_contrast(model: Model, asked: Asked) -> Reading:
    """Read the texts of a request, in batches without padding.

    Raises `layer_out_of_range`, `not_enough_samples`, `zero_direction`, problems of single texts, and `unknown_prompt_set`
    or `unknown_label`.
    """
    layer = chosen_layer(model, asked.layer)
    positive, negative = _texts(asked)
    read = [*tokenized(model, "positive", positive), *tokenized(model, "negative", negative)]
    rows = [tokens.ids for tokens in read]
    last = model.layers - 1
    states = last_states(model, rows, {layer, last})
    predicted = model.unembedding.logits(states[last]).softmax(-1)
    ends = {row[-1] for row in rows[len(positive) :]}
    states_here = states[layer].double().cpu()
    contrast = Contrast(states_here[: len(positive)], states_here[len(positive) :])
    if contrast.vanishes:
        raise Problem(
            "zero_direction",
            f"The positive and negative texts leave the same mean behind layer {layer}: the direction has zero norm.",
            field="positive",
            remedy="Check that the two lists hold different texts",
        )
    return Reading(
        layer,
        contrast,
        predicted[: len(positive)].mean(0) - predicted[len(positive) :].mean(0),
        sum(row[-1] not in ends for row in rows[: len(positive)]) / len(positive),
    )


def chosen_layer(model: Model, layer: int | None) -> int:
    """The layer asked for, or else the middle one. Raises `layer_out_of_range`."""
    if layer is None:
        return model.layers // 2
    if layer >= model.layers:
        problem = layer_out_of_range(layer, model.id, model.layers)
        problem.field, problem.changes = "layer", {"layer": model.layers // 2}
        raise problem
    return layer


def last_states(model: Model, rows: Sequence[Sequence[int]], layers: Collection[int]) -> dict[int, Tensor]:
    """The stream that leaves each layer at the last token of each row: [row, width] by layer, in the model's dtype."""
    found = {layer: torch.empty(len(rows), model.width, dtype=_dtype(model), device=model.device) for layer in layers}
    for batch in by_length(rows, _BATCH):
        ids = torch.tensor([list(rows[number]) for number in batch])
        for layer, stream in streams(model, ids, layers).items():
            found[layer][batch] = stream[:, -1].to(found[layer])
    return found


def _dtype(model: Model) -> torch.dtype:
    return model.unembedding.weight.dtype


def _texts(asked: Asked) -> tuple[list[str], list[str]]:
    """Both lists, each text once. Raises `not_enough_samples`."""
    given = (asked.positive, asked.negative)
    if asked.prompt_set is not None:
        given = _labelled(asked.prompt_set, asked.label)
    positive, negative = (list(dict.fromkeys(texts)) for texts in given)
    for name, texts in (("positive", positive), ("negative", negative)):
        if len(texts) < LEAST_TEXTS:
            problem = not_enough_samples("A direction", LEAST_TEXTS, f"different {name} texts", len(texts))
            problem.field = name
            raise problem
    return positive, negative


def _labelled(prompt_set: str, label: str | None) -> tuple[list[str], list[str]]:
    """The prompts of a bundled set with a label, and those with another. Raises `unknown_label`."""
    items = [(item.prompt, item.label) for item in labelled_prompts(prompt_set, "prompt_set") if item.label is not None]
    labels = sorted({own for _, own in items})
    chosen = label if label is not None else "positive" if "positive" in labels else labels[0] if labels else ""
    if chosen not in labels or len(labels) < 2:
        raise Problem(
            "unknown_label",
            f"The prompts of “{prompt_set}” carry the labels {', '.join(labels) or 'none'}; “{chosen}” and another are needed.",
            field="label" if len(labels) > 1 else "prompt_set",
            remedy=f"Choose {labels[0]}" if len(labels) > 1 else "Choose a set with two labels",
            changes={"label": labels[0]} if len(labels) > 1 else None,
        )
    positive = [prompt for prompt, own in items if own == chosen][:MOST_TEXTS]
    return positive, [prompt for prompt, own in items if own != chosen][:MOST_TEXTS]


def tokenized(model: Model, field: str, texts: Sequence[str]) -> list[Tokens]:
    """The texts of a request's field as the model reads them. Problems say which text they are about."""
    found = []
    for number, text in enumerate(texts):
        try:
            found.append(model.tokenize(text))
        except Problem as problem:
            about = f"Text {number + 1} of {field}: {problem.message}"
            raise Problem(problem.code, about, status=problem.status, field=field, remedy=problem.remedy) from problem
    return found

"""The neurons of one layer on a set of prompts, one value per prompt, and the two sets of a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import torch
from torch import Tensor

from stratascope.method import MOST_PROMPTS, Progress, PromptsParams
from stratascope.models.capture import capture
from stratascope.models.contrast import tokenized
from stratascope.models.labelled_prompts import labelled_prompts
from stratascope.models.neuron_checks import sum_error
from stratascope.models.neurons import neuron_activations
from stratascope.models.prompts import read_prompts
from stratascope.numerics.vectors import counted
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

LEAST_PROMPTS = 4


class Reading(Protocol):
    """The request fields that say how one prompt becomes one value per neuron."""

    @property
    def aggregate(self) -> Literal["mean", "max", "last"]:
        """How the values of a prompt's tokens become one."""

    @property
    def epsilon(self) -> float:
        """A neuron fires where its value is further from 0."""

    @property
    def include_bos(self) -> bool:
        """Whether a special first token counts."""


class NeuronSide(NamedTuple):
    """One set of prompts.

    `each` [prompt, neuron], one value per prompt; `frequency` [neuron], share of tokens that fire; `largest` [neuron] with
    the text of its token; `by_token` [position, neuron] of the last prompt; `tokens` counted; `error`, how far the neurons
    lie from what the MLP added.
    """

    each: Tensor
    frequency: Tensor
    largest: Tensor
    top_token: list[str]
    by_token: Tensor
    tokens: int
    error: float


def prompt_sides(
    model: Model, params: PromptsParams, against: Sequence[str], against_from: str | None, label: str | None
) -> tuple[list[Tokens], list[Tokens]]:
    """The prompts of both sets, the second empty if none is asked for.

    The second set is `against`, or the bundled set `against_from`, or what of the first has another label than `label`.
    Raises `not_enough_samples`, `unknown_label`, `label_without_set` and problems of single texts.
    """
    if label is not None:
        if params.prompts_from is None or against or against_from:
            raise Problem(
                "label_without_set",
                "A label sets prompts of one bundled set apart from its others; it needs such a set and no second one.",
                field="label",
                remedy="Leave the label out",
                changes={"label": None},
            )
        sides = _labelled(params.prompts_from, label)
        first, second = (tokenized(model, "prompts_from", side) for side in sides)
    else:
        first = read_prompts(model, params)
        listed = [item.prompt for item in labelled_prompts(against_from, "against_from")] if against_from else against
        second = tokenized(model, "against_from" if against_from else "against", listed[:MOST_PROMPTS])
    if second and min(len(first), len(second)) < LEAST_PROMPTS:
        raise Problem(
            "not_enough_samples",
            f"The contrast needs at least {LEAST_PROMPTS} prompts in each set; got {len(first)} and {len(second)}.",
            field="against",
            remedy="List the neurons of the first set alone",
            changes={"against": [], "against_from": None, "label": None},
        )
    return first, second


def _labelled(prompt_set: str, label: str) -> tuple[list[str], list[str]]:
    """The prompts of a bundled set with a label and those with another."""
    items = [item for item in labelled_prompts(prompt_set, "prompts_from") if item.label is not None]
    with_it = [item.prompt for item in items if item.label == label][:MOST_PROMPTS]
    without = [item.prompt for item in items if item.label != label][:MOST_PROMPTS]
    if with_it and without:
        return with_it, without
    labels = sorted({str(item.label) for item in items})
    raise Problem(
        "unknown_label",
        f"The prompts of “{prompt_set}” carry the labels {', '.join(labels) or 'none'}; “{label}” and another are needed.",
        field="label",
        remedy=f"Choose {labels[0]}" if len(labels) > 1 else "List the neurons of the whole set",
        changes={"label": labels[0] if len(labels) > 1 else None},
    )


def captured(model: Model, prompts: Sequence[Tokens], progress: Progress) -> Iterator[Run]:
    """A run of each prompt, past the cache."""
    for done, prompt in enumerate(prompts):
        progress(done, len(prompts), "reading prompts")
        yield capture(model, prompt.ids, prompt)


def read_side(model: Model, layer: int, prompts: Sequence[Tokens], runs: Iterable[Run], how: Reading) -> NeuronSide:
    """Of each prompt's run one value per neuron is kept, and of the last one the values of its tokens."""
    each, fired, total, error = [], torch.zeros(1), 0, 0.0
    values = largest = torch.full((1,), float("-inf"))
    top_token: list[str] = []
    for prompt, run in zip(prompts, runs, strict=True):
        on_device = neuron_activations(model, run, layer)
        error, values = max(error, sum_error(model, run, layer, on_device)), on_device.cpu()
        kept = counted([token.special for token in prompt.tokens], how.include_bos)
        here = values[kept]
        each.append(_aggregated(here, how.aggregate))
        fired, total = fired + (here.abs() > how.epsilon).sum(0), total + len(kept)
        peak, where = here.max(0)
        top_token = top_token or [""] * len(peak)
        for neuron in (peak > largest).nonzero()[:, 0].tolist():
            top_token[neuron] = prompt.tokens[kept[int(where[neuron])]].text
        largest = torch.maximum(peak, largest)
    return NeuronSide(torch.stack(each), fired / total, largest, top_token, values, total, error)


def _aggregated(values: Tensor, how: str) -> Tensor:
    """[position, neuron] -> [neuron]."""
    if how == "last":
        return values[-1]
    return values.amax(0) if how == "max" else values.mean(0)

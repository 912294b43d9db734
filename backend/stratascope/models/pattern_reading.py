"""Patterns of captured runs, layer by layer, with how far they are from what the heads did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from stratascope.models.head_columns import matrix_of
from stratascope.numerics.attention import visible_keys
from stratascope.numerics.vectors import length, relative_error
from stratascope.problem import Problem
from stratascope.result import Check

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run


class LayerPattern(NamedTuple):
    """The pattern of one layer [head, query, key] float32, and how many keys each query sees [query]."""

    layer: int
    pattern: Tensor
    keys: Tensor


def rows_sum_to_one(off: float) -> Check:
    """Whether the weights of every row are shares; `off` is the largest deviation of a row's sum from 1."""
    return Check(
        name="rows_sum_to_one",
        label="rows sum to 1",
        value=off,
        ok=1e-3,
        warn=1.0,
        explanation="Largest difference of a row's sum of weights from 1; models that can look at nothing have more.",
    )


class PatternReader:
    """Reads patterns and remembers their largest faults, which become the checks of a result."""

    def __init__(self, model: Model) -> None:
        self._layers = model.layers
        self._error, self._off, self._least = 0.0, 0.0, 1.0

    def layers(self, run: Run) -> Iterator[LayerPattern]:
        """The patterns of a run, from the first layer on."""
        for layer in range(self._layers):
            pattern = run.pattern(layer)
            mask = run.record(layer).additive_mask
            self._note(run, layer, pattern)
            yield LayerPattern(layer, pattern, visible_keys(mask, len(run.ids)).to(pattern.device))

    def checks(self) -> list[Check]:
        """Whether the patterns are those that the heads worked with, and rows of shares."""
        return [
            Check(
                name="reproduces_heads",
                label="reproduces the heads",
                value=self._error,
                ok=1e-4,
                warn=1e-2,
                explanation="Largest relative difference between weights × values and what the heads read in the model.",
            ),
            rows_sum_to_one(self._off),
        ]

    def warnings(self) -> list[str]:
        """That rows hold less than 1 in models that can look at nothing."""
        if self._least > 0.99:
            return []
        return [
            f"Rows sum to as little as {self._least:.2f}: this model can look at nothing, and the rest is not renormalised."
        ]

    def _note(self, run: Run, layer: int, pattern: Tensor) -> None:
        value, z = run.value(layer).float(), run.z(layer).float()
        value = value.repeat_interleave(z.shape[1] // value.shape[0], dim=0)
        self._error = max(self._error, relative_error((pattern @ value).transpose(0, 1), z))
        mass = pattern.sum(-1)
        self._off, self._least = max(self._off, float((mass - 1).abs().max())), min(self._least, float(mass.min()))


@torch.no_grad()
def written_lengths(model: Model, run: Run, layer: int) -> Tensor:
    """How long what each head writes for a key is, weight 1 and post norms left out: float32 [head, key]."""
    part = model.structure.layers[layer]
    if part.projection is None:
        raise Problem("no_heads", f"The heads of layer {layer} cannot be separated.", remedy="Choose another model")
    value = run.value(layer).float()
    value = value.repeat_interleave(model.heads // len(value), dim=0)
    output = matrix_of(part.projection).float().view(*value.shape[::2], -1)
    return length(value @ output) * abs(part.attention_multiplier)

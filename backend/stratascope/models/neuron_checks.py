"""What the methods about neurons measure of every run: that the neurons are all that the MLP adds, and what removal costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.neurons import Change, NeuronSite, added_by_neurons, changed_logits
from stratascope.numerics.neurons import next_token_nll
from stratascope.numerics.vectors import relative_error
from stratascope.result import Check

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run


def sum_error(model: Model, run: Run, layer: int, values: Tensor) -> float:
    """How far values [position, neuron] times what the neurons write lie from what the MLP added, relative to the largest."""
    return relative_error(added_by_neurons(model, layer, values), run.mlp_out[layer])


def neurons_add_up(error: float) -> Check:
    """Whether the neurons measured are all that the MLPs add."""
    return Check(
        name="neurons_add_up",
        label="neurons add up",
        value=error,
        ok=1e-4,
        warn=2e-2,
        explanation="Largest difference between what an MLP adds to the stream and the sum of its neurons' values times what "
        "each of them writes, relative to the largest entry.",
    )


def nll_increase(model: Model, run: Run, changes: Mapping[int, Change], site: NeuronSite = "product") -> float:
    """By how much the mean −ln p of the next token grows when neurons take other values, in nats; NaN for one token."""
    return changed_nll(model, run.ids, changes, site) - mean_nll(run)


def mean_nll(run: Run) -> float:
    """Mean −ln p of the next token in a run, in nats; NaN for one token."""
    return float(next_token_nll(run.logits(), run.ids).mean())


def changed_nll(model: Model, ids: Tensor, changes: Mapping[int, Change], site: NeuronSite = "product") -> float:
    """The same of a pass over ids [position] in which neurons take other values."""
    return float(next_token_nll(changed_logits(model, ids, changes, site), ids).mean())


def only_at(positions: list[int], change: Change) -> Change:
    """The same change at these positions alone, of values [..., position, neuron] or [position, neuron]."""

    def changed(values: Tensor) -> Tensor:
        where = torch.zeros(values.shape[-2], 1, dtype=torch.bool, device=values.device)
        where[positions] = True
        return torch.where(where, change(values), values)

    return changed

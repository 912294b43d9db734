"""What single sources and single neurons add along a direction of the stream, at one position of a run.

A direction u [width] is read off the stream as ⟨x, u⟩. Norms between a part and the stream are held at the run's own
statistics, so everything here adds up to what the part itself adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.neurons import neuron_bias, neuron_writes, neurons_of, stream_before
from stratascope.models.norms import norm_facts

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run


@dataclass(frozen=True)
class NeuronEffects:
    """Of one layer: `effect` float64 [neuron] along the direction, `value` [neuron] of what enters the output map, and what
    the MLP adds along it besides its neurons."""

    effect: Tensor
    value: Tensor
    bias: float


@torch.no_grad()
def source_effects(model: Model, run: Run, layer: int, position: int, direction: Tensor) -> Tensor:
    """What each head moves from each position to this one, along the direction: float64 [head, position].

    Head h moves pattern[h, position, s] · v[h, s] W_O^h from s.
    """
    reading = model.head_reading(run, layer, position, direction.double())
    value = run.value(layer).double().repeat_interleave(len(reading) // len(run.value(layer)), dim=0)
    return run.pattern(layer)[:, position].double() * torch.einsum("hsd,hd->hs", value, reading)


@torch.no_grad()
def neuron_effects(model: Model, run: Run, layer: int, position: int, direction: Tensor) -> NeuronEffects:
    """What each neuron of a layer adds along the direction. Raises `no_neurons`."""
    part = model.structure.layers[layer]
    value = neurons_of(model, layer, stream_before(run, layer)[position : position + 1])[0]
    writes, own = neuron_writes(model, layer), neuron_bias(model, layer)
    direction, constant = direction.double(), 0.0
    if part.feed_forward is not None and part.feed_forward.post_norms:
        direction = direction * part.mlp_multiplier
        x = value @ writes if own is None else value @ writes + own
        frozen = []
        for norm in part.feed_forward.post_norms:
            frozen.append(norm_facts(norm, model.width, model.device).freeze(x))
            x = frozen[-1].apply(x) + frozen[-1].constant
        for each in reversed(frozen):
            constant += float(each.constant.double() @ direction)
            direction = each.pull_back(direction)
    bias = 0.0 if own is None else float(own.double() @ direction)
    return NeuronEffects(value.double() * (writes.double() @ direction), value, bias + constant)

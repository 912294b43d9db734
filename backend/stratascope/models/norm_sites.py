"""The normalisation layers of a model: where they stand, what they do, and what passes through them.

Norms are found by what they do: every part of a layer that holds no further part is tried, and those that act as a norm
are named after their place: before or behind attention or the MLP, or, inside attention, by the name they have there.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from transformers import Conv1D

from stratascope.models.fidelity import probe_ids
from stratascope.models.norms import NormFacts, norm_facts
from stratascope.models.structure import Layer
from stratascope.models.trace import Call, Trace, the_tensor, trace

if TYPE_CHECKING:
    from stratascope.models.model import Model

BEFORE_ATTENTION, BEFORE_MLP, FINAL = "pre_attn", "pre_mlp", "final"
BEHIND_ATTENTION, BEHIND_MLP = "post_attn", "post_mlp"
_ERROR = 1e-2
"""Largest relative deviation with which a part still counts as a norm; the numbers are measured more closely later."""


@dataclass(frozen=True)
class NormSite:
    """One norm: its layer (the last one for the final norm), the name of its place, and what it does.

    `heads_first` norms are given [1, head, position, width] rather than [1, position, …, width].
    """

    layer: int
    name: str
    module: nn.Module
    facts: NormFacts
    heads_first: bool = False


@dataclass(frozen=True)
class Passed:
    """What entered and left a norm in float32: [position, width], or [position, head, width] inside attention."""

    given: Tensor
    returned: Tensor


def norm_sites(model: Model) -> list[NormSite]:
    """Every norm of every layer in the order in which they are called, the final one last. Takes one short pass."""
    positions = next(count for count in (5, 6, 7) if count not in (model.heads, model.key_value_heads))
    with model.lock:
        seen = trace(model.network, probe_ids(model.vocabulary, positions)[None].to(model.device))
    found = [
        NormSite(number, _place(layer, call, seen), call.module, facts, _heads_first(call, positions))
        for number, layer in enumerate(model.structure.layers)
        for call in _small_parts(layer, seen)
        if (facts := _facts(call)) is not None
    ]
    final = [NormSite(model.layers - 1, FINAL, part, model.unembedding.facts) for part in model.structure.tail[:1]]
    return found + [site for site in final if site.facts.epsilon is not None]


@torch.no_grad()
def passed_through(model: Model, ids: Tensor, sites: Sequence[NormSite]) -> list[Passed]:
    """What passes through norms when the model reads ids [position], in the order of `sites`."""
    noted: dict[int, tuple[Tensor, Tensor]] = {}

    def note(module: nn.Module, args: tuple[Any, ...], options: dict[str, Any], output: Any) -> None:
        noted[id(module)] = (the_tensor(args, options), the_tensor(output))

    with model.lock, ExitStack() as stack:
        for site in sites:
            stack.callback(site.module.register_forward_hook(note, with_kwargs=True).remove)
        model.network(input_ids=ids[None], use_cache=False)
    model.runs.forwards += 1
    return [Passed(*(_by_position(x, site) for x in noted[id(site.module)])) for site in sites]


def _by_position(x: Tensor, site: NormSite) -> Tensor:
    """[position, …, width], in float32."""
    x = x.detach()[0].float()
    return x.transpose(0, 1) if site.heads_first else x


def _heads_first(call: Call, positions: int) -> bool:
    return call.given.dim() == 4 and call.given.shape[1] != positions


def _small_parts(layer: Layer, seen: Trace) -> list[Call]:
    """The calls of a layer's parts that hold no others and are no linear maps."""
    parts = (part for part in layer.module.modules() if not isinstance(part, (nn.Linear, Conv1D, nn.Dropout)))
    calls = [call for part in parts if not any(True for _ in part.children()) for call in seen.of(part)]
    return sorted((call for call in calls if call.input is not None), key=lambda call: call.began)


def _facts(call: Call) -> NormFacts | None:
    """What a part does, if it is a norm."""
    facts = norm_facts(call.module, call.given.shape[-1], call.given.device)
    return facts if facts.error <= _ERROR and facts.epsilon is not None else None


def _place(layer: Layer, call: Call, seen: Trace) -> str:
    feed_forward = layer.feed_forward
    if layer.attention is not None:
        for name, part in layer.attention.named_modules():
            if part is call.module:
                return str(name)
    if any(part is call.module for part in layer.post_norms):
        return BEHIND_ATTENTION
    if any(part is call.module for part in (feed_forward.post_norms if feed_forward else layer.mlp_outputs)):
        return BEHIND_MLP
    if layer.attention is None:
        return BEFORE_ATTENTION
    return BEFORE_ATTENTION if call.began < _first_read(layer, seen) else BEFORE_MLP


def _first_read(layer: Layer, seen: Trace) -> int:
    """When attention was called."""
    return min(call.began for call in seen.of(layer.attention)) if layer.attention is not None else 0

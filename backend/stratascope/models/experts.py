"""What each expert of a mixture adds at one position: its output times the weight that the router gave it.

The experts of a layer are one module, called with vectors, the experts chosen for each and their weights. Its output is
linear in the weights, so with all weights but one at 0 it is what that one expert adds, whatever lies inside.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from stratascope.models.trace import the_tensor
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model


@dataclass(frozen=True)
class ExpertParts:
    """Of one layer at one position, each float32: `added` [expert, width], the experts that were chosen, to the stream.

    `chosen` and `weight` [expert] are their numbers and weights, `together` [width] what they added in the run itself.
    `alone` says whether the MLP consists of nothing else, such as experts that serve every token.
    """

    chosen: list[int]
    weight: Tensor
    added: Tensor
    together: Tensor
    alone: bool


@dataclass
class _Seen:
    """One call of a layer's experts: vectors [position, width], experts and weights [position, slot], and its output."""

    module: nn.Module
    vectors: Tensor
    chosen: Tensor
    weights: Tensor
    output: Tensor | None = None


@torch.no_grad()
def expert_parts(model: Model, ids: Tensor, position: int) -> dict[int, ExpertParts]:
    """What the experts add at a position of ids [position], by layer; layers without experts are left out.

    One forward pass. Raises `not_moe` where no layer has experts that can be told apart.
    """
    seen: dict[int, _Seen] = {}
    outputs: dict[int, Tensor] = {}
    with model.lock:
        with ExitStack() as stack:
            for layer, part in enumerate(model.structure.layers):
                if len(part.mlp_outputs) == 1:
                    _watch(stack, layer, part.mlp_outputs[0], seen, outputs)
            model.network(input_ids=ids[None], use_cache=False)
        model.runs.forwards += 1
        found = {layer: _split(model, layer, call, outputs[layer], position) for layer, call in seen.items()}
    if not found:
        raise Problem(
            "not_moe",
            f"{model.id} has no mixture-of-experts layers whose experts can be told apart; this view needs one (for "
            "example OLMoE, Mixtral, Qwen-MoE, DeepSeek).",
            status=409,
            field="granularity",
            remedy="Split over attention and MLPs",
            changes={"granularity": "sublayer"},
        )
    return found


def _watch(stack: ExitStack, layer: int, block: nn.Module, seen: dict[int, _Seen], outputs: dict[int, Tensor]) -> None:
    """Note what the experts inside a layer's MLP are given and what they and the MLP return."""

    def given(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        tensors = [each for each in (*args, *kwargs.values()) if isinstance(each, Tensor)]
        if len(tensors) == 3 and layer not in seen and _routes(*tensors):
            seen[layer] = _Seen(module, *tensors)

    def returned(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        if layer in seen and seen[layer].module is module:
            seen[layer].output = the_tensor(output)
        if module is block:
            outputs[layer] = the_tensor(output)

    for module in block.modules():
        stack.callback(module.register_forward_pre_hook(given, with_kwargs=True).remove)
        stack.callback(module.register_forward_hook(returned).remove)


def _routes(vectors: Tensor, chosen: Tensor, weights: Tensor) -> bool:
    """Whether these are vectors, the numbers of the experts for each, and their weights."""
    return not chosen.is_floating_point() and weights.is_floating_point() and chosen.shape == weights.shape


def _split(model: Model, layer: int, call: _Seen, block: Tensor, position: int) -> ExpertParts:
    vectors, output = (_rows(each)[position] for each in (call.vectors, the_tensor(call.output)))
    chosen, weights = _rows(call.chosen)[position], _rows(call.weights)[position]
    slots = len(chosen)
    added = the_tensor(call.module(vectors.repeat(slots, 1), chosen.repeat(slots, 1), weights.diag()))
    multiplier = model.structure.layers[layer].mlp_multiplier
    return ExpertParts(
        chosen.tolist(),
        weights.float(),
        added.reshape(slots, -1).float() * multiplier,
        output.float() * multiplier,
        torch.equal(output, _rows(block)[position]),
    )


def _rows(values: Tensor) -> Tensor:
    return values.reshape(-1, values.shape[-1])

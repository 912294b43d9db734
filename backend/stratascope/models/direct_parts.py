"""The parts of a direct logit attribution at each granularity, by name, all of which sum to the same total."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from torch import Tensor

from stratascope.models.direct_effects import neuron_effects, source_effects
from stratascope.models.experts import expert_parts
from stratascope.models.neurons import is_mixture
from stratascope.problem import Problem
from stratascope.result import Array, Check

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.numerics.attribution import Direction, Split

Granularity = Literal["sublayer", "layer", "head", "source_token", "neuron", "expert"]
NEURONS_PER_SIGN = 100


@dataclass(frozen=True)
class Parts:
    """The parts by name, which sum to the total, and what goes with them."""

    parts: dict[str, float]
    arrays: dict[str, Array] = field(default_factory=dict)
    coords: dict[str, list[str]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)


def finer_parts(
    model: Model, run: Run, granularity: Granularity, position: int, direction: Direction, split: Split
) -> Parts:
    """The parts of the granularity asked for."""
    names = ["embedding", *(f"{layer} {part}" for layer in range(model.layers) for part in ("attn", "mlp")), "bias"]
    if granularity == "sublayer":
        return Parts(dict(zip(names, split.components.tolist(), strict=True)))
    facts = {"granularity": granularity}
    if granularity in ("layer", "head"):
        return Parts(split.by_layer() if granularity == "layer" else split.by_head(), facts=facts)
    reading = _in_stream(model, run, position, direction)
    by = {"source_token": _by_source, "neuron": _by_neuron, "expert": _by_expert}[granularity]
    return by(model, run, position, reading, split, facts)


def _in_stream(model: Model, run: Run, position: int, direction: Direction) -> Tensor:
    """The direction of the last stream at a position that the score is read along, float64 [width]."""
    head = model.unembedding
    u = direction.in_stream(head.weight) * head.scale
    return head.frozen(run.resid[-1, position]).pull_back(u)


def _by_source(model: Model, run: Run, position: int, reading: Tensor, split: Split, facts: dict[str, Any]) -> Parts:
    """Heads split over the positions they moved something from."""
    source = np.stack(
        [np.asarray(source_effects(model, run, layer, position, reading).cpu()) for layer in range(model.layers)]
    )
    tokens = run.tokens.tokens
    parts = {"embedding": split.embedding}
    parts |= {f"{at} “{tokens[at].text}”": float(source[..., at].sum()) for at in range(position + 1)}
    parts |= {f"{layer} attn bias": float(bias) for layer, bias in enumerate(split.head_bias)}
    parts |= {f"{layer} mlp": float(value) for layer, value in enumerate(split.mlp)}
    error = np.abs(source.sum(-1) - split.head) / np.maximum(1.0, np.abs(split.head))
    return Parts(
        {**parts, "bias": split.bias},
        {"source": Array(values=source.astype(np.float32), dims=("layer", "head", "position"))},
        facts=facts,
        checks=[_adds_up("source_sum_error", "sources add up", float(error.max()), "a head's sources and the head")],
    )


def _by_neuron(model: Model, run: Run, position: int, reading: Tensor, split: Split, facts: dict[str, Any]) -> Parts:
    """MLPs split over their neurons, of which the largest of either sign are named."""
    _require_neurons(model)
    layers = [neuron_effects(model, run, layer, position, reading) for layer in range(model.layers)]
    effect = np.concatenate([np.asarray(each.effect.cpu()) for each in layers])
    value = np.concatenate([np.asarray(each.value.cpu()) for each in layers])
    names = [f"{layer}.{neuron}" for layer, each in enumerate(layers) for neuron in range(len(each.effect))]
    order = np.argsort(-effect, kind="stable")
    top, low = order[:NEURONS_PER_SIGN], order[::-1][:NEURONS_PER_SIGN]
    chosen = [int(i) for i in (*top[effect[top] > 0], *low[effect[low] < 0])]
    parts = {"embedding": split.embedding}
    parts |= {f"{layer} attn": float(value) for layer, value in enumerate(split.attention)}
    parts |= {f"neuron {names[i]}": float(effect[i]) for i in chosen}
    parts |= {
        "other neurons": float(effect.sum() - effect[chosen].sum()),
        "mlp biases": sum(each.bias for each in layers),
    }
    sums = np.array([float(each.effect.sum()) + each.bias for each in layers])
    error = np.abs(sums - split.mlp) / np.maximum(1.0, np.abs(split.mlp))
    return Parts(
        {**parts, "bias": split.bias},
        {
            "neuron": Array(values=effect[chosen].astype(np.float32), dims=("neuron",)),
            "neuron_value": Array(values=value[chosen].astype(np.float32), dims=("neuron",)),
        },
        {"neuron": [names[i] for i in chosen]},
        {**facts, "neurons": len(effect), "neuron_share": float(np.abs(effect[chosen]).sum() / np.abs(effect).sum())},
        [
            _adds_up(
                "neuron_sum_error",
                "neurons add up",
                float(error.max()),
                "a layer's neurons with its biases and its MLP",
            )
        ],
    )


def _require_neurons(model: Model) -> None:
    """Raise what `require` does; of a mixture with the remedy to split it over its experts."""
    try:
        model.require(["neurons"])
    except Problem as problem:
        if any(is_mixture(layer) for layer in model.structure.layers):
            problem.field, problem.remedy, problem.changes = (
                "granularity",
                "Split over experts",
                {"granularity": "expert"},
            )
        raise


def _by_expert(model: Model, run: Run, position: int, reading: Tensor, split: Split, facts: dict[str, Any]) -> Parts:
    """MLPs split over the experts that the router chose, and over what else lies in them."""
    found = expert_parts(model, run.ids, position)
    parts, names, effects, weights, errors = {"embedding": split.embedding}, [], [], [], []
    for layer, (attention, mlp) in enumerate(zip(split.attention, split.mlp, strict=True)):
        parts[f"{layer} attn"] = float(attention)
        if layer not in found:
            parts[f"{layer} mlp"] = float(mlp)
            continue
        each = found[layer]
        effect = (each.added.double() @ reading).cpu().numpy()
        together = float(each.together.double() @ reading)
        names += [f"{layer}.{expert}" for expert in each.chosen]
        effects.append(effect)
        weights.append(each.weight.cpu().numpy())
        parts |= {f"expert {layer}.{expert}": float(own) for expert, own in zip(each.chosen, effect, strict=True)}
        if not each.alone:
            parts[f"{layer} mlp beside its experts"] = float(mlp) - together
        whole = float(mlp) if each.alone else together
        errors.append(abs(float(effect.sum()) - whole) / max(1.0, abs(whole)))
    return Parts(
        {**parts, "bias": split.bias},
        {
            "expert": Array(values=np.concatenate(effects).astype(np.float32), dims=("expert",)),
            "expert_weight": Array(values=np.concatenate(weights).astype(np.float32), dims=("expert",)),
        },
        {"expert": names},
        {**facts, "expert_layers": sorted(found)},
        [_adds_up("expert_sum_error", "experts add up", max(errors), "a layer's chosen experts and what they added")],
    )


def _adds_up(name: str, label: str, error: float, what: str) -> Check:
    explanation = f"Largest difference between the sum of {what}, relative to it where it is above 1."
    return Check(name=name, label=label, value=error, ok=1e-4, warn=1e-2, explanation=explanation)

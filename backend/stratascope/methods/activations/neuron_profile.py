"""Neuron profile: which neurons of a layer fire for a prompt or a set of them, and which tell two sets apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import (
    LINES,
    MOST_PROMPTS,
    PROMPT_SET,
    Cost,
    Field,
    Guide,
    Indices,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    PromptText,
    Text,
    method,
    silent,
)
from stratascope.problem import Problem
from stratascope.result import Array, Check, FeatureList, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.neuron_sides import NeuronSide
    from stratascope.numerics.neurons import Welch

CLEAR = 0.05
NO_SPREAD = "no spread among the prompts of either set"
_MIXED = 0


class NeuronProfileParams(PromptsParams):
    """Which neurons, and what they are compared with."""

    layer: int | None = Field(None, ge=0, le=1_000_000, description="Layer; the middle one if left out.")
    aggregate: Literal["mean", "max", "last"] = Field(
        "mean", title="Over tokens", description="How the values of a prompt's tokens become one."
    )
    epsilon: float = Field(
        1e-2, ge=0.0, le=1e6, description="A neuron fires where its value is further from 0 than this."
    )
    top: int = Field(20, ge=1, le=200, description="Neurons listed.")
    neurons: Indices = Field("all", description="Neurons to choose from; all of them, or the list given.")
    against: Annotated[list[PromptText], Field(max_length=MOST_PROMPTS)] = Field(
        [], title="Compared with", description="Prompts of a second set, at most 256.", json_schema_extra=LINES
    )
    against_from: Annotated[Text, Field(max_length=200)] | None = Field(
        None,
        title="Compared with the set",
        description="A bundled prompt set as the second set, by its id.",
        json_schema_extra=PROMPT_SET,
    )
    label: Annotated[Text, Field(max_length=200)] | None = Field(
        None,
        description="With a bundled prompt set alone: its prompts of this label are compared with its others.",
    )
    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token counts."
    )


def _cost(model: ModelFacts, params: NeuronProfileParams, tokens: int) -> Cost:
    prompts = params.most_prompts + (MOST_PROMPTS if params.against_from else len(params.against))
    return Cost(prompts, 4 * tokens * (model.width * (5 * model.layers + 16)) + 32 * prompts * model.width)


@method(
    title="Neuron profile",
    version=1,
    guide=Guide(
        question="Which features fire?",
        purpose="Lists the neurons of a layer that fire most for a prompt or a set, or that tell two sets apart.",
        reading="Highlighted tokens drive a neuron; z compares the first set with the second, one value per prompt. Thousands "
        "of neurons are tested at once, so trust q, the share of false finds among all that are at least as clear, rather "
        "than z. A neuron that tells two sets apart often does so by a word that only one of them uses.",
        synonyms=("neuron activation", "most active neurons", "neuron contrast", "task neurons", "selective neurons",
                  "activation frequency", "Benjamini-Hochberg"),
        next=("activations/neuron-contexts", "activations/activation-sparsity"),
    ),
    papers=[
        Paper("Sparse Neurons Carry Strong Signals of Question Ambiguity in LLMs", 2025),
        Paper("Task-Specific Data Selection for Instruction Tuning via Monosemantic Neuronal Activations", 2025),
        Paper("Disentangling Recall and Reasoning in Transformer Models through Layer-wise Attention and Activation "
              "Analysis", 2025),
    ],
    requires=("causal", "neurons"),
    cost=_cost,
)  # fmt: skip
def neuron_profile(model: Model, params: NeuronProfileParams, progress: Progress = silent) -> FeatureList:
    """Values of one layer's neurons (what enters the output projection), the mean, largest or last over a prompt's tokens.

    Without a second set neurons are ranked by the length of their mean over prompts. With one, by |z| of Welch's
    comparison over prompts, z = (mean − mean of the second set) / √(s²/n + s²/n); q is Benjamini–Hochberg's over all
    neurons of the layer, of the two-sided p of Student's t.

    Arrays over [feature], whose ids are "layer.neuron": `value`; `maximum` over all tokens and `top_token`, where it
    stands; `frequency`, the share of tokens further than `epsilon` from 0; `neuron`, `layer`. With a second set also
    `other`, `z`, `p`, `q`. For one prompt `by_token` [feature, position].
    """
    from stratascope.models.contrast import chosen_layer
    from stratascope.models.neuron_checks import neurons_add_up
    from stratascope.models.neuron_sides import captured, prompt_sides, read_side
    from stratascope.models.neurons import neuron_count
    from stratascope.models.prompts import many, prompt_runs
    from stratascope.numerics.neurons import welch

    layer = chosen_layer(model, params.layer)
    eligible = _eligible(params, layer, neuron_count(model, layer))
    first, second = prompt_sides(model, params, params.against, params.against_from, params.label)
    own = captured(model, first, progress) if second else prompt_runs(model, params, progress, first)
    side = read_side(model, layer, first, own, params)
    other = read_side(model, layer, second, captured(model, second, progress), params) if second else None
    found = welch(side.each, other.each) if other else None
    score = side.each.mean(0).abs() if found is None else found.z.abs().nan_to_num(nan=-1.0)
    order = sorted(eligible, key=lambda neuron: -float(score[neuron]))[: params.top]
    arrays = _arrays(side, layer, order) | _contrast_arrays(other, found, order)
    single = not many(params) and other is None
    if single:
        arrays["by_token"] = Array(values=side.by_token[:, order].T.numpy(), dims=("feature", "position"))
    error = max(side.error, other.error if other else 0.0)
    return FeatureList(
        arrays=arrays,
        quantities=_quantities(params, found is not None),
        coords={"feature": [f"{layer}.{neuron}" for neuron in order]},
        tokens=first[0].tokens if single else [],
        shown={"feature": len(order)},
        total={"feature": len(score)},
        facts=_facts(side, other, layer, found),
        summary=_summary(side, layer, order, found),
        checks=[neurons_add_up(error), *([_shuffled(side.each, other.each, found)] if other and found else [])],
    )


def _eligible(params: NeuronProfileParams, layer: int, count: int) -> list[int]:
    """The neurons to choose from. Raises `neuron_out_of_range`."""
    if params.neurons == "all":
        return list(range(count))
    outside = [neuron for neuron in params.neurons if neuron >= count]
    if outside:
        raise Problem(
            "neuron_out_of_range",
            f"Neuron {outside[0]} does not exist; layer {layer} has {count} (0–{count - 1}).",
            field="neurons",
            remedy="Choose from all neurons",
            changes={"neurons": "all"},
        )
    return list(dict.fromkeys(params.neurons))


def _arrays(side: NeuronSide, layer: int, order: list[int]) -> dict[str, Array]:
    over = ("feature",)
    return {
        "value": Array(values=side.each.mean(0)[order].numpy(), dims=over),
        "maximum": Array(values=side.largest[order].numpy(), dims=over),
        "frequency": Array(values=side.frequency[order].numpy(), dims=over),
        "top_token": Array(values=np.array([side.top_token[neuron] for neuron in order], dtype=object), dims=over),
        "neuron": Array(values=np.array(order), dims=over),
        "layer": Array(values=np.full(len(order), layer), dims=over),
    }


def _contrast_arrays(other: NeuronSide | None, found: Welch | None, order: list[int]) -> dict[str, Array]:
    if other is None or found is None:
        return {}
    arrays = {"other": Array(values=other.each.mean(0)[order].numpy(), dims=("feature",))}
    for name, values in found._asdict().items():
        shown = values[order].float().numpy()
        arrays[name] = Array(values=shown, dims=("feature",), undefined=NO_SPREAD if np.isnan(shown).any() else None)
    return arrays


def _quantities(params: NeuronProfileParams, contrast: bool) -> list[Quantity]:
    value = Quantity(name="value", label=f"{params.aggregate} value", scale="feat")
    frequency = Quantity(name="frequency", label="share of tokens", scale="prob", limits=(0.0, 1.0))
    return (
        [Quantity(name="z", label="z between the sets", scale="dif"), value, frequency]
        if contrast
        else [value, frequency]
    )


def _facts(side: NeuronSide, other: NeuronSide | None, layer: int, found: Welch | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"layer": layer, "n_prompts": len(side.each), "n_tokens": side.tokens}
    if other is None or found is None:
        return facts | {"active": int((side.frequency > 0).sum())}
    clear = int((found.q < CLEAR).sum())
    return facts | {
        "n_prompts_against": len(other.each),
        "n_tokens_against": other.tokens,
        "clear": clear,
        "active": clear,
    }


def _shuffled(a: Tensor, b: Tensor, found: Welch) -> Check:
    """How clear the clearest neuron would be if the two sets were one."""
    import torch

    from stratascope.numerics.neurons import welch

    both = torch.cat([a, b])
    mixed = both[torch.randperm(len(both), generator=torch.Generator().manual_seed(_MIXED))]
    control = welch(mixed[: len(a)], mixed[len(a) :]).z.abs().nan_to_num().max()
    return Check(
        name="largest_z",
        label="clearest neuron",
        value=float(found.z.abs().nan_to_num().max()),
        control=float(control),
        explanation="Largest |z| of any neuron of the layer; the control is the largest when the prompts are dealt out to the "
        "two sets at random.",
    )


def _summary(side: NeuronSide, layer: int, order: list[int], found: Welch | None) -> str:
    first = order[0]
    value, share = float(side.each.mean(0)[first]), float(side.frequency[first])
    if found is None:
        return (
            f"Neuron {layer}.{first} is the most active ({value:.3g}), on {share:.0%} of the tokens, most on "
            f"“{side.top_token[first]}”."
        )
    clear = int((found.q < CLEAR).sum())
    return (
        f"{clear} of {len(found.z)} neurons of layer {layer} tell the sets apart (q < {CLEAR:g}); the clearest is "
        f"{layer}.{first} (z {float(found.z[first]):.3g}, q {float(found.q[first]):.2g})."
    )

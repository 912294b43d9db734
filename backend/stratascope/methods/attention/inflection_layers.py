"""Inflection layers: where attention is focused and little gradient passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    method,
    silent,
)
from stratascope.problem import Problem, not_enough_samples
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stratascope.models.learning_signal import Signal
    from stratascope.models.model import Model
    from stratascope.models.stream_change import Changed
    from stratascope.models.tokens import Tokens

ID = "attention/inflection-layers"
UNITS = {
    "attention entropy": "share of the largest",
    "gradient": "nats per unit of the stream",
    "gradient × stream": "nats",
    "weight gradient": "nats per unit of weight",
    "gradient passed on": "ratio",
}
"""The series with their units."""
CHANGE = {"change to the other model": "1 − CKA"}
"""The one that a second model adds."""
MOST_TOKENS, ENOUGH_PROMPTS = 256, 4
NO_GRADIENT = "no gradient arrives behind this layer"
NO_CHANGE = "the streams are compared over all prompts together, and where they do not vary they cannot be"
ENOUGH_COMPARED = 64


class InflectionLayersParams(PromptsParams):
    """What is predicted, and which layers are flagged."""

    loss: Literal["next_token", "last_token"] = Field(
        "next_token",
        description="next_token: every token of the prompts is predicted from those before. last_token: only the last "
        "one, for prompts that end with their answer.",
    )
    entropy_quantile: float = Field(
        0.33, ge=0.0, le=1.0, title="Share focused", description="Share of the layers that count as focused, 0 to 1."
    )
    decay: float = Field(
        0.5,
        ge=0.0,
        le=10.0,
        title="Gradient passed on",
        description="A flagged layer passes on at most this share of the gradient that arrives behind it.",
    )


def _cost(model: ModelFacts, params: InflectionLayersParams, tokens: int) -> Cost:
    """Per prompt a captured pass and one forward and back, with all activations and the weights' gradients.

    A second model adds its own captured pass; the streams of both are kept for at most 2048 tokens.
    """
    prompts = params.most_prompts
    kept = 4 * tokens * model.layers * (34 * model.width + 2 * model.heads * tokens)
    streams = 8 * min(2048, prompts * tokens) * model.layers * model.width
    return Cost(
        forwards=5.2 * prompts + 6, bytes=streams + kept + 4 * model.parameters + 12 * tokens * model.vocabulary
    )


@method(
    title="Inflection layers",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Finds layers that look at few tokens and pass little gradient on, where fine-tuning hardly reaches.",
        reading="Flagged layers have focused attention and pass on at most the chosen share of the gradient that "
        "arrives behind them; adapters placed there may help. A gradient passed on of 1 loses nothing, above 1 it "
        "grows on its way back. The size of a gradient depends on that of the stream, so see their product too. The "
        "two limits are a convention, not a law. Beside a second model the last curve says how far it changed each stream.",
        synonyms=("gradient suppression", "attention saturation", "vanishing gradient", "gradient norm", "fine-tuning",
                  "where to put adapters", "LoRA layers", "CKA", "ΔCKA", "model difference"),
        next=("attention/head-scores", "activations/residual-norms", "activations/sublayer-contribution"),
    ),
    papers=[
        Paper("Attention Saturation and Gradient Suppression at Inflection Layers: Diagnosing and Mitigating "
              "Bottlenecks in Transformer Adaptation", 2025),
        Paper("How Instruction and Reasoning Data shape Post-Training: Data Quality through the Lens of Layer-wise "
              "Gradients", 2025),
    ],
    requires=("causal", "patterns"),
    cost=_cost,
)  # fmt: skip
def inflection_layers(
    model: Model, params: InflectionLayersParams, other: Model | None = None, progress: Progress = silent
) -> LayerCurve:
    """Measure attention entropy and the gradient of the prediction loss layer by layer.

    attention entropy: that of the rows over its largest possible value, the mean of a layer's heads. gradient: the mean
    over tokens of ‖∂loss/∂x_l[t]‖, with the loss summed over the predicted tokens and x_l the stream entering layer l;
    the first special token and the last, which predicts nothing, are left out. gradient × stream: the mean of its
    product with ‖x_l[t]‖. weight gradient: ‖∂loss/∂θ_l‖/√#θ_l of the mean loss. gradient passed on: ρ_l, the gradient
    at x_l over that at x_{l+1}. A layer is flagged if its entropy is within the lowest share and ρ_l at most `decay`.

    `other`, a model of the same shape and tokens, adds change to the other model: 1 − debiased linear CKA of the two
    models' x_l over the tokens, the first special one left out, on min(64, tokens/4) common principal components; at most
    2048 tokens of all prompts are compared. 0 is the same but for scale and turns within the components, 1 is chance.

    Arrays: `value` [series, layer], means over prompts; `gradient` [row], the last row behind the last layer; `score`
    [layer], the sum of the z-scores of −entropy and −ln ρ; `flagged` [layer], 1 or 0. For several prompts `by_prompt`
    [prompt, series, layer], `low` and `high`, one standard error off; the change has none, it is one of all prompts.
    """
    from stratascope.models.learning_signal import signal
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts
    from stratascope.models.stream_change import stream_change

    prompts = read_prompts(model, params)
    for tokens in prompts:
        _refuse_length(len(tokens.ids), params)
    changed = None if other is None else stream_change(ID, model, other, params, prompts)
    found: list[Signal] = []
    for run in prompt_runs(model, params, progress, prompts):
        found.append(signal(model, run, params.loss, tried=not found))
    each = np.stack([_series(one) for one in found])
    value = each.mean(0)
    score, flagged = _flags(value[0], value[-1], params)
    several = many(params)
    lost = NO_GRADIENT if np.isnan(each).any() else None
    arrays = {
        "value": _values(value, changed, lost),
        "gradient": Array(values=np.mean([one.gradient for one in found], 0).astype(np.float32), dims=("row",)),
        "score": Array(values=score.astype(np.float32), dims=("layer",), undefined=lost),
        "flagged": Array(values=flagged.astype(np.int32), dims=("layer",)),
    }
    return LayerCurve(
        arrays=arrays | (_spread(each, changed, lost) if several else {}),
        quantities=[Quantity(name="value", label="measure", scale="mag")],
        coords={"series": list(_units(changed)), **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts=_facts(prompts, found, flagged, changed),
        summary=_summary(value, flagged) + _said_of(changed),
        checks=_checks(found),
        warnings=_warnings(prompts, changed),
    )


def _refuse_length(size: int, params: InflectionLayersParams) -> None:
    field = "prompts_from" if params.prompts_from is not None else "prompts" if params.prompts else "prompt"
    if size < 2:
        problem = not_enough_samples(ID, 2, "tokens", size)
        problem.field = field
        raise problem
    if size > MOST_TOKENS:
        raise Problem(
            "prompt_too_long",
            f"{ID} reads at most {MOST_TOKENS} tokens of a prompt; got {size}.",
            field=field,
            remedy=f"Use prompts of at most {MOST_TOKENS} tokens",
        )


def _series(one: Signal) -> np.ndarray:
    """The series of one prompt [series, layer]; NaN where no gradient arrives that could be passed on."""
    before, behind = one.gradient[:-1], one.gradient[1:]
    passed = np.divide(before, behind, out=np.full_like(before, np.nan), where=behind > 0)
    return np.stack([one.entropy, before, one.times_stream[:-1], one.weights, passed])


def _flags(entropy: np.ndarray, passed: np.ndarray, params: InflectionLayersParams) -> tuple[np.ndarray, np.ndarray]:
    """How far each layer stands out, and which are flagged: [layer] each."""
    focused = entropy <= np.quantile(entropy, params.entropy_quantile)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = _standardised(-entropy) + _standardised(-np.log(passed))
        return np.where(np.isfinite(score), score, np.nan), focused & (passed <= params.decay)


def _standardised(values: np.ndarray) -> np.ndarray:
    known = values[np.isfinite(values)]
    deviation = float(known.std()) if known.size else 0.0
    found: np.ndarray = (values - known.mean()) / deviation if deviation > 1e-12 else values * 0.0
    return found


def _units(changed: Changed | None) -> dict[str, str]:
    return UNITS if changed is None else UNITS | CHANGE


def _values(value: np.ndarray, changed: Changed | None, lost: str | None) -> Array:
    """The curves [series, layer]; the change is the last."""
    if changed is not None:
        value = np.concatenate([value, changed.change[None]])
        lost = lost or (NO_CHANGE if np.isnan(changed.change).any() else None)
    return Array(values=value.astype(np.float32), dims=("series", "layer"), undefined=lost)


def _spread(each: np.ndarray, changed: Changed | None, lost: str | None) -> dict[str, Array]:
    """The prompts' own values, and one standard error to both sides of their mean; NaN where the prompts have no own."""
    if changed is not None:
        each, lost = np.pad(each, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan), NO_CHANGE
    mean = each.mean(0)
    error = each.std(0, ddof=1) / len(each) ** 0.5 if len(each) > 1 else np.zeros_like(mean)
    dims = ("series", "layer")
    return {
        "by_prompt": Array(values=each.astype(np.float32), dims=("prompt", *dims), undefined=lost),
        "low": Array(values=(mean - error).astype(np.float32), dims=dims, undefined=lost),
        "high": Array(values=(mean + error).astype(np.float32), dims=dims, undefined=lost),
    }


def _facts(
    prompts: Sequence[Tokens], found: Sequence[Signal], flagged: np.ndarray, changed: Changed | None
) -> dict[str, Any]:
    compared = {} if changed is None else {"compared": changed.facts}
    return {
        "units": _units(changed),
        "flagged": np.flatnonzero(flagged).tolist(),
        "loss": float(np.mean([one.loss for one in found])),
        "n_prompts": len(prompts),
        "n_tokens": sum(len(tokens.ids) for tokens in prompts),
        **compared,
    }


def _checks(found: Sequence[Signal]) -> list[Check]:
    return [
        Check(
            name="finite_differences",
            label="gradient as by small steps",
            value=found[0].slope_error,
            ok=1e-2,
            warn=0.1,
            explanation="How far the loss of the first prompt changes otherwise than its gradient says when the "
            "embedding takes small steps along it, relative, at the best of three lengths.",
        ),
        Check(
            name="same_loss",
            label="same loss as without gradients",
            value=max(one.gap for one in found),
            ok=1e-4,
            warn=1e-2,
            explanation="Largest relative difference between the loss of the gradients and that of the captured run.",
        ),
    ]


def _warnings(prompts: Sequence[Tokens], changed: Changed | None) -> list[str]:
    found = []
    if len(prompts) < ENOUGH_PROMPTS:
        count = f"{len(prompts)} prompts" if len(prompts) > 1 else "1 prompt"
        found.append(f"The curves rest on {count}; below {ENOUGH_PROMPTS} they may say more about the text.")
    if changed is not None and changed.tokens < ENOUGH_COMPARED:
        found.append(
            f"The change to the other model rests on {changed.tokens} tokens; below {ENOUGH_COMPARED} it is mostly noise."
        )
    return found


def _said_of(changed: Changed | None) -> str:
    """Where the other model differs most, as a sentence behind the summary."""
    if changed is None or np.isnan(changed.change).all():
        return ""
    most = int(np.nanargmax(changed.change))
    return f" Against {changed.other} layer {most} changed most, by {float(changed.change[most]):.2g}."


def _summary(value: np.ndarray, flagged: np.ndarray) -> str:
    """The flagged layers, or that there is none and which comes closest."""
    passed = np.where(np.isnan(value[-1]), np.inf, value[-1])
    least = int(passed.argmin())
    closest = f"layer {least} passes on least of the gradient, {float(value[-1, least]):.2f} of it"
    layers = np.flatnonzero(flagged)
    if not layers.size:
        return f"None of {len(flagged)} layers is focused and passes on little gradient; {closest}."
    named = ", ".join(f"{layer} ({float(value[-1, layer]):.2f})" for layer in layers)
    return f"{layers.size} of {len(flagged)} layers look at few tokens and pass on little gradient: {named}; {closest}."

"""Attention patterns: where every head looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    Indices,
    ModelFacts,
    Paper,
    Progress,
    PromptParams,
    method,
    silent,
)
from stratascope.problem import Problem, head_out_of_range, layer_out_of_range
from stratascope.result import Array, Check, HeadMatrices, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

View = Literal["weights", "logits", "value_weighted"]
MOST_TOKENS = 512
WHOLE_BYTES = 4 << 20
MASKED = "masked: the query cannot see this key"


class AttentionPatternParams(PromptParams):
    """Which heads, and which of three matrices of them."""

    layers: Indices = Field("all", description="Layers, counted from 0, or all.")
    heads: Indices = Field("all", description="Heads of each layer, counted from 0, or all.")
    view: View = Field(
        "weights",
        title="Matrix",
        description="weights, the attention itself; logits, what the softmax is applied to; value_weighted, each weight "
        "times the length of what the head writes for that key, which shows keys that are looked at but move nothing.",
    )


def _cost(model: ModelFacts, params: AttentionPatternParams, tokens: int) -> Cost:
    layers = model.layers if params.layers == "all" else len(params.layers)
    heads = model.heads if params.heads == "all" else len(params.heads)
    matrix = tokens * tokens
    stored = layers * heads * matrix * (4 if layers * heads * matrix * 4 <= WHOLE_BYTES else 2)
    return Cost(
        forwards=1.2, bytes=4 * tokens * model.width * 5 * model.layers + 2 * stored + 16 * model.heads * matrix
    )


@method(
    title="Attention patterns",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Shows where every head looks: one matrix per head, from the token that looks to the tokens looked at.",
        reading="A row is the token that looks, a column what it looks at; a row's weights sum to 1. A weight is not an "
        "influence: heads with nothing to do park their attention on the first token, whose value is close to nothing. "
        "Compare with the value-weighted matrix before drawing conclusions.",
        synonyms=("attention weights", "attention map", "QK", "where it looks", "attention sink", "induction stripe"),
        next=("attention/head-scores", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("Attention Is All You Need", 2017),
        Paper("Attention is Not Only a Weight: Analyzing Transformers with Vector Norms", 2020),
    ],
    requires=("patterns",),
    cost=_cost,
)
def attention_pattern(model: Model, params: AttentionPatternParams, progress: Progress = silent) -> HeadMatrices:
    """Answer the attention of the chosen heads of one prompt.

    weights: A[t, s], the share of its attention that query t gives key s. logits: q·k after scale, softcap and position
    bias, before the softmax; undefined where masked. value_weighted: A[t, s]·‖v[s] W_O‖, in the units of the stream.
    Query heads that share keys and values each have their own pattern.

    Arrays: `pattern` [layer, head, query, key], in half precision above 4 MiB; `row_mass` [layer, head, query], the sum of the
    row's weights; `peak` and `peak_key` [layer, head, query], the largest entry of a row and where it is.
    """
    if params.view == "value_weighted":
        model.require(["heads"])
    layers, heads = _chosen(model, params)
    run = model.read(params)
    size = len(run.ids)
    if size > MOST_TOKENS:
        raise _too_large(size)
    dtype = np.float32 if len(layers) * len(heads) * size * size * 4 <= WHOLE_BYTES else np.float16
    matrices = np.empty((len(layers), len(heads), size, size), dtype=dtype)
    mass, peak = (np.empty(matrices.shape[:3], dtype=np.float32) for _ in range(2))
    peak_key = np.empty(matrices.shape[:3], dtype=np.int32)
    errors, ahead, first = [], [], []
    for i, layer in enumerate(layers):
        weights = run.pattern(layer)[heads]
        drawn = _VIEWS[params.view](model, run, layer, heads, weights)
        known = drawn.nan_to_num(float("-inf"))
        matrices[i], mass[i] = drawn.cpu().numpy(), weights.sum(-1).cpu().numpy()
        peak[i], peak_key[i] = known.amax(-1).cpu().numpy(), known.argmax(-1).cpu().numpy()
        errors.append(_error(run, layer, heads, weights, drawn if params.view == "logits" else None))
        ahead.append(float(weights.triu(1).abs().max()))
        first.append(float(weights[:, 1:, 0].mean()) if size > 1 else 1.0)
        progress(i + 1, len(layers), "reading layers")
    axes = ("layer", "head", "query")
    return HeadMatrices(
        arrays={
            "pattern": Array(
                values=matrices, dims=(*axes, "key"), undefined=MASKED if params.view == "logits" else None
            ),
            "row_mass": Array(values=mass, dims=axes),
            "peak": Array(values=peak, dims=axes),
            "peak_key": Array(values=peak_key, dims=axes),
        },
        quantities=[_QUANTITIES[params.view]],
        coords={"layer": [str(layer) for layer in layers], "head": [str(head) for head in heads]},
        tokens=run.tokens.tokens,
        shown={"layer": len(layers), "head": len(heads)},
        total={"layer": model.layers, "head": model.heads},
        facts={"view": params.view, "first_token_share": float(np.mean(first))},
        summary=_summary(layers, heads, peak, peak_key, float(np.mean(first)), params.view),
        checks=_checks(mass, max(errors), max(ahead), params.view),
        warnings=_warnings(mass),
    )


def _chosen(model: Model, params: AttentionPatternParams) -> tuple[list[int], list[int]]:
    """Layers and heads asked for, each once, in order."""
    layers = list(range(model.layers)) if params.layers == "all" else sorted(set(params.layers))
    heads = list(range(model.heads)) if params.heads == "all" else sorted(set(params.heads))
    for layer in layers:
        if layer >= model.layers:
            raise layer_out_of_range(layer, model.id, model.layers)
    for head in heads:
        if head >= model.heads:
            raise head_out_of_range(head, model.id, model.heads)
    return layers, heads


def _too_large(size: int) -> Problem:
    return Problem(
        "pattern_too_large",
        f"{size} tokens give a {size}×{size} pattern; the viewer shows at most {MOST_TOKENS} (use a span).",
        field="prompt",
        remedy=f"Use a prompt of at most {MOST_TOKENS} tokens",
    )


def _weights(model: Model, run: Run, layer: int, heads: list[int], weights: Tensor) -> Tensor:
    return weights


def _logits(model: Model, run: Run, layer: int, heads: list[int], weights: Tensor) -> Tensor:
    """Scores before the softmax [head, query, key], from the queries and keys that the model itself made."""
    from stratascope.numerics.attention import scores

    record = run.record(layer)
    options = record.options
    scaling = options.get("scaling") or record.query.shape[-1] ** -0.5
    mask = record.additive_mask
    found = scores(record.query[0], record.key[0], scaling, options.get("softcap"), None if mask is None else mask[0])
    return found[heads]


def _value_weighted(model: Model, run: Run, layer: int, heads: list[int], weights: Tensor) -> Tensor:
    """Weights times the length of what the head writes for each key [head, query, key]."""
    import torch

    from stratascope.numerics.vectors import length

    part = model.structure.layers[layer]
    if part.projection is None:
        raise Problem("no_heads", f"The heads of layer {layer} cannot be separated.", remedy="Show the weights")
    value = run.value(layer)
    value = value.repeat_interleave(model.heads // value.shape[0], dim=0)
    lengths = []
    with torch.no_grad():
        for head in heads:
            alone = value.new_zeros(value.shape[1] + 1, *value.shape[::2])
            alone[1:, head] = value[head]
            written = part.projection(alone.flatten(1))
            lengths.append(length(written[1:] - written[0]) * abs(part.attention_multiplier))
    return weights * torch.stack(lengths)[:, None, :]


_VIEWS: dict[View, Callable[[Model, Run, int, list[int], Tensor], Tensor]] = {
    "weights": _weights, "logits": _logits, "value_weighted": _value_weighted,
}  # fmt: skip
_QUANTITIES: dict[View, Quantity] = {
    "weights": Quantity(name="pattern", label="attention weight", scale="attn", limits=(0.0, 1.0)),
    "logits": Quantity(name="pattern", label="attention score before the softmax", scale="eff"),
    "value_weighted": Quantity(name="pattern", label="weight × length written", scale="mag"),
}


def _error(run: Run, layer: int, heads: list[int], weights: Tensor, drawn: Tensor | None) -> float:
    """How far the pattern, applied to the values, is from what the heads read; and the scores' softmax from the pattern."""
    from stratascope.numerics.attention import softmax_error
    from stratascope.numerics.vectors import relative_error

    value = run.value(layer).float()
    z = run.z(layer).float()
    value = value.repeat_interleave(z.shape[1] // value.shape[0], dim=0)[heads]
    error = relative_error((weights @ value).transpose(0, 1), z[:, heads])
    return error if drawn is None else max(error, softmax_error(drawn, weights))


def _checks(mass: np.ndarray, error: float, ahead: float, view: View) -> list[Check]:
    sinks = _learned_sinks(mass)
    extra = ", and between the softmax of the scores shown and the weights" if view == "logits" else ""
    return [
        Check(
            name="reproduces_heads",
            label="reproduces the heads",
            value=error,
            ok=1e-4,
            warn=1e-2,
            explanation=f"Largest relative difference between weights × values and what the heads read in the model{extra}.",
        ),
        Check(
            name="rows_sum_to_one",
            label="rows sum to 1",
            value=float(np.abs(mass - 1).max()),
            ok=None if sinks else 1e-3,
            warn=None if sinks else 1e-2,
            explanation="Largest difference of a row's sum of weights from 1.",
        ),
        Check(
            name="no_look_ahead",
            label="no look-ahead",
            value=ahead,
            ok=0.0,
            warn=1e-6,
            explanation="Largest weight on a token that comes after the one that looks.",
        ),
    ]


def _learned_sinks(mass: np.ndarray) -> bool:
    """Whether rows hold less than 1 throughout, as in models that may look at nothing, and never more."""
    return bool(mass.max() < 1 + 1e-3 and np.median(mass) < 0.99)


def _warnings(mass: np.ndarray) -> list[str]:
    if not _learned_sinks(mass):
        return []
    return [
        f"Rows sum to as little as {mass.min():.2f}: this model can look at nothing, and the rest is not renormalised."
    ]


def _summary(
    layers: list[int], heads: list[int], peak: np.ndarray, peak_key: np.ndarray, first: float, view: View
) -> str:
    """How many heads, which is the most focused, and how much rests on the first token."""
    if len(layers) * len(heads) == 1:
        last = f"the last token looks most at position {int(peak_key[0, 0, -1])} ({float(peak[0, 0, -1]):.3g})"
        return (
            f"In head {layers[0]}.{heads[0]} {last}; on average {first:.2f} of the attention rests on the first token."
        )
    sharp = peak[..., 1:].mean(-1) if peak.shape[-1] > 1 else peak[..., 0]
    layer, head = divmod(int(sharp.argmax()), len(heads))
    named = "largest entries" if view != "weights" else "most focused rows"
    return (
        f"{len(layers) * len(heads)} heads; head {layers[layer]}.{heads[head]} has the {named} (mean peak "
        f"{float(sharp.max()):.2f}); on average {first:.2f} of the attention rests on the first token."
    )

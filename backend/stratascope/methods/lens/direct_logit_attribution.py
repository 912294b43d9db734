"""Direct logit attribution: who wrote the answer into the stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, PromptParams, TokenIds, TokenTexts, method
from stratascope.problem import Problem
from stratascope.result import Array, Check, HeadGrid, Quantity

if TYPE_CHECKING:
    import torch

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.numerics.attribution import Direction, Split

LISTED = 10
Weight = Annotated[float, Field(ge=-1000.0, le=1000.0)]


class DirectLogitAttributionParams(PromptParams):
    """Which answers, against which, and where."""

    position: int = Field(
        -1, ge=-1_000_000, le=1_000_000, description="Position whose prediction is explained; −1 is the last."
    )
    target: TokenTexts | None = Field(
        None,
        description="Token to explain, by text, or a list of up to 32, whose mean logit is explained. Without one it is the "
        "model's top token there.",
    )
    distractor: TokenTexts | None = Field(
        None,
        description="Token it is compared with, by text, or a list of up to 32, whose mean logit counts. Without target and "
        "distractor it is the model's second token; with a target alone, its logit above the mean of all is explained.",
    )
    target_id: TokenIds | None = Field(None, title="Target id", description="Token or tokens to explain, by id.")
    distractor_id: TokenIds | None = Field(
        None, title="Distractor id", description="Token or tokens it is compared with, by id."
    )
    center: bool = Field(
        True,
        title="Above the mean",
        description="Explain a target's logit above the mean logit of the vocabulary, which makes its size meaningful. "
        "Changes nothing when it is compared with a distractor.",
    )
    weights: Annotated[list[Weight], Field(min_length=1, max_length=32)] | None = Field(
        None, description="A weight for each target, whose weighted sum of logits is explained in place of their mean."
    )
    granularity: Literal["sublayer", "layer", "head", "source_token", "neuron", "expert"] = Field(
        "sublayer",
        title="Parts",
        description="What the parts are, beside the grid of heads: attention and MLP of each layer; whole layers; heads; the "
        "tokens that attention moved from; the neurons that add most; or, in a mixture, the experts that were chosen.",
    )


def _cost(model: ModelFacts, params: DirectLogitAttributionParams, tokens: int) -> Cost:
    stream = 4 * tokens * model.width * 5 * model.layers
    heads = 4 * model.heads * tokens * model.width
    finer = 4 * model.width * 4 * model.width * 3 if params.granularity == "neuron" else 0
    return Cost(
        forwards=2 if finer or params.granularity == "expert" else 1,
        bytes=stream + heads + 16 * model.vocabulary + finer,
    )


@method(
    title="Direct logit attribution",
    version=2,
    guide=Guide(
        question="What causes the answer?",
        purpose="Splits the score of one token against another exactly over the embedding, every head and every MLP.",
        reading="Blue writes toward the target, orange toward the distractor, and the bars add up to the model's own "
        "score. Only what a part writes directly is seen, not what later layers make of it, and the final norm is held "
        "fixed although every part also changes its scale. Large opposite bars can cancel: look at both.",
        synonyms=("DLA", "logit difference", "who wrote the answer", "head contribution", "decomposition", "IOI"),
        next=("attention/attention-pattern", "lens/logit-lens", "attention/head-scores"),
    ),
    papers=[
        Paper("A Mathematical Framework for Transformer Circuits", 2021),
        Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),
        Paper("Circuit Component Reuse Across Tasks in Transformer Language Models", 2024),
    ],
    requires=("causal", "residual_contract", "heads"),
    cost=_cost,
)
def direct_logit_attribution(model: Model, params: DirectLogitAttributionParams) -> HeadGrid:
    """Split a logit difference, or one logit above the mean, over everything that was added to make the stream.

    The score is the mean logit of the targets minus the mean logit of the distractors; the probability of a side is the sum
    of those of its tokens. With u = mean W_U[targets] − mean W_U[distractors] and x the last stream at the position,
    x = Σ c, the part c contributes scale·⟨φ(c), u⟩, φ being the final norm with the statistics of x held fixed:
    (c − mean(c))/σ ⊙ γ for LayerNorm, c/ρ ⊙ γ for RMSNorm. What the norm's and the unembedding's own additive parts give is
    `bias`. With a softcap the split is of the value before it. Attention splits into heads, o_h W_O^h, through frozen post
    norms where the layer has them, and its bias.

    Arrays, in logits, positive toward the target: `head` [layer, head]; `attention`, `head_bias`, `mlp` [layer]; `components`
    [component], the embedding, attention and MLP of each layer, and the bias, which sum to the total; other parts sum to it
    as well. source_token adds `source` [layer, head, position], what a head moved from a position: pattern[t, s]·v_s W_O.
    neuron adds `neuron` and `neuron_value` [neuron], up to 100 of each sign, value · W_out through a frozen post norm.
    expert adds `expert` and `expert_weight` [expert], the chosen experts of every layer: weight · its output.
    """
    from stratascope.models.direct_parts import finer_parts
    from stratascope.models.question import from_front

    run = model.read(params)
    position = from_front(params.position, len(run.ids))
    targets, distractors = _sides(model, run, params, position)
    direction = _direction(params, targets, distractors)
    split = _split(model, run, position, direction)
    finer = finer_parts(model, run, params.granularity, position, direction, split)
    prob = run.logits([position])[0].softmax(-1)
    target, distractor = _named(model, targets, prob), _named(model, distractors, prob) or None
    facts: dict[str, Any] = {
        "position": position,
        "target": target,
        "distractor": distractor,
        "target_probability": _together(target),
        "distractor_probability": _together(distractor),
        "model_value": split.model_value,
        "total": split.total,
        "bias": split.bias,
        "embedding": split.embedding,
        "residual_error": split.total - split.model_value,
        "top": _top(split),
        **finer.facts,
    }
    per_layer = {"attention": split.attention, "head_bias": split.head_bias, "mlp": split.mlp}
    return HeadGrid(
        arrays={
            "head": Array(values=split.head.astype(np.float32), dims=("layer", "head")),
            **{name: Array(values=v.astype(np.float32), dims=("layer",)) for name, v in per_layer.items()},
            "components": Array(values=np.array(list(finer.parts.values()), dtype=np.float32), dims=("component",)),
            **finer.arrays,
        },
        quantities=[Quantity(name="head", label="effect on target − distractor", scale="eff", unit="logits")],
        coords={"component": list(finer.parts), **finer.coords},
        tokens=run.tokens.tokens,
        vocabulary=[model.token(token) for token in sorted([*targets, *distractors])],
        facts=facts,
        summary=_summary(split, facts),
        checks=[*_checks(split), *finer.checks],
        warnings=_warnings(model, split),
    )


def _sides(model: Model, run: Run, params: DirectLogitAttributionParams, position: int) -> tuple[list[int], list[int]]:
    """Ids of targets and distractors as asked for; the model's best tokens stand in for what is not named."""
    from stratascope.models.question import likeliest, named_tokens, refuse_shared

    targets = named_tokens(model, "target", params.target, params.target_id)
    distractors = named_tokens(model, "distractor", params.distractor, params.distractor_id)
    if not targets:
        logits = run.logits([position])[0]
        targets = [likeliest(logits, besides=distractors)]
        distractors = distractors or [likeliest(logits, besides=targets)]
    refuse_shared(model, targets, distractors)
    return targets, distractors


def _direction(params: DirectLogitAttributionParams, targets: list[int], distractors: list[int]) -> Direction:
    """The reading of the logits that is asked for. Raises `bad_parameter`."""
    from stratascope.numerics.attribution import Direction

    weights = params.weights
    if weights is None:
        return Direction.between(targets, distractors, centred=params.center)
    if len(weights) != len(targets) or distractors or not any(weights):
        wrong = f"got {len(weights)} for {len(targets)} targets" + (" and a distractor" if distractors else "")
        raise Problem(
            "bad_parameter",
            f"weights must be one number for each target, not all 0, and without a distractor; {wrong}.",
            field="weights",
            remedy="Explain the mean of the targets",
            changes={"weights": None},
        )
    return Direction.weighted(targets, weights, centred=params.center)


def _split(model: Model, run: Run, position: int, direction: Direction) -> Split:
    """Contributions of every part at one position, summed in float64."""
    import torch

    from stratascope.numerics.attribution import Split, uncapped

    head, unembedding = model.unembedding, model.unembedding.weight
    with torch.no_grad():
        frozen = head.frozen(run.resid[-1, position])
        u = direction.in_stream(unembedding) * head.scale

        def toward(vectors: torch.Tensor) -> np.ndarray:
            return np.asarray((frozen.apply(vectors).double() @ u).cpu())

        heads = [model.head_output(run, layer)[:, position] for layer in range(model.layers)]
        biases = [_head_bias(model, run, layer, position) for layer in range(model.layers)]
        bias = float(frozen.constant.double() @ u)
        if head.bias is not None:
            bias += head.scale * float(direction.of_logits(head.bias))
        logits = run.own_logits if position == len(run.ids) - 1 else run.logits([position])[0]
        return Split(
            head=np.stack([toward(each) for each in heads]),
            attention=toward(run.attn_out[:, position]),
            head_bias=np.stack([toward(each) for each in biases]),
            mlp=toward(run.mlp_out[:, position]),
            embedding=float(toward(run.resid[0, position])),
            bias=bias,
            model_value=float(direction.of_logits(uncapped(logits, head.softcap))),
        )


def _head_bias(model: Model, run: Run, layer: int, position: int) -> torch.Tensor:
    """What attention adds besides its heads, at one position: [width]."""
    import torch

    bias = model.head_bias(layer, run)
    if bias is None:
        return torch.zeros_like(run.resid[0, position], dtype=torch.float32)
    return bias if bias.dim() == 1 else bias[position]


def _named(model: Model, ids: Sequence[int], prob: torch.Tensor) -> list[dict[str, Any]]:
    """Tokens for the facts, with the model's probability and rank of each."""
    found = []
    for token in ids:
        own = float(prob[token])
        rank = 1 + int((prob > own).sum())
        found.append({"id": token, "text": model.token(token).text, "probability": own, "rank": rank})
    return found


def _together(side: list[dict[str, Any]] | None) -> float | None:
    """The probability of a side."""
    return None if side is None else sum(token["probability"] for token in side)


def _top(split: Split) -> list[dict[str, Any]]:
    """The heads, MLPs and the embedding with the largest contributions of either sign."""
    layers, heads = split.head.shape
    found = [(f"{layer}.{head}", split.head[layer, head]) for layer in range(layers) for head in range(heads)]
    found += [(f"{layer} mlp", split.mlp[layer]) for layer in range(layers)] + [("embedding", split.embedding)]
    largest = sorted(found, key=lambda each: -abs(each[1]))[:LISTED]
    return [{"label": label, "value": float(value)} for label, value in largest]


def _checks(split: Split) -> list[Check]:
    return [
        Check(
            name="sum_error",
            label="sum error",
            value=split.error,
            ok=1e-4,
            warn=1e-2,
            explanation="Difference between the sum of all parts and the score in the model's own logits, relative to the "
            "score where it is above 1.",
        ),
        Check(
            name="head_sum_error",
            label="heads add up",
            value=split.head_error,
            ok=1e-4,
            warn=1e-2,
            explanation="Largest difference between the heads of a layer with its bias and what its attention adds.",
        ),
        Check(
            name="cancellation",
            label="cancellation",
            value=float(np.abs(split.components).sum() / max(abs(split.total), 1e-12)),
            explanation="Sizes of all parts over the size of their sum: 1 means that none works against the others.",
        ),
    ]


def _warnings(model: Model, split: Split) -> list[str]:
    found = []
    if model.unembedding.softcap is not None:
        found.append("This model caps its logits; the parts add up to the value before the cap.")
    if np.abs(split.components).sum() > 20 * max(abs(split.total), 1e-12):
        found.append("Large parts of opposite sign cancel here; a single bar says little.")
    return found


def _summary(split: Split, facts: dict[str, Any]) -> str:
    """The largest head and what everything adds up to."""
    layer, head = divmod(int(np.abs(split.head).argmax()), split.head.shape[1])
    largest = float(split.head[layer, head])
    over = f" over {_side(facts['distractor'])}" if facts["distractor"] else ""
    text = (
        f"Head {layer}.{head} writes {largest:+.2f} toward {_side(facts['target'])}{over}, the largest of "
        f"{split.head.size} heads; all parts sum to {split.total:+.2f} (model {split.model_value:+.2f})."
    )
    return text.replace("-", "−")


def _side(tokens: Sequence[dict[str, Any]]) -> str:
    """A side for a sentence."""
    more = f" and {len(tokens) - 1} more" if len(tokens) > 1 else ""
    return f"“{tokens[0]['text']}”{more}"

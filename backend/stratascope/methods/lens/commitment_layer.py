"""The layer after which the answer no longer changes."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    TokenText,
    method,
    silent,
)
from stratascope.problem import Problem, bad_parameter
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

NEVER = "the answer is not ahead by the margin at the output"


class CommitmentLayerParams(PromptsParams):
    """What counts as settled, and where."""

    lens: Literal["raw", "tuned"] = Field(
        "raw",
        description="raw reads the stream with the model's own head; tuned translates it first, for each layer apart.",
    )
    mode: Literal["top1", "topk", "margin", "pair"] = Field(
        "top1",
        title="Settled when",
        description="top1: the best token is the output's. topk: at least four fifths of the k best are. margin: the output's "
        "best token is ahead of all others by more than the margin. pair: one of two tokens is ahead of the other.",
    )
    k: int = Field(5, ge=1, le=50, title="Tokens compared", description="Best tokens compared by topk.")
    margin: float = Field(0.0, ge=0.0, le=50.0, description="Nats by which margin and pair want a token ahead.")
    stable: int = Field(
        1,
        ge=1,
        le=512,
        title="Rows that must hold",
        description="Rows at the end, the output among them, that must agree.",
    )
    positions: Literal["all", "last"] = Field(
        "all", description="Positions whose predictions are followed; pair always follows the last one's."
    )
    target: TokenText | None = Field(
        None, description="The right token of a pair, by text. Without one it is the model's best token there."
    )
    distractor: TokenText | None = Field(
        None,
        description="The wrong token of a pair, by text. Without one it is the model's best token besides the target.",
    )


def _cost(model: ModelFacts, params: CommitmentLayerParams, tokens: int) -> Cost:
    rows = (model.layers + 1) * (tokens if params.positions == "all" else 1)
    decoding = rows * model.width * model.vocabulary / max(1, tokens * model.parameters)
    return Cost(forwards=1 + decoding, bytes=4 * tokens * model.width * 5 * model.layers + (128 << 20))


@method(
    title="Commitment layer",
    version=2,
    guide=Guide(
        question="What would each layer predict?",
        purpose="Finds the layer after which the answer of the lens never changes again.",
        reading="After the row where a token settles its answer stays what the model says in the end; the curve counts the "
        "tokens that are settled by then, and the dashed one what the same rows in random order would give. For a pair the "
        "two lines are the two answers, and where they cross for the last time one of them has won. This is a reading, not "
        "a cause: confirm it by patching or by leaving layers out. The raw lens sees decisions later than they are made.",
        synonyms=(
            "saturation layer",
            "early exit",
            "decision layer",
            "settling",
            "when is it decided",
            "divergence layer",
        ),
        next=("lens/logit-lens", "lens/lens-trajectory", "causal/activation-patching"),
    ),
    papers=[
        Paper(
            "Distributional Semantics Tracing: A Framework for Explaining Hallucinations in Large Language Models", 2025
        ),
        Paper("Jointly-Learned Exit and Inference for a Dynamic Neural Network: JEI-DNN", 2024),
        Paper("Hopping Too Late: Exploring the Limitations of Large Language Models on Multi-Hop Queries", 2024),
        Paper("How GPT Learns Layer by Layer", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)
def commitment_layer(model: Model, params: CommitmentLayerParams, progress: Progress = silent) -> LayerCurve:
    """Follow the lens upward and find the first row from which on its answer is the output's, or one token of a pair.

    With a condition that holds or not at every row (see `mode`), the layer of a token is min{l : it holds at all j ≥ l}. It
    is the last row where it holds at the output only, or at fewer than `stable` rows, and undefined where it does not even
    hold there. For a pair g = logp(distractor) − logp(target); the divergence layer is the row before its largest
    step toward the token that wins.

    Arrays: `mean` [series, row]: the share of tokens settled at a row, settled by it, and settled by it in random order;
    for a pair the two log-probabilities and g, in nats. `layer` and `relative_depth` [position] of a single prompt,
    `layer_by_prompt` [prompt], the mean over its tokens, of several.
    """
    from stratascope.models.prompts import prompt_runs, read_prompts
    from stratascope.numerics.lens import row_labels

    if params.stable > model.layers:
        raise bad_parameter("stable", f"between 1 and {model.layers}", params.stable)
    prompts = read_prompts(model, params)
    found = _Found()
    for run in prompt_runs(model, params, progress, prompts):
        (_follow_pair if params.mode == "pair" else _follow)(model, run, params, found)
    labels = row_labels(model.layers)
    arrays, coords = _arrays(params, found, prompts)
    facts = _facts(params, found, model.layers)
    return LayerCurve(
        arrays=arrays,
        quantities=[_quantity(params.mode)],
        coords={**coords, "row": labels},
        tokens=prompts[0].tokens if len(prompts) == 1 else [],
        facts=facts,
        summary=_pair_summary(facts, labels) if params.mode == "pair" else _summary(facts, model.layers),
        checks=_checks(found, facts, params.mode),
    )


@dataclass
class _Found:
    """What the prompts gave, one entry each: `curve` [series, row, sample], `layer` [position] (kept ones in `kept`)."""

    curves: list[Tensor] = field(default_factory=list)
    layers: list[Tensor] = field(default_factory=list)
    kept: list[list[int]] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    gap: float = 0.0


def _follow(model: Model, run: Run, params: CommitmentLayerParams, found: _Found) -> None:
    """Where every token of a prompt, or its last one, settles."""
    import torch

    from stratascope.models.tuned_lens import decoded_stream
    from stratascope.numerics.commitment import holding, settled, settled_by, settled_by_chance
    from stratascope.numerics.decoding import output_gap
    from stratascope.numerics.vectors import counted

    x = decoded_stream(model, run, params.lens)
    found.gap = max(found.gap, output_gap(model.unembedding, x, run.own_logits))
    special = [token.special for token in run.tokens.tokens]
    if params.positions == "last":
        x, special = x[:, -1:], special[-1:]
    mode = params.mode if params.mode != "pair" else "top1"
    held = holding(model.unembedding, x, mode, params.k, params.margin)
    kept = counted(special, include_first=False)
    by, chance = settled_by(held, params.stable), settled_by_chance(held, params.stable)
    at = by.diff(dim=0, prepend=torch.zeros(1, by.shape[1]))
    found.curves.append(torch.stack([at, by, chance])[..., kept])
    found.layers.append(settled(held, params.stable))
    found.kept.append(kept)


def _follow_pair(model: Model, run: Run, params: CommitmentLayerParams, found: _Found) -> None:
    """Log-probabilities of two tokens at the last position of a prompt."""
    import torch

    from stratascope.models.tuned_lens import decoded_stream
    from stratascope.numerics.decoding import output_gap, token_logprobs

    x = decoded_stream(model, run, params.lens)
    found.gap = max(found.gap, output_gap(model.unembedding, x, run.own_logits))
    right, wrong = _pair(model, run, params)
    logprob = token_logprobs(model.unembedding, x[:, -1:], [right, wrong])[:, 0]
    found.curves.append(torch.stack([logprob[:, 0], logprob[:, 1], logprob[:, 1] - logprob[:, 0]])[..., None])
    found.pairs.append((model.token(right).text, model.token(wrong).text))


def _pair(model: Model, run: Run, params: CommitmentLayerParams) -> tuple[int, int]:
    """The ids of target and distractor; the model's best tokens stand in for what is not named. Raises `same_token`."""
    from stratascope.models.question import likeliest, named_tokens

    wrong = named_tokens(model, "distractor", params.distractor, None)
    right = named_tokens(model, "target", params.target, None) or [likeliest(run.own_logits, besides=wrong)]
    wrong = wrong or [likeliest(run.own_logits, besides=right)]
    if right == wrong:
        raise Problem(
            "same_token",
            f"The two tokens must differ; both are “{model.token(right[0]).text}”.",
            field="distractor",
            remedy="Compare with the model's own choices instead",
            changes={"target": None, "distractor": None},
        )
    return right[0], wrong[0]


def _arrays(
    params: CommitmentLayerParams, found: _Found, prompts: list[Any]
) -> tuple[dict[str, Array], dict[str, list[str]]]:
    """The curves with their bands, what each prompt or token gave, and the labels."""
    import torch

    from stratascope.models.prompt_means import band, prompt_band
    from stratascope.models.prompts import prompt_titles

    coords = {
        "series": ["target", "distractor", "gap"]
        if params.mode == "pair"
        else ["settled_at", "settled_by", "random_order"]
    }
    dims = ("series", "row")
    if len(prompts) > 1:
        arrays = prompt_band(torch.stack([curve.mean(-1) for curve in found.curves]), dims)
        if found.layers:
            layers = np.array(_prompt_layers(found), dtype=np.float32)
            arrays["layer_by_prompt"] = Array(values=layers, dims=("prompt",), undefined=NEVER)
        return arrays, {**coords, "prompt": prompt_titles(prompts)}
    arrays = band(found.curves[0], dims)
    if found.layers:
        layer = found.layers[0]
        last = found.curves[0].shape[1] - 1
        arrays["layer"] = Array(values=layer.numpy(), dims=("position",), undefined=NEVER)
        arrays["relative_depth"] = Array(values=(layer / last).numpy(), dims=("position",), undefined=NEVER)
        if params.positions == "last":
            coords["position"] = [str(len(prompts[0].ids) - 1)]
    return arrays, coords


def _prompt_layers(found: _Found) -> list[float]:
    """The mean layer of each prompt's tokens; NaN where none of them settles."""
    kept = zip(found.layers, found.kept, strict=True)
    return [float(layer[positions].nanmean()) for layer, positions in kept]


def _facts(params: CommitmentLayerParams, found: _Found, layers: int) -> dict[str, Any]:
    """Counts, means over prompts, and for a pair who wins and where the two part."""
    facts: dict[str, Any] = {"lens": params.lens, "mode": params.mode, "definition": "ours"}
    facts["n_prompts"] = len(found.curves)
    facts["n_tokens"] = sum(curve.shape[-1] for curve in found.curves)
    if params.mode == "pair":
        return facts | _pair_facts(params, found)
    of_prompts = [layer for layer in _prompt_layers(found) if layer == layer]
    mean = float(np.mean(of_prompts)) if of_prompts else None
    chance = [float((1 - curve[2, :-1].mean(-1)).mean()) for curve in found.curves]
    return facts | {
        "mean_layer": mean,
        "mean_relative_depth": None if mean is None else mean / layers,
        "by_chance": float(np.mean(chance)),
        "never": sum(int(layer[kept].isnan().sum()) for layer, kept in zip(found.layers, found.kept, strict=True)),
        "labels": {"random_order": "in random order"},
    }


def _pair_facts(params: CommitmentLayerParams, found: _Found) -> dict[str, Any]:
    """Who stays ahead from which row on, and where the gap grows most toward whom the output prefers."""
    import torch

    from stratascope.numerics.commitment import crossing

    gap = torch.stack([curve[2, :, 0] for curve in found.curves]).mean(0)
    names = dict(zip(("target", "distractor"), found.pairs[0], strict=True)) if len(set(found.pairs)) == 1 else {}
    steps = gap.diff() if float(gap[-1]) > 0 else -gap.diff()
    return {
        **names,
        "labels": {**names, "gap": "distractor − target"},
        "distractor_wins_from": crossing(gap, params.margin),
        "target_wins_from": crossing(-gap, params.margin),
        "divergence_layer": int(steps.argmax()),
        "largest_step": float(steps.max()),
    }


def _quantity(mode: str) -> Quantity:
    if mode == "pair":
        return Quantity(name="mean", label="log-probability of the two answers", scale="eff", unit="nats")
    return Quantity(name="mean", label="share of tokens settled", scale="prob", unit="share", limits=(0.0, 1.0))


def _checks(found: _Found, facts: dict[str, Any], mode: str) -> list[Check]:
    from stratascope.models.lens_cells import output_check

    if mode == "pair":
        return [output_check(found.gap, over_all=True)]
    depth = Check(
        name="relative_depth",
        label="mean relative depth",
        value=facts["mean_relative_depth"],
        control=facts["by_chance"],
        explanation="Mean layer over the number of layers, 1 being the output; the control is what the same rows would give "
        "in random order.",
    )
    return [output_check(found.gap, over_all=True), depth]


def _summary(facts: dict[str, Any], layers: int) -> str:
    count = f"{facts['n_tokens']} token{'s' if facts['n_tokens'] > 1 else ''}"
    if facts["n_prompts"] > 1:
        count += f" of {facts['n_prompts']} prompts"
    if facts["mean_layer"] is None:
        return f"Of {count} none is ahead by the margin, not even at the output."
    never = f"; {facts['never']} are not ahead even there" if facts["never"] else ""
    return (
        f"Over {count} the answer settles at row {facts['mean_layer']:.1f} of {layers} on average, relative depth "
        f"{facts['mean_relative_depth']:.2f} (rows in random order {facts['by_chance']:.2f}){never}."
    )


def _pair_summary(facts: dict[str, Any], labels: list[str]) -> str:
    names = {side: f"“{facts[side]}”" if side in facts else side for side in ("target", "distractor")}
    won = [side for side in names if facts[f"{side}_wins_from"] is not None]
    lead = "Neither token is ahead by the margin at the output"
    if won:
        lead = f"The winner, {names[won[0]]}, stays ahead from row {labels[facts[f'{won[0]}_wins_from']]} on"
    at = facts["divergence_layer"]
    return (
        f"{lead}; the largest step toward the answer lies between rows {labels[at]} and {labels[at + 1]}, "
        f"{facts['largest_step']:.2f} nats."
    )

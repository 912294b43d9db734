"""How far, and how straight, hidden states travel while an answer is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    PromptText,
    method,
    silent,
)
from stratascope.problem import Problem
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens
    from stratascope.numerics.latent_path import Path

RETURNS = "the path ends where it began"


class LatentTrajectoryParams(PromptsParams):
    """Which text, and how it is cut."""

    response: PromptText = Field(
        "", description="The answer to one prompt, whose states are followed. Without any the whole text is."
    )
    new_tokens: int = Field(
        0,
        ge=0,
        le=512,
        title="New tokens",
        description="Tokens the model writes as its answer to one prompt, where none is given.",
    )
    segment: Literal["tokens", "newline"] = Field(
        "tokens", title="Cut", description="tokens: into pieces of equal length. newline: behind every line."
    )
    segment_tokens: int = Field(
        500, ge=1, le=1000, title="Tokens per piece", description="Tokens of a piece; the last one may be shorter."
    )


def _cost(model: ModelFacts, params: LatentTrajectoryParams, tokens: int) -> Cost:
    tokens += params.new_tokens
    return Cost(forwards=1 + params.new_tokens, bytes=4 * tokens * model.width * 7 * model.layers)


@method(
    title="Latent trajectory",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Measures how far and how straight the hidden states travel over the pieces of an answer.",
        reading="net is the progress from the first piece to the last per step, cumulative the length of the whole way, and "
        "aligned how much every step points where the path ends. Answers whose states travel far in one direction tended to "
        "be correct in the paper. All three depend on the length of the text and on the scale of a layer, so compare answers "
        "of one length at one layer.",
        synonyms=(
            "reasoning trace",
            "chain of thought",
            "hidden state path",
            "drift over tokens",
            "thought trajectory",
        ),
        next=("activations/residual-norms", "lens/lens-trajectory", "lens/output-signature"),
    ),
    papers=[
        Paper("Tracing the Traces: Latent Temporal Signals for Efficient and Accurate Reasoning", 2025),
        Paper("Improving Reasoning Performance in Large Language Models via Representation Engineering", 2025),
        Paper("Activation Steering for Chain-of-Thought Compression", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)
def latent_trajectory(model: Model, params: LatentTrajectoryParams, progress: Progress = silent) -> LayerCurve:
    """Cut an answer into N pieces and follow the mean state of each, h_n = mean x[l + 1] over piece n, at every layer l.

    net = ‖h_N − h_1‖ / (N − 1), cumulative = Σ_n ‖h_n − h_n−1‖, aligned = mean_n cos(h_n − h_n−1, h_N − h_1). States are those
    that leave a layer; the last layer's are read before the final norm.

    Arrays: `mean` [series, layer], net and cumulative in the units of the activations; of one text `step_length` [layer,
    step] and `piece` [position], −1 for tokens before the answer; of several texts `low`, `high` and `by_prompt`.
    """
    from stratascope.models.prompts import many, read_prompts

    prompts = read_prompts(model, params)
    found = _Found()
    if many(params):
        _read_texts(model, params, prompts, progress, found)
    else:
        _read_answer(model, params, found)
    return _curve(model, found, [found.tokens] if found.tokens else prompts)


@dataclass
class _Found:
    """One path per text with its pieces [position] and what its order says; `tokens` of a single text."""

    paths: list[Path] = field(default_factory=list)
    pieces: list[Tensor] = field(default_factory=list)
    shuffled: list[Tensor] = field(default_factory=list)
    tokens: Tokens | None = None


def _read_texts(
    model: Model, params: LatentTrajectoryParams, prompts: list[Tokens], progress: Progress, found: _Found
) -> None:
    """Every prompt is an answer of its own."""
    from stratascope.models.prompts import prompt_runs

    if params.response or params.new_tokens:
        name = "response" if params.response else "new_tokens"
        raise Problem(
            "bad_parameter",
            f"{name} belongs to one prompt; got {len(prompts)} prompts, whose texts are followed whole.",
            field=name,
            remedy="Follow the texts as they are",
            changes={"response": "", "new_tokens": 0},
        )
    for run in prompt_runs(model, params, progress, prompts):
        _follow(params, run.resid[1:], run.tokens, _begin(run.tokens), found)


def _read_answer(model: Model, params: LatentTrajectoryParams, found: _Found) -> None:
    """The answer to one prompt, or the prompt itself where there is none."""
    from stratascope.models.answered import answered

    tokens, since = answered(model, params, params.response, params.new_tokens)
    run = model.run_of(tokens)
    _follow(params, run.resid[1:], tokens, _begin(tokens) if since is None else since, found)
    found.tokens = tokens


def _begin(tokens: Tokens) -> int:
    from stratascope.numerics.vectors import counted

    return counted([token.special for token in tokens.tokens], include_first=False)[0]


def _follow(params: LatentTrajectoryParams, x: Tensor, tokens: Tokens, since: int, found: _Found) -> None:
    """Add the path of one text: states x [layer, position, width] from position `since` on."""
    import torch

    from stratascope.numerics.latent_path import path, segment_means, shuffled_alignment

    texts = [token.text for token in tokens.tokens[since:]]
    pieces = _pieces(texts, params)
    if pieces[-1] < 1:
        raise Problem(
            "not_enough_samples",
            f"The response gives {pieces[-1] + 1} segment(s) of {len(texts)} tokens; at least 2 are needed.",
            field="segment_tokens",
            remedy="Cut it into four pieces" if len(texts) > 1 else "Use a longer text",
            changes={"segment": "tokens", "segment_tokens": max(1, len(texts) // 4)} if len(texts) > 1 else None,
        )
    means = segment_means(x[:, since:], torch.tensor(pieces)).cpu()
    found.paths.append(path(means))
    found.shuffled.append(shuffled_alignment(means))
    found.pieces.append(torch.tensor([-1] * since + pieces))


def _pieces(texts: list[str], params: LatentTrajectoryParams) -> list[int]:
    """The number of the piece that each token is in."""
    if params.segment == "tokens":
        return [at // params.segment_tokens for at in range(len(texts))]
    numbers, number = [], 0
    for text in texts:
        numbers.append(number)
        number += "\n" in text
    return numbers


def _curve(model: Model, found: _Found, texts: list[Tokens]) -> LayerCurve:
    """The three measures by layer, means over texts where there are several."""
    import torch

    from stratascope.models.prompt_means import prompt_band
    from stratascope.models.prompts import prompt_titles

    by_text = torch.stack([torch.stack([each.net, each.cumulative, each.aligned]) for each in found.paths]).float()
    dims, series = ("series", "layer"), ["net", "cumulative", "aligned"]
    coords = {"series": series}
    if len(found.paths) > 1:
        arrays = prompt_band(by_text, dims, undefined=RETURNS)
        coords["prompt"] = prompt_titles(texts)
    else:
        arrays = {
            "mean": Array(values=by_text[0].numpy(), dims=dims, undefined=RETURNS),
            "step_length": Array(values=found.paths[0].steps.float().numpy(), dims=("layer", "step")),
            "piece": Array(values=found.pieces[0].numpy().astype("int32"), dims=("position",)),
        }
    mean = by_text.nanmean(0)
    over_layers = by_text.nanmean(-1)
    facts: dict[str, Any] = {
        "n_prompts": len(found.paths),
        "n_tokens": sum(int((pieces >= 0).sum()) for pieces in found.pieces),
        "segments": [int(pieces.max()) + 1 for pieces in found.pieces],
        "over_layers": {
            name: _number(float(value)) for name, value in zip(series, over_layers.nanmean(0), strict=True)
        },
        "farthest_first": over_layers[:, 0].argsort(descending=True, stable=True).tolist(),
        "units": {"net": "length per step", "cumulative": "length", "aligned": "cosine"},
        "labels": {"net": "progress per step", "cumulative": "length of the way", "aligned": "alignment"},
    }
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="mean", label="travel of the states", scale="mag")],
        coords=coords,
        tokens=found.tokens.tokens if found.tokens else [],
        facts=facts,
        summary=_summary(mean, facts),
        checks=_checks(found, mean),
    )


def _number(value: float) -> float | None:
    return value if value == value else None


def _checks(found: _Found, mean: Tensor) -> list[Check]:
    import torch

    beyond = max(
        float(((each.net * each.steps.shape[1] - each.cumulative) / each.cumulative.clamp(min=1e-12)).max())
        for each in found.paths
    )
    return [
        Check(
            name="steps_add_up",
            label="steps add up",
            value=max(each.error for each in found.paths),
            ok=1e-5,
            warn=1e-3,
            explanation="Largest difference, relative to the way, between the steps' progress toward the end and the distance to "
            "it.",
        ),
        Check(
            name="no_shorter_way",
            label="the way is no shorter than the distance",
            value=max(0.0, beyond),
            ok=1e-5,
            warn=1e-3,
            explanation="By how much the distance from first to last piece exceeds the length of the way, relative to it.",
        ),
        Check(
            name="alignment",
            label="mean alignment",
            value=_number(float(mean[2].nanmean())),
            control=_number(float(torch.stack(found.shuffled).nanmean())),
            explanation="Mean alignment over layers; the control is that of the same pieces in random order.",
        ),
    ]


def _summary(mean: Tensor, facts: dict[str, Any]) -> str:
    texts = f"{facts['n_prompts']} texts" if facts["n_prompts"] > 1 else f"{facts['segments'][0]} pieces"
    aligned = facts["over_layers"]["aligned"]
    turn = "its end is its beginning" if aligned is None else f"alignment {aligned:.2f} on average over layers"
    return (
        f"Over {texts} of {facts['n_tokens']} tokens the states leaving the last layer move {_length(float(mean[0, -1]))} "
        f"per step on a way of {_length(float(mean[1, -1]))}; {turn}."
    ).replace("-", "−")


def _length(value: float) -> str:
    """Three digits, without an exponent for what a person can read."""
    return f"{value:,.0f}" if 100 <= value < 1e6 else f"{value:.3g}"

"""The lens along depth: when the prediction forms, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptParams,
    TokenText,
    method,
    silent,
)
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

Metric = Literal[
    "entropy", "kl", "reverse_kl", "js", "tv", "overlap", "target_logprob", "target_rank", "margin",
]  # fmt: skip
METRICS: tuple[Metric, ...] = get_args(Metric)
UNITS = {"tv": "share", "overlap": "share", "target_rank": "rank", "margin": "logits"}
NO_NEXT = "no next token in the prompt"


class LensTrajectoryParams(PromptParams):
    """Which measures to take of every row, and of which token."""

    metrics: Literal["all"] | Annotated[list[Metric], Field(min_length=1, max_length=len(METRICS))] = Field(
        ["entropy", "kl", "js", "target_logprob"],
        description="Measures of each row against the model's output: entropy; kl = KL(output‖row); reverse_kl = "
        "KL(row‖output); js, Jensen–Shannon; tv, total variation; overlap of the k best tokens; log-probability and rank "
        "of the target; margin between the two best logits.",
    )
    k: int = Field(5, ge=1, le=50, title="Tokens compared", description="Best tokens compared by overlap.")
    target: Literal["next", "final"] | TokenText = Field(
        "next",
        description="Token that target_logprob and target_rank follow: next is the one the prompt continues with, final "
        "the model's own top token, anything else the text of one token.",
    )
    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token enters the means."
    )


def _cost(model: ModelFacts, params: LensTrajectoryParams, tokens: int) -> Cost:
    rows = (model.layers + 1) * tokens
    decoding = rows * model.width * model.vocabulary / max(1, tokens * model.parameters)
    stream = 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=1 + 2 * decoding, bytes=stream + (256 << 20) + 4 * rows * len(METRICS))


@method(
    title="Lens trajectory",
    version=1,
    guide=Guide(
        question="What would each layer predict?",
        purpose="Follows how far each layer's prediction is from the final one, averaged over the prompt.",
        reading="A late sharp drop in KL means that the decision is made in the last layers; entropy that falls early "
        "means early confidence. A mean can hide two populations, easy function words and hard content words: look at "
        "single positions too. Reverse KL explodes wherever the final probability is near zero.",
        synonyms=("entropy by layer", "KL by layer", "prediction trajectory", "convergence", "rank by layer", "depth"),
        next=("lens/logit-lens", "activations/sublayer-contribution", "activations/residual-norms"),
    ),
    papers=[
        Paper("Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023),
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
        Paper("The Hidden Life of Tokens: Reducing Hallucination of Large Vision-Language Models via Visual Information "
              "Steering", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)  # fmt: skip
def lens_trajectory(model: Model, params: LensTrajectoryParams, progress: Progress = silent) -> LayerCurve:
    """Measure every row of the logit lens against the model's own output.

    Rows are those of the logit lens: row l is the stream entering layer l, the last row the output. With p the row's and q
    the model's distribution: entropy −Σ p ln p, kl Σ q ln(q/p), reverse_kl Σ p ln(p/q), js ½KL(p‖m) + ½KL(q‖m) ≤ ln 2, tv
    ½Σ|p − q|, all in nats but tv; overlap is the share of the k best tokens in common; margin the difference of the two
    largest logits. Log-probabilities in nats, rank 1 is the most likely.

    Arrays: `mean` [series, row] over positions with `low` and `high` one standard error away, and one array [row,
    position] per measure, named as it is.
    """
    from stratascope.numerics.trajectory import trajectory

    run = model.read(params)
    metrics = list(METRICS) if params.metrics == "all" else list(dict.fromkeys(params.metrics))
    targets = _targets(model, run, params.target)
    found, gap = trajectory(
        model.unembedding,
        run.resid,
        metrics=metrics,
        targets=targets,
        k=params.k,
        own=run.own_logits,
        report=lambda done, total: progress(done, total, "measuring positions"),
    )
    return _curve(model, run, params, found, gap)


def _targets(model: Model, run: Run, target: str) -> Tensor | None:
    """The token followed at every position, −1 where there is none; None for the model's own top token."""
    import torch

    if target == "next":
        return torch.tensor([*run.tokens.ids[1:], -1])
    if target == "final":
        return None
    return torch.full((len(run.ids),), model.single_token(target))


def _curve(model: Model, run: Run, params: LensTrajectoryParams, found: dict[str, Tensor], gap: float) -> LayerCurve:
    """Means over positions with their standard errors, and the checks."""
    import torch

    from stratascope.numerics.lens import row_labels
    from stratascope.numerics.trajectory import violation
    from stratascope.numerics.vectors import counted, standard_error

    kept = counted([token.special for token in run.tokens.tokens], params.include_bos)
    values = torch.stack([each[:, kept] for each in found.values()])
    mean, error = values.nanmean(-1), standard_error(values)
    undefined = NO_NEXT if params.target == "next" and any(name.startswith("target") for name in found) else None
    band = {"mean": mean, "low": mean - error, "high": mean + error}
    single = None if len(kept) > 1 else "one position has no standard error"
    arrays = {
        name: Array(
            values=v.numpy(), dims=("series", "row"), undefined=undefined or (single if name != "mean" else None)
        )
        for name, v in band.items()
    }
    for name, each in found.items():
        arrays[name] = Array(
            values=each.numpy(), dims=("row", "position"), undefined=undefined if "target" in name else None
        )
    labels = row_labels(model.layers)
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="mean", label="mean over positions", scale="unc", unit="nats")],
        coords={"series": list(found), "row": labels},
        tokens=run.tokens.tokens,
        facts={
            "units": {name: UNITS.get(name, "nats") for name in found},
            "positions": len(kept),
            "target": params.target,
        },
        summary=_summary(found, mean, labels),
        checks=_checks(gap, violation(found)),
    )


def _checks(gap: float, broken: float) -> list[Check]:
    return [
        Check(
            name="matches_output",
            label="matches model output",
            value=gap,
            ok=1e-4,
            warn=1e-2,
            explanation="Largest difference between the last position's logits decoded from the last row and those that the "
            "model itself returned.",
        ),
        Check(
            name="identities",
            label="identities hold",
            value=broken,
            ok=1e-5,
            warn=1e-3,
            explanation="By how much the measures break what must hold for any two distributions: entropy, KL, JS and TV "
            "not below 0, JS at most ln 2, TV at most 1, 2·TV² at most KL.",
        ),
    ]


def _summary(found: dict[str, Tensor], mean: Tensor, labels: list[str]) -> str:
    """Where the first measure changes most from one row to the next."""
    name, values = next(iter(found)), mean[0]
    if not bool(values.isfinite().all()) or len(values) < 2:
        return f"Mean {name} over {len(labels)} rows."
    steps = values.diff()
    at = int(steps.abs().argmax())
    word = "drop" if float(steps[at]) < 0 else "rise"
    return (
        f"Mean {name} goes from {float(values[0]):.2f} at the embedding to {float(values[-1]):.2f} at the output; the "
        f"largest {word} is {abs(float(steps[at])):.2f} between rows {labels[at]} and {labels[at + 1]}."
    )

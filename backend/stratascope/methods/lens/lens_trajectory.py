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
    PromptsParams,
    TokenText,
    method,
    silent,
)
from stratascope.models.sites import Site
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

Metric = Literal[
    "entropy", "kl", "reverse_kl", "js", "tv", "overlap", "target_logprob", "target_rank", "margin", "ce", "delta_logprob",
]  # fmt: skip
METRICS: tuple[Metric, ...] = get_args(Metric)
UNITS = {"tv": "share", "overlap": "share", "target_rank": "rank", "margin": "logits"}
NO_NEXT = "no next token in the prompt"
NO_ROW_BEFORE = "no row before, or no next token in the prompt"


class LensTrajectoryParams(PromptsParams):
    """Which measures to take of every row, and of which token."""

    lens: Literal["raw", "tuned"] = Field(
        "raw",
        description="raw reads the stream with the model's own head; tuned translates it first, for each layer apart.",
    )
    site: Site = Field(
        "resid_pre",
        title="What is read",
        description="The stream entering each layer (with the model's output as last row), the stream between attention "
        "and MLP, or what one of the two adds.",
    )

    metrics: Literal["all"] | Annotated[list[Metric], Field(min_length=1, max_length=len(METRICS))] = Field(
        ["entropy", "kl", "js", "target_logprob"],
        description="Measures of each row against the model's output: entropy; kl = KL(output‖row); reverse_kl = "
        "KL(row‖output); js, Jensen–Shannon; tv, total variation; overlap of the k best tokens; log-probability and rank "
        "of the target, ce = −log-probability, delta_logprob from the row before; margin between the two best logits.",
    )
    k: int = Field(5, ge=1, le=50, title="Tokens compared", description="Best tokens compared by overlap.")
    target: Literal["next", "final"] | TokenText = Field(
        "next",
        description="Token that target_logprob and target_rank follow: next is the one the prompt continues with, final "
        "the model's own top token, anything else the text of one token.",
    )
    target_id: int | None = Field(
        None, ge=0, title="Target id", description="Token that they follow, by id, in place of the target."
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
    version=2,
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

    Arrays: `mean` [series, row] over positions, then prompts, with `low` and `high` one standard error away; of one prompt
    one array [row, position] per measure, named as it is, of several `by_prompt` [prompt, series, row]. The sites other
    than resid_pre have one row per layer, held against the same output.
    """
    from stratascope.models.prompts import prompt_runs, read_prompts

    prompts = read_prompts(model, params)
    metrics = list(METRICS) if params.metrics == "all" else list(dict.fromkeys(params.metrics))
    measured, gap = [], 0.0
    for run in prompt_runs(model, params, progress, prompts):
        found, off = _measured(model, run, params, metrics, progress if len(prompts) == 1 else silent)
        measured.append(found)
        gap = max(gap, off)
    return _curve(model, params, prompts, measured, gap)


def _measured(
    model: Model, run: Run, params: LensTrajectoryParams, metrics: list[Metric], progress: Progress
) -> tuple[dict[str, Tensor], float]:
    """({measure: [row, position]}, largest difference of the output's logits from the model's own) of one prompt."""
    from stratascope.models.tuned_lens import decoded_stream
    from stratascope.numerics.trajectory import trajectory

    return trajectory(
        model.unembedding,
        decoded_stream(model, run, params.lens, params.site),
        metrics=metrics,
        targets=_targets(model, run, params),
        k=params.k,
        own=run.own_logits,
        final=None if params.site == "resid_pre" else run.resid[-1],
        report=lambda done, total: progress(done, total, "measuring positions"),
    )


def _targets(model: Model, run: Run, params: LensTrajectoryParams) -> Tensor | None:
    """The token followed at every position, −1 where there is none; None for the model's own top token."""
    import torch

    if params.target_id is not None:
        model.text.check_ids([params.target_id])
        return torch.full((len(run.ids),), params.target_id)
    if params.target == "next":
        return torch.tensor([*run.tokens.ids[1:], -1])
    if params.target == "final":
        return None
    return torch.full((len(run.ids),), model.single_token(params.target))


def _curve(
    model: Model, params: LensTrajectoryParams, prompts: list[Tokens], measured: list[dict[str, Tensor]], gap: float
) -> LayerCurve:
    """Means over positions, then prompts, with their standard errors, and the checks."""
    import torch

    from stratascope.models.prompt_means import band, prompt_band
    from stratascope.models.prompts import prompt_titles
    from stratascope.models.sites import site_rows
    from stratascope.numerics.trajectory import violation
    from stratascope.numerics.vectors import counted

    several, series = len(prompts) > 1, list(measured[0])
    kept = [counted([token.special for token in tokens.tokens], params.include_bos) for tokens in prompts]
    samples = [torch.stack([each[:, at] for each in found.values()]) for found, at in zip(measured, kept, strict=True)]
    undefined = _undefined(params, series)
    dims = ("series", "row")
    if several:
        arrays = prompt_band(torch.stack([each.nanmean(-1) for each in samples]), dims, undefined=undefined)
    else:
        arrays = band(samples[0], dims, undefined=undefined)
        for name, each in measured[0].items():
            arrays[name] = Array(values=each.numpy(), dims=("row", "position"), undefined=_undefined(params, [name]))
    labels = site_rows(model, params.site)
    coords = {"series": series, "row": labels} | ({"prompt": prompt_titles(prompts)} if several else {})
    mean = torch.from_numpy(arrays["mean"].values)
    target = params.target if params.target_id is None else model.token(params.target_id).text
    return LayerCurve(
        arrays=arrays,
        quantities=[
            Quantity(name="mean", label=f"mean over {'prompts' if several else 'positions'}", scale="unc", unit="nats")
        ],
        coords=coords,
        tokens=[] if several else prompts[0].tokens,
        facts={
            "units": {name: UNITS.get(name, "nats") for name in series},
            "positions": sum(map(len, kept)), "n_tokens": sum(map(len, kept)), "n_prompts": len(prompts),
            "target": target, "lens": params.lens, "site": params.site,
        },
        summary=_summary(series[0], mean, labels),
        checks=_checks(gap, max(violation(found) for found in measured)),
        warnings=_warnings(params),
    )  # fmt: skip


def _undefined(params: LensTrajectoryParams, series: list[str]) -> str | None:
    """Why some of these measures have no value somewhere."""
    if "delta_logprob" in series:
        return NO_ROW_BEFORE
    follows = params.target == "next" and params.target_id is None
    return NO_NEXT if follows and {"target_logprob", "target_rank", "ce"} & set(series) else None


def _warnings(params: LensTrajectoryParams) -> list[str]:
    if params.site in ("attn_out", "mlp_out"):
        return ["These rows show what one part adds, decoded alone; it is not a prediction of the model."]
    return []


def _checks(gap: float, broken: float) -> list[Check]:
    from stratascope.models.lens_cells import output_check

    return [
        output_check(gap, over_all=True),
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


def _summary(name: str, mean: Tensor, labels: list[str]) -> str:
    """Where the first measure changes most from one row to the next."""
    values = mean[0]
    if not bool(values.isfinite().all()) or len(values) < 2:
        return f"Mean {name} over {len(labels)} rows."
    steps = values.diff()
    at = int(steps.abs().argmax())
    word = "drop" if float(steps[at]) < 0 else "rise"
    return (
        f"Mean {name} goes from {float(values[0]):.2f} at row {labels[0]} to {float(values[-1]):.2f} at row {labels[-1]}; "
        f"the largest {word} is {abs(float(steps[at])):.2f} between rows {labels[at]} and {labels[at + 1]}."
    ).replace("-", "−")

"""The tuned lens: the logit lens after removing each layer's average distortion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, Text, method, silent
from stratascope.methods.lens import LensGridParams, grid_cost
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, TokenGrid

if TYPE_CHECKING:
    from stratascope.models.lens_grid import Decoded
    from stratascope.models.model import Model
    from stratascope.models.tuned_lens import TunedLens

View = Literal["tuned", "raw", "difference"]


class TunedLensParams(LensGridParams):
    """Which lens to read through, and what to draw: it, the logit lens, or how far one is closer than the other."""

    lens: Annotated[Text, Field(max_length=200)] | None = Field(
        None, description="Id of a trained lens; without one the newest that was trained for this model."
    )
    view: View = Field(
        "tuned",
        description="tuned reads every cell through the lens, raw as the logit lens does. difference draws by how much the "
        "tuned lens is closer to the output, with the logit lens's token above the tuned lens's.",
    )


def _cost(model: ModelFacts, params: TunedLensParams, tokens: int) -> Cost:
    """Two lenses on one pass, and the translators."""
    one = grid_cost(model, params, tokens)
    whole = tokens + params.new_tokens
    translating = model.layers * model.width**2 / max(1, model.parameters)
    weights = 4 * model.layers * model.width * (model.width + 2 * whole)
    return Cost(forwards=2 * one.forwards - 1 + translating, bytes=one.bytes + weights)


@method(
    title="Tuned lens",
    version=1,
    guide=Guide(
        question="What would each layer predict?",
        purpose="Decodes every layer's stream after an affine map, trained per layer, has removed its average distortion.",
        reading="Read it like the logit lens: the same grid, after removing each layer's average distortion. Where the two "
        "disagree and the tuned lens is right, the information was there in another basis. The lens is trained and may "
        "add knowledge of its own, so compare with the logit lens before claiming that a layer knows something.",
        synonyms=("translator", "affine lens", "trained lens", "learned lens", "tunedlens", "logit lens without bias"),
        next=("lens/logit-lens", "lens/tuned-lens-train", "lens/lens-trajectory"),
    ),
    papers=[
        Paper("Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023),
        Paper("Mechanistic Understanding and Mitigation of Language Confusion in English-Centric Large Language Models",
              2025),
        Paper("Beyond English-Centric LLMs: What Language Do Multilingual Language Models Think in?", 2024),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)  # fmt: skip
def tuned_lens(model: Model, params: TunedLensParams, progress: Progress = silent) -> TokenGrid:
    """Decode every layer's stream through a trained translator and the model's own head.

    For row l before the last, z = cap(scale·(N(x + A_l x + b_l) W_Uᵀ + b_U)) with x = x[l, t], the stream entering the
    layer or what stands at another site a lens was trained for. Of the entering stream there is one row more, the model's
    own prediction. A_l = 0 and b_l = 0 would be the logit lens.

    Arrays as of the logit lens, of the lens that `view` names: `probability`, `entropy`, `kl`, `norm` [row, position],
    `topk_ids`, `topk_prob`, `topk_logit`, `topk_text` [row, position, rank], of targets `target_logprob` and `target_rank`
    [row, position, target]. For comparison [row, position]: `kl_raw` and `kl_tuned`, KL(final‖row) in nats, `kl_gain`, the
    first minus the second, and `raw_text` and `tuned_text`, the best token of each. With new tokens the text is the prompt
    and what the model wrote after it, from `facts["generated_from"]` on.
    """
    from stratascope.models.lens_grid import Lens, decode
    from stratascope.models.sites import require_site, site_rows, site_stream
    from stratascope.models.tuned_lens import tuned_lens_for

    require_site(model, params.site)
    lens = _without_changes(lambda: tuned_lens_for(model, params.lens, params.site))
    labels, whole = site_rows(model, params.site), params.site == "resid_pre"
    raw = Lens(lambda run: site_stream(model, run, params.site), labels, is_output=whole)
    tuned = Lens(lambda run: lens.translate(site_stream(model, run, params.site)), labels, is_output=whole)
    lenses = [raw, tuned] if params.view == "raw" else [tuned, raw]
    return decode(model, params, lenses, lambda found: _grid(model, params, lens, labels, found), progress)


def _without_changes(load: Any) -> TunedLens:
    """Load a lens. Without one there is no field of this request that could be changed instead."""
    try:
        found: TunedLens = load()
    except Problem as problem:
        if problem.code == "no_tuned_lens":
            problem.changes = None
            problem.remedy = "Train a lens for this model, or use the logit lens"
        raise
    return found


def _grid(model: Model, params: TunedLensParams, lens: TunedLens, labels: list[str], found: Decoded) -> TokenGrid:
    """The result, whole or with cells still missing (then without checks)."""
    from stratascope.models.lens_cells import grid_fields, grid_quantities, grid_summary, output_check, written_facts

    fields = grid_fields(model, found, labels)
    compared = _compared(model, params.view, found)
    summary = grid_summary(fields, found)
    fields["arrays"] |= compared
    asked = {"site": params.site, "view": params.view, "precision": params.precision, "target_ids": found.targets}
    return TokenGrid(
        **fields,
        quantities=_quantities(grid_quantities(model.facts.vocabulary), params.view),
        facts={**asked, **_lens_facts(lens), **written_facts(found)},
        summary=f"{summary} {_gain(compared, fields['coords']['row'])}".strip(),
        checks=[] if found.gap is None else [output_check(found.gap, params.precision == "exact"), _held_out(lens)],
        warnings=list(lens.warnings) + ([] if found.gap is None else _few_rows(lens)),
    )


def _compared(model: Model, view: View, found: Decoded) -> dict[str, Array]:
    """Both lenses side by side. In a difference the best tokens stand in the cells too."""
    from stratascope.models.lens_cells import CELL, texts

    raw, tuned = found.rows if view == "raw" else found.rows[::-1]
    said = {name: texts(model, rows.topk_ids[..., 0]) for name, rows in (("raw_text", raw), ("tuned_text", tuned))}
    arrays = {
        "kl_raw": raw.kl.numpy(),
        "kl_tuned": tuned.kl.numpy(),
        "kl_gain": (raw.kl - tuned.kl).numpy(),
        **said,
    }
    if view == "difference":
        arrays |= {"top_text_a": said["raw_text"], "top_text_b": said["tuned_text"]}
    return {name: Array(values=values, dims=CELL) for name, values in arrays.items()}


def _quantities(shared: list[Quantity], view: View) -> list[Quantity]:
    gain = Quantity(name="kl_gain", label="KL from output, logit lens minus tuned lens", scale="dif", unit="nats")
    return [gain, *shared] if view == "difference" else [*shared, gain]


def _lens_facts(lens: TunedLens) -> dict[str, Any]:
    """Which lens it was, and what it was worth on text that was held out of its training."""
    known = lens.held_out()
    before, after = known if known is not None else (None, None)
    return {
        "lens_id": lens.id,
        "lens_unembed_sha256": lens.unembedding,
        "lens_training": dict(lens.content.get("training") or {}),
        "held_out_kl_before": before,
        "held_out_kl_after": after,
    }


def _gain(compared: dict[str, Array], labels: list[str]) -> str:
    """By how much the tuned lens is closer, over the rows shown; the output is the same for both."""
    import numpy as np

    gain = compared["kl_gain"].values[[row for row, label in enumerate(labels) if label != "out"]]
    known = gain[np.isfinite(gain)]
    if not known.size:
        return ""
    mean = float(known.mean())
    word = "closer to" if mean >= 0 else "farther from"
    return (
        f"Over the rows shown the tuned lens is on average {abs(mean):.2f} nats {word} the output than the logit lens."
    )


def _held_out(lens: TunedLens) -> Check:
    """Whether the lens was worth training, by the text that was held out of it."""
    known = lens.held_out()
    label, name = "closer than the logit lens on held-out text", "held_out_kl"
    if known is None:
        said = "The lens does not say how far it was from the model's output on text held out of its training."
        return Check(name=name, label=label, value=None, explanation=said)
    before, after = known
    return Check(
        name=name,
        label=label,
        value=max(b - a for a, b in zip(before, after, strict=True)),
        ok=0.0,
        warn=0.01,
        control=0.0,
        explanation="Largest rise over rows, in nats per token, of KL from the model's output between the logit lens and "
        f"this lens, on text held out of its training. Its mean over rows went from {sum(before) / len(before):.3f} to "
        f"{sum(after) / len(after):.3f}.",
    )


def _few_rows(lens: TunedLens) -> list[str]:
    known = lens.held_out()
    if known is None:
        return ["Nothing is known of this lens on held-out text; compare with the logit lens before trusting a row."]
    worse = [row for row, (before, after) in enumerate(zip(*known, strict=True)) if after > before]
    return [f"On held-out text row {row} is farther from the output than the logit lens." for row in worse]

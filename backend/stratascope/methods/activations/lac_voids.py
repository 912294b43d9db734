"""Voids: layers that hardly lengthen a token's vector, by L2 adaptive computation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, PromptParams, method
from stratascope.methods.activations import counted_tokens, matches_output, output_gap, same_without_skips
from stratascope.result import Array, Check, Quantity, TokenGrid

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

Phase = Literal["prompt", "response"]
OTHER_PHASE, NO_NEXT = "a token of the phase that was not asked for", "no next token"


class LacVoidsParams(PromptParams):
    """What counts as a void, in which phase, and whether voids are left out."""

    alpha: float = Field(
        0.8,
        ge=0.0,
        le=1.0,
        title="α",
        description="Share of the range of a token's growth so far that a layer must reach to be activated.",
    )
    phase: Literal["prompt", "response", "both"] = Field(
        "prompt", description="Whether the prompt's tokens are looked at, those of the model's own answer, or both."
    )
    max_new_tokens: int = Field(
        50, ge=1, le=256, title="New tokens", description="Tokens that the model answers with, at most."
    )
    skip: Literal["none", "last_active", "identity"] = Field(
        "none",
        title="Leave voids out",
        description="last_active predicts from the stream behind a token's last activated layer, as the published code "
        "does; identity really leaves every void out, so that later layers see it.",
    )
    include_bos: bool = Field(
        False,
        title="Include first special token",
        description="Whether a special first token enters the shares and has its voids left out like the others.",
    )


def _cost(model: ModelFacts, params: LacVoidsParams, tokens: int) -> Cost:
    new = 0 if params.phase == "prompt" else params.max_new_tokens
    whole = tokens + new
    forwards = 1 + (1 + new / max(1, tokens) if new else 0) + {"none": 0, "last_active": 0, "identity": 3}[params.skip]
    return Cost(forwards=forwards, bytes=4 * whole * (model.width * 6 * model.layers + 3 * model.vocabulary))


@method(
    title="Void layers",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Marks, for every token, the layers that visibly lengthen its vector and those that leave it as it is.",
        reading="Filled cells are layers that visibly changed this token's vector length; pale cells are voids at this α. "
        "Only growth counts: a layer that turns the vector without lengthening it is called void. Where norms follow each "
        "sublayer the length need not grow, and one layer with a massive activation makes all later ones voids for its token.",
        synonyms=(
            "unactivated layers",
            "L2 adaptive computation",
            "LAC",
            "layer skipping",
            "adaptive depth",
            "idle layers",
        ),
        next=("activations/residual-norms", "activations/layer-skip-effect", "activations/sublayer-io-similarity"),
    ),
    papers=[Paper("Void in Language Models", 2025)],
    cost=_cost,
)
def lac_voids(model: Model, params: LacVoidsParams) -> TokenGrid:
    """Compare how much each layer lengthens a token's vector with how much the layers before it did.

    With Δ[l, t] = ‖x[l + 1, t]‖ − ‖x[l, t]‖ and τ[l, t] = α·(max Δ[k, t] − min Δ[k, t]) over the layers k < l, τ[0] = 0, layer l
    is activated at t if Δ[l, t] ≥ τ[l, t] and else a void. Every token has a history of its own, in the prompt and in the
    answer, which is the model's likeliest next token each time. Both are measured in one pass over the whole text.

    Arrays [row, position], one row per layer: `activated`, 1 or 0; `delta_norm` and `threshold` in the units of the
    activations. `share_activated` [phase, row] over the counted tokens. With voids left out, per token [position]: `kl`,
    KL(own‖without) in nats, `top1_flip`, and `delta_nll` in nats, by how much less likely the next token becomes.
    """
    from stratascope.numerics.vectors import length
    from stratascope.numerics.voids import activated, growth, thresholds

    run, begin = _read(model, params)
    delta = growth(length(run.resid))
    active = activated(delta, params.alpha)
    phases = _phases(run, begin, params)
    counted = sorted(position for positions in phases.values() for position in positions)
    hidden = range(begin) if params.phase == "response" else range(0)
    arrays = {
        "activated": _cells(active.float(), hidden),
        "delta_norm": _cells(delta, hidden),
        "threshold": _cells(thresholds(delta, params.alpha), hidden),
        "share_activated": Array(
            values=np.stack([active[:, at].float().mean(-1).cpu().numpy() for at in phases.values()]),
            dims=("phase", "row"),
        ),
    }
    checks = [matches_output(output_gap(run)), _grows(active[:, counted], delta[:, counted])]
    facts: dict[str, Any] = {name: float(active[:, at].float().mean()) for name, at in phases.items()}
    facts = {"share_activated": facts, "skip": params.skip, "n_tokens": len(counted), "response_from": begin}
    if params.skip != "none":
        changed, more = _without_voids(model, run, active, counted, params)
        found = _effects(model, run, changed, hidden)
        arrays, checks = arrays | found, [*checks, *more]
        facts["mean_kl"] = float(np.nanmean(found["kl"].values[counted]))
    return TokenGrid(
        arrays=arrays,
        quantities=[
            Quantity(name="activated", label="activated", scale="feat", limits=(0.0, 1.0)),
            Quantity(name="delta_norm", label="growth of the vector's length", scale="dif"),
            Quantity(name="threshold", label="growth needed", scale="mag"),
        ],
        beside=[Quantity(name="share_activated", label="share of tokens", scale="feat", limits=(0.0, 1.0))],
        coords={"row": [str(layer) for layer in range(model.layers)], "phase": list(phases)},
        tokens=run.tokens.tokens,
        facts=facts,
        summary=_summary(active, phases, params, facts),
        checks=checks,
    )


def _read(model: Model, params: LacVoidsParams) -> tuple[Run, int]:
    """The run to look at, and where the model's answer begins in it."""
    from stratascope.models.capture import capture
    from stratascope.models.response import with_response

    if params.phase == "prompt":
        run = model.read(params)
        return run, len(run.ids)
    prompt = model.tokenize(params.prompt, params.messages)
    whole = with_response(model, prompt, params.max_new_tokens, "max_new_tokens")
    return capture(model, whole.ids, whole), len(prompt.ids)


def _phases(run: Run, begin: int, params: LacVoidsParams) -> dict[Phase, list[int]]:
    """The counted positions of every phase that was asked for."""
    kept = counted_tokens(run, params.include_bos)
    found: dict[Phase, list[int]] = {
        "prompt": [position for position in kept if position < begin],
        "response": [position for position in kept if position >= begin],
    }
    return {name: at for name, at in found.items() if params.phase in (name, "both")}


def _cells(values: Tensor, hidden: range) -> Array:
    """Values [row, position], undefined where the phase was not asked for."""
    found = values.cpu().numpy().copy()
    found[:, list(hidden)] = np.nan
    return Array(values=found, dims=("row", "position"), undefined=OTHER_PHASE if hidden else None)


def _without_voids(
    model: Model, run: Run, active: Tensor, counted: list[int], params: LacVoidsParams
) -> tuple[Tensor, list[Check]]:
    """The stream [position, width] that the prediction is made from when the counted tokens' voids are left out."""
    from stratascope.models.skip import Skip, Skipping
    from stratascope.numerics.voids import last_activated

    if params.skip == "last_active":
        changed = run.resid[-1].clone()
        changed[counted] = run.resid[last_activated(active[:, counted]), counted]
        return changed, []
    skipping = Skipping(model, run)
    voids = [[position for position in counted if not active[layer, position]] for layer in range(len(active))]
    row = [Skip(layer, positions=positions) for layer, positions in enumerate(voids) if positions]
    return skipping.stream([row])[0], [same_without_skips(skipping.identity_error())]


def _effects(model: Model, run: Run, changed: Tensor, hidden: range) -> dict[str, Array]:
    """How the prediction changes at every position."""
    from stratascope.numerics.output_change import output_change

    found = output_change(model.unembedding.logits, run.resid[-1], changed[None], run.ids)
    arrays = {}
    for name, values in (("kl", found.kl), ("top1_flip", found.flip), ("delta_nll", found.delta_nll)):
        each = values[0].numpy().copy()
        each[list(hidden)] = np.nan
        undefined = NO_NEXT if name == "delta_nll" else OTHER_PHASE if hidden else None
        arrays[name] = Array(values=each, dims=("position",), undefined=undefined)
    return arrays


def _grows(active: Tensor, delta: Tensor) -> Check:
    return Check(
        name="share_activated",
        label="share activated",
        value=float(active.float().mean()),
        control=float((delta >= 0).float().mean()),
        explanation="Share of layers activated over all counted tokens; the control is the share that does not shorten the "
        "vector, which is what α = 0 calls activated.",
    )


def _summary(active: Tensor, phases: dict[Phase, list[int]], params: LacVoidsParams, facts: dict[str, Any]) -> str:
    shares = [f"{share:.0%} of the layers in the {name}" for name, share in facts["share_activated"].items()]
    counted = [position for positions in phases.values() for position in positions]
    share = active[:, counted].float().mean(-1)
    layer = int(share.argmin())
    found = f"At α = {params.alpha:g} a token activates {' and '.join(shares)}; "
    void = 1 - float(share[layer])
    found += f"layer {layer} is a void for {void:.0%} of the tokens." if void else "no layer is a void for any of them."
    if "mean_kl" in facts:
        how = "the stream behind the last activated layer" if params.skip == "last_active" else "the voids left out"
        found += f" With {how}, the predictions move by {facts['mean_kl']:.2f} nats (KL)."
    return found

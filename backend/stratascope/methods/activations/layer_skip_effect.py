"""Layer skip effect: what later layers and the output lose when a layer is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    Indices,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    method,
    silent,
)
from stratascope.methods.activations import matches_output, output_gap, same_without_skips
from stratascope.problem import Problem, layer_out_of_range, position_out_of_range
from stratascope.result import Array, Quantity, Similarity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.skip_effect import Effects
    from stratascope.models.tokens import Tokens

MOST_FORWARDS, DRAWN, LEAST_TOKENS = 4096, 4, 13
NOT_LATER, NO_NEXT = "not a later layer than the skipped one", "no next token in the prompt"


class LayerSkipEffectParams(PromptsParams):
    """What is skipped, at which positions, and how the effects are reduced."""

    part: Literal["layer", "attn", "mlp"] = Field(
        "layer", title="Skipped", description="The whole layer, or its attention or MLP alone."
    )
    scope: Literal["current", "future", "local"] = Field(
        "current",
        description="current skips everywhere and measures there. future skips earlier positions only and measures the "
        "later ones, which is what is carried over by attention. local takes what the layer wrote out of each later "
        "layer's own input, so that effects do not add up on their way.",
    )
    layers: Indices = Field("all", description="Layers that are skipped, one at a time.")
    positions: Annotated[list[Annotated[int, Field(ge=0, le=1_000_000)]], Field(min_length=1, max_length=64)] | None = (
        Field(
            None,
            description="For future: first positions that are measured. Without any, 4 random multiples of 8 between 8 and "
            "four tokens before the end.",
        )
    )
    keep_first: int = Field(
        1, ge=0, le=1024, title="Tokens kept", description="First tokens at which nothing is ever skipped or measured."
    )
    reduce: Literal["mean", "max"] = Field(
        "mean",
        title="Over positions",
        description="How effects become one number: the mean over positions, then prompts, or the largest of all.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the random positions.")


def _cost(model: ModelFacts, params: LayerSkipEffectParams, tokens: int) -> Cost:
    layers = model.layers if params.layers == "all" else len(set(params.layers))
    ends = 1 if params.scope != "future" else len(params.positions) if params.positions else DRAWN
    rows = min(layers * ends, max(1, 1024 // max(1, tokens)))
    stream = 4 * tokens * (model.width * (8 * model.layers + 8 * rows) + 5 * model.vocabulary)
    forwards = params.most_prompts * (3 + 0.6 * layers * ends)
    return Cost(forwards=min(forwards, 2.0 * MOST_FORWARDS), bytes=stream + 8 * params.most_prompts * model.layers**2)


@method(
    title="Layer skip effect",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Skips one layer at a time and measures what every later layer then writes, and what the model predicts.",
        reading="A bright row is a layer that others build on; dark cells at the top mean that late layers barely use one "
        "another. A skip also changes the lengths that later norms see, so an effect is an upper bound of use. The largest "
        "effect is often that of a single token.",
        synonyms=("layer ablation", "knockout", "depth use", "future effect", "layer importance", "skip connection",
                  "causal effect of layers"),
        next=("activations/block-influence", "activations/angular-distance", "causal/activation-patching"),
    ),
    papers=[
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
        Paper("Void in Language Models", 2025),
        Paper("AdaSkip: Adaptive Sublayer Skipping for Accelerating Long-Context LLM Inference", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
    job=True,
)  # fmt: skip
def layer_skip_effect(model: Model, params: LayerSkipEffectParams, progress: Progress = silent) -> Similarity:
    """Compare what layer l writes, Δ[l, t] = resid_post − resid_pre, in the run and when layer s < l is skipped.

    A skipped layer hands on the stream that entered it; skipped attention or MLP adds nothing. The effect is
    ‖Δ_clean − Δ_skip‖ / max(‖Δ_clean‖, 1e-6), reduced over the measured positions and prompts; `local` feeds layer l its clean
    input minus what s wrote. The first `keep_first` tokens are never skipped.

    Arrays: `effect` [layer, affected] by the skipped layer, undefined for l ≤ s; [layer]: `output_l2`, the length of the
    difference of the probabilities, 0 to √2; `output_kl`, KL(clean‖skip) in nats; `top1_flip`, the share of positions with
    another likeliest token; `delta_nll` in nats per token. For several prompts `by_prompt` [prompt, layer, affected] and, of
    means, `low` and `high` one standard error away; the same of the others with their name in front.
    """
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts
    from stratascope.models.skip import Skipping
    from stratascope.models.skip_effect import SkipEffects

    prompts, several, layers = read_prompts(model, params), many(params), _layers(model, params)
    ends = [_ends(tokens, params) for tokens in prompts]
    _refuse_too_much(len(layers), ends)
    found: list[Effects] = []
    error, gap = 0.0, 0.0

    def report(done: int, total: int) -> None:
        progress(len(found) * total + done, len(prompts) * total, "skipping layers")

    for run, at in zip(prompt_runs(model, params, progress, prompts), ends, strict=True):
        skipping = Skipping(model, run)
        error = max(error, skipping.identity_error()) if not found else error
        gap = max(gap, output_gap(run))
        effects = SkipEffects(model, skipping, params.part, layers, params.reduce)
        if params.scope == "local":
            found.append(effects.local(at[0]))
        else:
            found.append(effects.cascaded(params.keep_first, at, report))
    arrays = _arrays(found, several, params)
    return Similarity(
        arrays=arrays,
        quantities=[Quantity(name="effect", label="relative change of what a later layer writes", scale="mag")],
        beside=[
            Quantity(name="output_kl", label="KL of the predictions without it", scale="unc", unit="nats"),
            Quantity(name="delta_nll", label="change of the loss without it", scale="dif", unit="nats"),
        ],
        coords={
            "layer": [str(layer) for layer in layers],
            "affected": [str(layer) for layer in range(model.layers)],
            **({"prompt": prompt_titles(prompts)} if several else {}),
        },
        tokens=[] if several else prompts[0].tokens,
        shown={"layer": len(layers)},
        total={"layer": model.layers},
        facts={
            "part": params.part,
            "scope": params.scope,
            "n_prompts": len(prompts),
            "n_tokens": sum(len(tokens.ids) - min(at) for tokens, at in zip(prompts, ends, strict=True)),
            "prompts": len(prompts),
            "measured_from": None if several else ends[0],
        },
        summary=_summary(arrays, layers, params),
        checks=[matches_output(gap), same_without_skips(error)],
    )


def _layers(model: Model, params: LayerSkipEffectParams) -> list[int]:
    """The layers to skip, ascending. Raises `layer_out_of_range`."""
    layers = list(range(model.layers)) if params.layers == "all" else sorted(set(params.layers))
    if layers[-1] >= model.layers:
        raise layer_out_of_range(layers[-1], model.id, model.layers)
    return layers


def _ends(tokens: Tokens, params: LayerSkipEffectParams) -> list[int]:
    """Where measuring begins in one prompt. Raises `bad_parameter`, `not_enough_samples` and `position_out_of_range`."""
    first, count = params.keep_first, len(tokens.ids)
    if first >= count:
        raise Problem(
            "bad_parameter",
            f"keep_first must be below the {count} tokens of the prompt; got {first}.",
            field="keep_first",
            remedy=f"Keep {min(1, count - 1)}",
            changes={"keep_first": min(1, count - 1)},
        )
    if params.scope != "future":
        return [first]
    given = _drawn(count, params) if params.positions is None else sorted(set(params.positions))
    if given[-1] >= count:
        raise position_out_of_range(given[-1], count, "positions")
    if given[0] <= first:
        raise Problem(
            "bad_parameter",
            f"positions must be above keep_first ({first}), or nothing is skipped before them; got {given[0]}.",
            field="positions",
            remedy="Use random positions",
            changes={"positions": None},
        )
    return given


def _drawn(tokens: int, params: LayerSkipEffectParams) -> list[int]:
    """Random multiples of 8 between 8 and four tokens before the end, ascending."""
    if tokens < LEAST_TOKENS:
        raise Problem(
            "not_enough_samples",
            f"scope=future needs at least {LEAST_TOKENS} tokens; got {tokens}.",
            field="scope",
            remedy="Skip at every position",
            changes={"scope": "current"},
        )
    there = list(range(8, tokens - 4, 8))
    free = [position for position in there if position > params.keep_first] or there[-1:]
    chosen = np.random.default_rng(params.seed).permutation(len(free))[:DRAWN]
    return sorted(free[int(i)] for i in chosen)


def _refuse_too_much(layers: int, ends: Sequence[Sequence[int]]) -> None:
    needed = layers * sum(map(len, ends))
    if needed > MOST_FORWARDS:
        raise Problem(
            "bad_parameter",
            f"this sweep needs {needed} forwards; limit {MOST_FORWARDS}. Use fewer layers, prompts or positions.",
            field="layers",
            remedy="Use fewer layers, prompts or positions",
        )


def _arrays(found: Sequence[Effects], several: bool, params: LayerSkipEffectParams) -> dict[str, Array]:
    """The effects of all prompts as one: means with their errors, or the largest of all."""
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.skip_effect import OUTPUTS

    measures: dict[str, list[Tensor]] = {"effect": [each.later for each in found]}
    measures |= {name: [each.output[:, i] for each in found] for i, name in enumerate(OUTPUTS)}
    arrays: dict[str, Array] = {}
    for name, values in measures.items():
        dims = ("layer", "affected") if name == "effect" else ("layer",)
        undefined = {"effect": NOT_LATER, "delta_nll": NO_NEXT}.get(name)
        prefix = "" if name == "effect" else f"{name}_"
        here = prompt_arrays(values, dims, several, name, undefined, prefix)
        if several and params.reduce == "max" and name in ("effect", "output_l2", "output_kl"):
            each = here[f"{prefix}by_prompt"]
            here = {
                name: Array(values=each.values.max(0), dims=dims, undefined=undefined),
                f"{prefix}by_prompt": each,
            }
        arrays |= here
    return arrays


def _summary(arrays: dict[str, Array], layers: Sequence[int], params: LayerSkipEffectParams) -> str:
    """The skip that moves the output most, and the strongest effect on a later layer."""
    output, effect = arrays["output_kl"].values, arrays["effect"].values
    what = {"layer": "layer", "attn": "attention", "mlp": "MLP"}[params.part]
    most, least = int(output.argmax()), int(output.argmin())
    found = f"Skipping {what} {layers[most]} moves the predictions most ({output[most]:.2f} nats KL)"
    found += f", {what} {layers[least]} least ({output[least]:.2f})." if most != least else "."
    if np.isfinite(effect).any():
        row, column = np.unravel_index(int(np.nanargmax(effect)), effect.shape)
        found += f" The strongest effect on a later layer is that of {what} {layers[int(row)]} on {int(column)}"
        found += f" ({effect[row, column]:.2f} of what it writes)."
    return found

"""Norm profile: the gain that every normalisation applies to a token, and how near it is to a fixed scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, Text, method, silent
from stratascope.methods.activations import counted_tokens, prompt_facts
from stratascope.problem import Problem
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.norm_sites import NormSite, Passed
    from stratascope.models.run import Run
    from stratascope.numerics.removability import FixedScaling

ABSENT = "no such norm in this layer"
STILL = "no such norm in this layer, or what it returns does not vary"
ENOUGH_TOKENS = 64
NAMES = {
    "pre_attn": "before attention",
    "pre_mlp": "before the MLP",
    "post_attn": "after attention",
    "post_mlp": "after the MLP",
    "final": "final",
}
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
_SEED = 0


class NormProfileParams(PromptsParams):
    """Which tokens count, and which norm the scatter is of."""

    layer: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="Layer of the norm whose entries are drawn as points; the middle one if left out.",
    )
    site: Annotated[Text, Field(max_length=100)] | None = Field(
        None,
        description="Place of that norm: pre_attn, pre_mlp, post_attn, post_mlp, final, or its name inside attention; the last "
        "one of the layer if left out.",
    )
    sample: int = Field(512, ge=16, le=4096, description="Points of the scatter, drawn at random from all entries.")
    include_bos: bool = Field(
        False,
        title="Include first special token",
        description="Whether a special first token counts; where it carries massive activations its gain is tiny.",
    )


class _Seen(NamedTuple):
    """Of every prompt: gains [site, position] and counted positions; scalings by site; entries [2, entry]; the error."""

    gains: list[Tensor]
    kept: list[list[int]]
    scalings: list[FixedScaling]
    entries: Tensor
    error: float


def _cost(model: ModelFacts, params: NormProfileParams, tokens: int) -> Cost:
    passed = 4 * tokens * model.width * 8 * (2 * model.layers + 1)
    return Cost(2 * params.most_prompts, passed + 4 * tokens * (5 * model.width * model.layers + model.vocabulary))


@method(
    title="Norm profile",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Shows the gain that each normalisation gives to a token, and how near it is to a fixed scaling.",
        reading="R² near 1 means that this norm is almost a fixed scaling, which could be folded into the weights; low values "
        "mean that some tokens get a very different gain. The gain falls as the stream grows. The first token's gain is tiny "
        "in models with massive activations, so it is shown apart and left out of the averages.",
        synonyms=("LayerNorm", "RMSNorm", "normalisation gain", "removing LayerNorm", "norm scale", "norm weights",
                  "QK-norm"),
        next=("activations/residual-norms", "activations/sublayer-contribution"),
    ),
    papers=[
        Paper("Elementwise Layer Normalization", 2025),
        Paper("Transformers Don't Need LayerNorm at Inference Time: Scaling LayerNorm Removal to GPT-2 XL and the "
              "Implications for Mechanistic Interpretability", 2025),
        Paper("Observable Propagation: Uncovering Feature Vectors in Transformers", 2024),
    ],
    cost=_cost,
)  # fmt: skip
def norm_profile(model: Model, params: NormProfileParams, progress: Progress = silent) -> LayerCurve:
    """Gain g = 1 / √(variance + ε) of a LayerNorm, 1 / √(mean square + ε) of an RMSNorm, for every norm and token.

    Series are the places of norms: before (pre) and behind (post) attention and the MLP, inside attention by their own
    names, where the mean over heads is shown, and final, which stands at the last layer.

    Arrays [series, layer]: `value`, the mean gain over a prompt's tokens, then over prompts, for several prompts with `low`
    and `high` one standard error away and `by_prompt` [prompt, series, layer]; over all counted tokens together `cv`, the
    deviation of the gain over its mean, and `r2`, how much of the output the best scaling with one gain for all tokens
    explains; `first_gain`, that of the first token. `gamma` [series, layer, quantile]: least, quartiles and largest of
    the norm's weights. `entry_in` and `entry_out` [point]: entries of one norm before and behind it. For one prompt
    `by_token` [series, layer, position].
    """
    from stratascope.models.contrast import chosen_layer
    from stratascope.models.norm_sites import norm_sites
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts

    sites = norm_sites(model)
    names = list(dict.fromkeys(site.name for site in sites))
    drawn = _drawn(model, sites, chosen_layer(model, params.layer), params.site)
    prompts, several = read_prompts(model, params), many(params)
    seen = _read(model, sites, drawn, prompt_runs(model, params, progress, prompts), params)
    means = [gains[:, kept].mean(-1) for gains, kept in zip(seen.gains, seen.kept, strict=True)]
    arrays = prompt_arrays([_laid_out(mean, sites, names, model.layers) for mean in means], ("series", "layer"), several,
                           undefined=ABSENT)  # fmt: skip
    arrays |= _arrays(seen, sites, names, model.layers)
    if not several:
        by_token = _laid_out(seen.gains[0], sites, names, model.layers)
        arrays["by_token"] = Array(values=by_token.numpy(), dims=("series", "layer", "position"), undefined=ABSENT)
    facts = prompt_facts(prompts, seen.kept) | {"entry_layer": sites[drawn].layer, "entry_site": sites[drawn].name}
    return LayerCurve(
        arrays=arrays,
        quantities=[
            Quantity(name="value", label="mean gain", scale="mag"),
            Quantity(name="r2", label="R² of a fixed scaling", scale="prob"),
            Quantity(name="cv", label="variation of the gain", scale="mag"),
        ],
        coords={
            "series": names,
            "quantile": [f"{share:.0%}" for share in QUANTILES],
            **({"prompt": prompt_titles(prompts)} if several else {}),
        },
        tokens=[] if several else prompts[0].tokens,
        facts=facts
        | {
            "centred": bool(sites[drawn].facts.centred),
            "labels": {name: NAMES[name] for name in names if name in NAMES},
        },
        summary=_summary(arrays["value"].values, arrays["r2"].values, names),
        checks=[_recomputed(seen.error)],
        warnings=_few(facts["n_tokens"]),
    )


def _drawn(model: Model, sites: list[NormSite], layer: int, name: str | None) -> int:
    """Which norm the points are of. Raises `no_norm`."""
    in_layer = [i for i, site in enumerate(sites) if site.layer == layer and site.name != "final"]
    found = [i for i, site in enumerate(sites) if site.name == name and (i in in_layer or name == "final")]
    if found or (in_layer and name is None):
        return (found or in_layer)[-1]
    raise Problem(
        "no_norm",
        f"{model.id} has no normalisation in layer {layer} ({name or 'any place'}).",
        status=422 if sites else 409,
        field="site",
        remedy=f"Choose {sites[0].name} of layer {sites[0].layer}" if sites else "Choose another model",
        changes={"layer": sites[0].layer, "site": sites[0].name} if sites else None,
    )


def _read(model: Model, sites: list[NormSite], drawn: int, runs: Iterator[Run], params: NormProfileParams) -> _Seen:
    import torch

    from stratascope.models.norm_sites import passed_through
    from stratascope.numerics.removability import FixedScaling

    scalings, gains, kept, entries, error = [FixedScaling() for _ in sites], [], [], [], 0.0
    for run in runs:
        passed = passed_through(model, run.ids, sites)
        kept.append(counted_tokens(run, params.include_bos))
        rows = []
        for site, one, scaling in zip(sites, passed, scalings, strict=True):
            rows.append(_gathered(site, one, kept[-1], scaling))
            error = max(error, _error(site, one))
        gains.append(torch.stack(rows))
        entries.append(
            torch.stack([passed[drawn].given[kept[-1]].flatten(), passed[drawn].returned[kept[-1]].flatten()])
        )
    return _Seen(gains, kept, scalings, _some(torch.cat(entries, 1), params.sample), error)


def _some(entries: Tensor, count: int) -> Tensor:
    """At most so many columns of [2, entry], drawn at random."""
    import torch

    return entries[:, torch.randperm(entries.shape[1], generator=torch.Generator().manual_seed(_SEED))[:count]]


def _gathered(site: NormSite, passed: Passed, kept: list[int], scaling: FixedScaling) -> Tensor:
    """The gain of every token [position], the mean over heads; what counts is added to the scaling."""
    frozen = site.facts.freeze(passed.given)
    gain = frozen.inverse_deviation[..., 0]
    linear = frozen.apply(passed.given) / frozen.inverse_deviation
    width = linear.shape[-1]
    returned = passed.returned - frozen.constant
    scaling.add(linear[kept].reshape(-1, width), returned[kept].reshape(-1, width), gain[kept].flatten())
    return gain.reshape(len(gain), -1).mean(-1).cpu()


def _error(site: NormSite, passed: Passed) -> float:
    """How far the norm, recomputed from what was read off it, lies from what it returned."""
    from stratascope.numerics.vectors import relative_error

    frozen = site.facts.freeze(passed.given)
    return relative_error(frozen.apply(passed.given) + frozen.constant, passed.returned)


def _laid_out(values: Tensor, sites: list[NormSite], names: list[str], layers: int) -> Tensor:
    """[site, …] as [series, layer, …], NaN where a layer has no such norm."""
    import torch

    found = torch.full((len(names), layers, *values.shape[1:]), float("nan"))
    for row, site in zip(values, sites, strict=True):
        found[names.index(site.name), site.layer] = row
    return found


def _arrays(seen: _Seen, sites: list[NormSite], names: list[str], layers: int) -> dict[str, Array]:
    """Everything that is of all prompts together."""
    import torch

    shares = torch.tensor(QUANTILES)
    gamma = torch.stack([site.facts.gain.float().cpu().quantile(shares) for site in sites])
    found = {
        "cv": torch.tensor([scaling.variation for scaling in seen.scalings]),
        "r2": torch.tensor([scaling.r2 for scaling in seen.scalings]),
        "first_gain": seen.gains[0][:, 0],
    }
    arrays = {
        name: Array(values=_laid_out(values, sites, names, layers).numpy(), dims=("series", "layer"), undefined=STILL)
        for name, values in found.items()
    }
    arrays["gamma"] = Array(
        values=_laid_out(gamma, sites, names, layers).numpy(), dims=("series", "layer", "quantile"), undefined=ABSENT
    )
    arrays["entry_in"] = Array(values=seen.entries[0].numpy(), dims=("point",))
    arrays["entry_out"] = Array(values=seen.entries[1].numpy(), dims=("point",))
    return arrays


def _recomputed(error: float) -> Check:
    return Check(
        name="recomputed",
        label="norms recomputed",
        value=error,
        ok=1e-4,
        warn=2e-2,
        explanation="Largest difference between what a norm returned and its gain, weights and bias applied by hand, relative "
        "to the largest entry.",
    )


def _few(tokens: int) -> list[str]:
    if tokens >= ENOUGH_TOKENS:
        return []
    return [f"R² and variation rest on {tokens} tokens; at least {ENOUGH_TOKENS} are advised."]


def _summary(gain: np.ndarray, r2: np.ndarray, names: list[str]) -> str:
    known = np.argwhere(np.isfinite(r2))
    first, last = (next(row[np.isfinite(row)][end] for row in gain if np.isfinite(row).any()) for end in (0, -1))
    start = f"The gain of the norm {NAMES.get(names[0], names[0])} goes from {first:.3g} to {last:.3g} over the layers."
    if not len(known):
        return start
    series, layer = known[np.argmin([r2[series, layer] for series, layer in known])]
    return f"{start} Furthest from a fixed scaling is the {_norm(names[series], layer)} (R² {r2[series, layer]:.3f})."


def _norm(name: str, layer: int) -> str:
    """A norm in words: "norm before attention of layer 3", "final norm"."""
    return "final norm" if name == "final" else f"norm {NAMES.get(name, name)} of layer {layer}"

"""Attention locality: near-sighted and far-sighted heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from stratascope.method import Field, Guide, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.attention import patterns_cost
from stratascope.problem import Problem, bad_parameter
from stratascope.result import Array, HeadGrid, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.pattern_reading import PatternReader
    from stratascope.models.run import Run

Class = Literal["local", "hybrid", "global"]
CLASSES: tuple[Class, ...] = ("local", "hybrid", "global")
LEAST_TOKENS = 32
ALL_PARKED = 0.95
PARKED = "every query gives the first token nearly all of its attention"


class AttentionLocalityParams(PromptsParams):
    """What counts as near, and where the classes part."""

    window: int = Field(8, ge=1, le=2048, description="Tokens, the query itself counted, that are near.")
    local_to: float = Field(
        0.33, ge=0.0, le=2.0, title="Local up to", description="Largest relative distance of a local head."
    )
    global_from: float = Field(
        0.66, ge=0.0, le=2.0, title="Global from", description="Smallest relative distance of a global head."
    )
    drop_sink: bool = Field(
        True,
        title="Without the first token",
        description="Leave out attention on the first token, where heads park it, and scale up the rest.",
    )


@method(
    title="Attention locality",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Sorts heads into near-sighted and far-sighted by how far back they look on average.",
        reading="Near 0 a head looks at itself and its neighbours, at 1 it looks as far back as attention spread evenly over "
        "the whole text. More than 1 is possible: such a head prefers the beginning. The borders between local, hybrid and "
        "global are a convention, and what is parked on the first token does not count unless you say so.",
        synonyms=("attention distance", "local head", "global head", "receptive field", "long range", "sliding window"),
        next=("attention/attention-pattern", "attention/attention-entropy", "attention/attention-sink"),
    ),
    papers=[
        Paper("UNIP: Rethinking Pre-trained Attention Patterns for Infrared Semantic Segmentation", 2025),
        Paper("VMoBA: Mixture-of-Block Attention for Video Diffusion Models", 2025),
        Paper("Why think step by step? Reasoning emerges from the locality of experience", 2023),
        Paper("Revisiting LRP: Positional Attribution as the Missing Ingredient for Transformer Explainability", 2025),
    ],
    requires=("patterns",),
    cost=patterns_cost,
)
def attention_locality(model: Model, params: AttentionLocalityParams, progress: Progress = silent) -> HeadGrid:
    """Measure dist[t] = Σ_s A[t, s] (t − s) per query and divide it by that of attention spread evenly over the same keys.

    Without the first token, a row is scaled up to what it gives the other keys, and rows that give it more than 0.95 are
    skipped. Means are over queries, then over prompts; queries that can only look at one place are left out.

    Arrays [layer, head]: `relative_distance`; `mean_distance` in tokens; `window_mass`, the attention within the window,
    first token included; `class`, 0 local, 1 hybrid, 2 global; `sink_rows_skipped`. `class_share` [layer, class] is the
    share of a layer's heads. For several prompts `low`, `high` and `by_prompt` [prompt, layer, head] are of
    `relative_distance`.
    """
    import torch

    from stratascope.models.pattern_reading import PatternReader
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts

    prompts, several, reader = read_prompts(model, params), many(params), PatternReader(model)
    _refuse(min(len(tokens.ids) for tokens in prompts), params)
    found = [_measured(reader, run, params) for run in prompt_runs(model, params, progress, prompts)]
    axes = ("layer", "head")
    arrays = prompt_arrays([each.relative for each in found], axes, several, "relative_distance", PARKED)
    for name, values in (("mean_distance", [m.distance for m in found]), ("window_mass", [m.near for m in found])):
        arrays[name] = prompt_arrays(values, axes, several, name, PARKED)[name]
    relative = arrays["relative_distance"].values
    kind = np.where(relative <= params.local_to, 0.0, np.where(relative >= params.global_from, 2.0, 1.0)).astype(
        np.float32
    )
    kind[np.isnan(relative)] = np.nan
    arrays["class"] = Array(values=kind, dims=axes, undefined=PARKED)
    arrays["sink_rows_skipped"] = Array(values=torch.stack([m.skipped for m in found]).sum(0).cpu().numpy(), dims=axes)
    share = np.stack([(kind == number).mean(1) for number in range(3)], 1).astype(np.float32)
    arrays["class_share"] = Array(values=share, dims=("layer", "class"))
    return HeadGrid(
        arrays=arrays,
        quantities=[
            Quantity(name="relative_distance", label="distance over that of even attention", scale="mag"),
            Quantity(name="mean_distance", label="mean distance", scale="mag", unit="tokens"),
            Quantity(
                name="window_mass", label=f"attention within {params.window} tokens", scale="attn", limits=(0.0, 1.0)
            ),
        ],
        coords={"class": list(CLASSES), **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts={
            "n_prompts": len(prompts),
            "n_tokens": sum(len(tokens.ids) for tokens in prompts),
            "window": params.window,
            "classes": {name: int((kind == number).sum()) for number, name in enumerate(CLASSES)},
        },
        summary=_summary(arrays, kind),
        checks=reader.checks(),
        warnings=reader.warnings(),
    )


class _Measured(NamedTuple):
    """One prompt, each [layer, head]."""

    relative: Tensor
    distance: Tensor
    near: Tensor
    skipped: Tensor


def _refuse(shortest: int, params: AttentionLocalityParams) -> None:
    if shortest < LEAST_TOKENS:
        raise Problem(
            "not_enough_samples",
            f"attention/attention-locality needs at least {LEAST_TOKENS} tokens; got {shortest}.",
            field="prompt",
            remedy=f"Give prompts of at least {LEAST_TOKENS} tokens",
        )
    if params.window > shortest:
        problem = bad_parameter("window", f"between 1 and {shortest}", params.window)
        problem.changes = {"window": min(8, shortest)}
        raise problem
    if params.local_to > params.global_from:
        raise bad_parameter(
            "local_to", f"at most the border of global heads, {params.global_from:g}", f"{params.local_to:g}"
        )


def _measured(reader: PatternReader, run: Run, params: AttentionLocalityParams) -> _Measured:
    import torch

    from stratascope.numerics.attention import distance, seen

    relative, mean, near, skipped = [], [], [], []
    nothing = torch.tensor(float("nan"), device=run.ids.device)
    for _, pattern, keys in reader.layers(run):
        visible = seen(keys)
        close = visible & seen(keys.clamp(max=params.window))
        even = visible.float()
        kept, parked = pattern, torch.zeros_like(pattern[..., 0], dtype=torch.bool)
        if params.drop_sink:
            parked = pattern[..., 0] > ALL_PARKED * pattern.sum(-1)
            kept, even = pattern.clone(), even.clone()
            kept[..., 0], even[..., 0] = 0.0, 0.0
        reference = distance(even)
        asked = reference > 0
        parked = parked & asked
        far = torch.where(asked & ~parked, distance(kept), nothing)
        relative.append((far / reference)[..., asked].nanmean(-1))
        mean.append(far[..., asked].nanmean(-1))
        near.append((pattern * close).sum(-1)[..., 1:].mean(-1))
        skipped.append(parked.sum(-1))
    return _Measured(*(torch.stack(each) for each in (relative, mean, near, skipped)))


def _summary(arrays: dict[str, Array], kind: np.ndarray) -> str:
    """How many heads of each class, and both ends."""
    relative, mean = arrays["relative_distance"].values, arrays["mean_distance"].values
    if not np.isfinite(relative).any():
        return f"All {relative.size} heads park nearly all of their attention on the first token."
    heads = relative.shape[1]
    (near, first), (far, last) = (divmod(int(f(relative)), heads) for f in (np.nanargmin, np.nanargmax))
    counts = ", ".join(f"{int((kind == number).sum())} {name}" for number, name in enumerate(CLASSES))
    return (
        f"Of {relative.size} heads {counts}; {near}.{first} looks nearest ({mean[near, first]:.1f} tokens back on average), "
        f"{far}.{last} farthest ({mean[far, last]:.1f} tokens, {relative[far, last]:.2f} of even attention)."
    )

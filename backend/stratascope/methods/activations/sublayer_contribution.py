"""How much each part changes the stream, and whether it adds, turns or erases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import counted_tokens, prompt_facts
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

Part = Literal["attn", "mlp", "layer"]
PARTS: tuple[Part, ...] = get_args(Part)
DIMS: dict[str, tuple[str, ...]] = {"ratio": ("series", "layer"), "cos": ("series", "layer"), "io_cos": ("layer",)}
TOO_SHORT = "a vector too short to have a direction"


class SublayerContributionParams(PromptsParams):
    """Which parts to compare with the stream they read."""

    parts: Literal["all"] | Annotated[list[Part], Field(min_length=1, max_length=len(PARTS))] = Field(
        "all", description="Attention, MLP, or the whole layer."
    )
    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token enters the means."
    )
    per_token: bool = Field(
        False, title="Values per token", description="Also answer one prompt's values before averaging."
    )


def _cost(model: ModelFacts, params: SublayerContributionParams, tokens: int) -> Cost:
    stream = 4 * tokens * (model.width * 12 * model.layers + model.vocabulary)
    return Cost(forwards=params.most_prompts, bytes=stream + 4 * params.most_prompts * 7 * model.layers)


@method(
    title="Sublayer contribution",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Compares what attention, MLP and the whole layer add with the stream they read: relative size and direction.",
        reading="A cosine above 0 strengthens what is there, near 0 writes something new, below 0 erases. Ratios that "
        "shrink in the second half mean that later layers only adjust. The ratio is taken before normalisation, so a "
        "small write can still matter, because the next norm rescales it.",
        synonyms=(
            "relative norm",
            "layer contribution",
            "erasure",
            "depth use",
            "cosine with stream",
            "block influence",
        ),
        next=("activations/layer-skip-effect", "activations/residual-norms", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
        Paper("The Unreasonable Ineffectiveness of the Deeper Layers", 2024),
    ],
    requires=("residual_contract",),
    cost=_cost,
)
def sublayer_contribution(model: Model, params: SublayerContributionParams, progress: Progress = silent) -> LayerCurve:
    """Relate what each part adds, u, to the stream it reads, i, for every token, then average over tokens.

    ratio = ‖u‖ / max(‖i‖, 1e-6); cos = ⟨u, i⟩ / (‖u‖‖i‖). Attention and the layer read resid_pre, the MLP reads resid_mid, or
    resid_pre in a parallel block. io_cos is the cosine between the stream entering and leaving a layer.

    Arrays: `ratio`, `cos` [series, layer]; `io_cos` [layer]. For one prompt with per_token also `ratio_by_token`,
    `cos_by_token` [series, layer, position]; for several `by_prompt` and `cos_by_prompt` [prompt, series, layer],
    `io_cos_by_prompt` [prompt, layer], and the means' standard errors: `low` and `high` of the ratio, `cos_low`, `cos_high`,
    `io_cos_low`, `io_cos_high`. Unitless. The cosine of a vector shorter than 1e-8 is undefined.
    """
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts

    prompts, several = read_prompts(model, params), many(params)
    parts = list(PARTS) if params.parts == "all" else list(dict.fromkeys(params.parts))
    found, kept, error = _Found(), [], 0.0
    for run in prompt_runs(model, params, progress, prompts):
        found.add(_measured(run, parts, model.layers), at := counted_tokens(run, params.include_bos))
        kept.append(at)
        error = max(error, _triangle_error(run))
    arrays: dict[str, Array] = {}
    for name, dims in DIMS.items():
        prefix = "" if name == "ratio" else f"{name}_"
        undefined = None if name == "ratio" else TOO_SHORT
        arrays |= prompt_arrays(found.means[name], dims, several, name, undefined, prefix)
    if params.per_token and not several:
        for name in ("ratio", "cos"):
            by_token = found.last[name].cpu().numpy()
            arrays[f"{name}_by_token"] = Array(values=by_token, dims=(*DIMS[name], "position"), undefined=TOO_SHORT)
    return LayerCurve(
        arrays=arrays,
        quantities=[
            Quantity(name="ratio", label="size relative to the stream", scale="mag"),
            Quantity(name="cos", label="cosine with the stream", scale="eff", limits=(-1.0, 1.0)),
        ],
        coords={"series": list(parts), **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts=prompt_facts(prompts, kept),
        summary=_summary(parts, arrays["ratio"].values, arrays["cos"].values),
        checks=[_law_of_cosines(error)],
    )


class _Found:
    """Each prompt's means over tokens by name, and the values per token of the last prompt."""

    def __init__(self) -> None:
        self.means: dict[str, list[Tensor]] = {name: [] for name in DIMS}
        self.last: dict[str, Tensor] = {}

    def add(self, values: dict[str, Tensor], kept: list[int]) -> None:
        """Take in one prompt's values [..., position], of which these positions count."""
        self.last = values
        for name, each in values.items():
            self.means[name].append(each[..., kept].nanmean(-1))


def _measured(run: Run, parts: list[Part], layers: int) -> dict[str, Tensor]:
    """Ratio and cosine [series, layer, position], and the cosine of the stream with itself [layer, position]."""
    import torch

    from stratascope.numerics.vectors import cosine, length

    pairs = [list(zip(*_added(run, part, layers), strict=True)) for part in parts]
    writes, inputs = (torch.stack([torch.stack(pair[i]) for pair in pairs]) for i in (0, 1))
    return {
        "ratio": length(writes) / length(inputs).clamp(min=1e-6),
        "cos": cosine(writes, inputs),
        "io_cos": cosine(run.resid[:-1], run.resid[1:]),
    }


def _added(run: Run, part: Part, layers: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Per layer (what the part adds, the stream it reads), each [position, width] float32."""
    for layer in range(layers):
        before = run.resid[layer].float()
        if part == "attn":
            yield run.attn_out[layer].float(), before
        elif part == "mlp":
            middle = run.resid_mid(layer)
            yield run.mlp_out[layer].float(), before if middle is None else middle.float()
        else:
            yield run.resid[layer + 1].float() - before, before


def _triangle_error(run: Run) -> float:
    """How far what attention and MLP add, measured apart, is from closing the triangle of the stream before and after."""
    from stratascope.numerics.vectors import cosine, length

    before, after = run.resid[:-1].float(), run.resid[1:].float()
    write = run.attn_out.float() + run.mlp_out.float()
    angle = cosine(write, before).nan_to_num()
    square = length(write) ** 2 + length(before) ** 2 + 2 * angle * length(write) * length(before)
    scale = length(after) ** 2 + length(write) ** 2 + length(before) ** 2
    return float(((square - length(after) ** 2).abs() / scale.clamp(min=1e-12)).max())


def _law_of_cosines(error: float) -> Check:
    return Check(
        name="law_of_cosines",
        label="law of cosines",
        value=error,
        ok=1e-4,
        warn=1e-2,
        explanation="Largest relative gap between ‖after‖² and ‖write‖² + ‖before‖² + 2·cos·‖write‖·‖before‖, the write being "
        "what attention and MLP add.",
    )


def _summary(parts: list[Part], ratio: np.ndarray, cos: np.ndarray) -> str:
    """The largest write relative to its stream, and the most erasing one."""
    series, layer = divmod(int(ratio.argmax()), ratio.shape[1])
    largest = f"{float(ratio.max()):.2f} of its size"
    found = [f"The largest write relative to its stream is that of {_named(parts[series], layer)}: {largest}."]
    known = np.where(np.isnan(cos), np.inf, cos)
    series, layer = divmod(int(known.argmin()), cos.shape[1])
    lowest = float(known.min())
    if lowest < 0:
        name = _named(parts[series], layer)
        found.append(f"{name[0].upper()}{name[1:]} erases most (cosine {lowest:.2f}).".replace("-", "−"))
    return " ".join(found)


def _named(part: Part, layer: int) -> str:
    return {"attn": f"attention {layer}", "mlp": f"MLP {layer}", "layer": f"layer {layer} as a whole"}[part]

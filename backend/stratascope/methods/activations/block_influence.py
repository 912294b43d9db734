"""Block influence: how far each layer turns the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import (
    counted_tokens,
    matches_output,
    output_gap,
    prompt_facts,
)
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model

SERIES = ["all_tokens", "last_token"]
TOO_SHORT = "a vector too short to have a direction"


class BlockInfluenceParams(PromptsParams):
    """Which prompts, and whether their first token counts."""

    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token enters the means."
    )


def _cost(model: ModelFacts, params: BlockInfluenceParams, tokens: int) -> Cost:
    return Cost(forwards=params.most_prompts, bytes=4 * tokens * (model.width * 8 * model.layers + model.vocabulary))


@method(
    title="Block influence",
    version=1,
    guide=Guide(
        question="How do layers transform?",
        purpose="Gives every layer one number: how far it turns the stream, averaged over tokens and prompts.",
        reading="Low values are layers that change the direction least, candidates for removal or for fewer bits. 0 is a "
        "layer that leaves the direction alone, 1 a right angle, 2 the opposite. The first and the last layer look most "
        "important almost always, and a small turn can still decide an answer, so remove a layer before you call it idle.",
        synonyms=("layer importance", "ShortGPT", "redundant layers", "layer pruning", "LIM", "cosine between layers"),
        next=("activations/angular-distance", "activations/layer-skip-effect", "activations/sublayer-contribution"),
    ),
    papers=[
        Paper("Layer-Wise Quantization: A Pragmatic and Effective Method for Quantizing LLMs Beyond Integer "
              "Bit-Levels", 2024),
        Paper("AdaSkip: Adaptive Sublayer Skipping for Accelerating Long-Context LLM Inference", 2025),
        Paper("Why Lift so Heavy? Slimming Large Language Models by Cutting Off the Layers", 2024),
    ],
    cost=_cost,
)  # fmt: skip
def block_influence(model: Model, params: BlockInfluenceParams, progress: Progress = silent) -> LayerCurve:
    """One minus the mean cosine between the stream x[l, t] that enters a layer and x[l + 1, t] that leaves it.

    The mean is over the tokens of a prompt, then over prompts; the second series takes the last token alone. Minus the
    mean cosine, by which layers are also ranked, is this number minus 1. Unitless, 0 to 2. A vector shorter than 1e-8 has
    no direction and is left out.

    Arrays: `value` [series, layer], for several prompts with `low` and `high` one standard error away and `by_prompt`
    [prompt, series, layer]; `order` [rank], the layers from the least influence over all tokens to the most; for one
    prompt `by_token` [layer, position].
    """
    import torch

    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts
    from stratascope.numerics.vectors import cosine

    prompts, several = read_prompts(model, params), many(params)
    found, kept, gap, apart = [], [], 0.0, 0.0
    turned: Tensor = torch.empty(0)
    for run in prompt_runs(model, params, progress, prompts):
        turned = (1 - cosine(run.resid[:-1], run.resid[1:])).cpu()
        kept.append(counted_tokens(run, params.include_bos))
        found.append(torch.stack([turned[:, kept[-1]].nanmean(-1), turned[:, -1]]))
        gap, apart = max(gap, output_gap(run)), max(apart, _chord_error(run.resid, turned))
    arrays = prompt_arrays(found, ("series", "layer"), several, undefined=TOO_SHORT)
    value = arrays["value"].values
    order = np.argsort(value[0], kind="stable")
    arrays["order"] = Array(values=order, dims=("rank",))
    if not several:
        arrays["by_token"] = Array(values=turned.numpy(), dims=("layer", "position"), undefined=TOO_SHORT)
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="value", label="block influence", scale="mag")],
        coords={"series": SERIES, **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts=prompt_facts(prompts, kept),
        summary=_summary(value[0], order),
        checks=[matches_output(gap), _chord(apart)],
    )


def _chord_error(stream: Tensor, turned: Tensor) -> float:
    """Largest gap between 1 − cos and half the squared distance of the two unit vectors, computed apart in float64."""
    unit = stream.double() / stream.double().norm(dim=-1, keepdim=True).clamp(min=1e-12)
    half = 0.5 * (unit[1:] - unit[:-1]).square().sum(-1).cpu()
    return float((half - turned).abs().nan_to_num().max())


def _chord(error: float) -> Check:
    return Check(
        name="chord",
        label="half the squared chord",
        value=error,
        ok=1e-5,
        warn=1e-2,
        explanation="Largest difference between a token's value and half the squared distance between the directions before "
        "and after, which must be the same number.",
    )


def _summary(value: np.ndarray, order: np.ndarray) -> str:
    known = [int(layer) for layer in order if np.isfinite(value[layer])]
    if not known:
        return f"None of the {len(value)} layers has a stream with a direction."
    least, most = known[0], known[-1]
    return f"Layer {least} turns the stream least (block influence {value[least]:.3f}), layer {most} most ({value[most]:.3f})."

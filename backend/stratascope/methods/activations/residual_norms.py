"""How long the stream's vectors are, and how much each part writes into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import adds_up, contract_error, counted_tokens, prompt_facts
from stratascope.result import Array, LayerCurve, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

Part = Literal["resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"]
PARTS: tuple[Part, ...] = get_args(Part)
NO_MIDDLE = "parallel block: no mid-stream"


class ResidualNormsParams(PromptsParams):
    """Which lengths, and how they are averaged."""

    parts: Literal["all"] | Annotated[list[Part], Field(min_length=1, max_length=len(PARTS))] = Field(
        "all",
        description="The stream entering a layer, between its attention and MLP, and leaving it; and what attention and "
        "MLP add to it.",
    )
    norm: Literal["l2", "rms"] = Field("l2", description="l2 is the vector's length, rms its length over √width.")
    reduce: Literal["mean", "median", "max"] = Field(
        "mean",
        title="Over tokens",
        description="How the tokens' lengths become one number per layer. Of several prompts the mean of these numbers is "
        "shown, or the largest of all.",
    )
    include_bos: bool = Field(
        False,
        title="Include first special token",
        description="Whether a special first token counts; its length is often hundreds of times that of the others.",
    )


def _cost(model: ModelFacts, params: ResidualNormsParams, tokens: int) -> Cost:
    stream = 4 * tokens * (model.width * 6 * model.layers + model.vocabulary)
    return Cost(forwards=params.most_prompts, bytes=stream + 4 * params.most_prompts * len(PARTS) * model.layers)


@method(
    title="Residual norms",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Shows how long the stream's vectors are at every layer, and how long what each part adds.",
        reading="Each line is the average length over the prompt's tokens. A stream that keeps growing makes every later "
        "write relatively smaller. The first token is left out of the average because it often carries enormous norms, "
        "and lengths of different models cannot be compared, since a norm removes the scale.",
        synonyms=("norm growth", "stream size", "activation magnitude", "write size", "hidden state norm"),
        next=("activations/sublayer-contribution", "activations/massive-activations", "lens/lens-trajectory"),
    ),
    papers=[
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
        Paper("Hidden Dynamics of Massive Activations in Transformer Training", 2025),
    ],
    requires=("residual_contract",),
    cost=_cost,
)
def residual_norms(model: Model, params: ResidualNormsParams, progress: Progress = silent) -> LayerCurve:
    """Measure ‖v[l, t]‖₂ in float32 for the stream around every layer and for what its parts add, then reduce over tokens.

    Arrays: `value` [series, layer], one series per part; for one prompt `norms` [series, layer, position], first token
    included; for several `by_prompt` [prompt, series, layer] and, unless the largest is asked for, `low` and `high` one
    standard error around the mean. All in the units of the activations, over √width for rms. A layer whose attention and
    MLP read the same stream has no resid_mid: its entries are undefined.
    """
    import torch

    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts
    from stratascope.numerics.vectors import length, reduce

    prompts, several = read_prompts(model, params), many(params)
    parts = list(PARTS) if params.parts == "all" else list(dict.fromkeys(params.parts))
    found, kept, error = [], [], 0.0
    norms = torch.empty(0)
    for run in prompt_runs(model, params, progress, prompts):
        norms = torch.stack([length(_vectors(run, part, model.layers), params.norm) for part in parts]).cpu()
        kept.append(counted_tokens(run, params.include_bos))
        found.append(reduce(norms[..., kept[-1]], params.reduce))
        error = max(error, contract_error(run))
    missing = NO_MIDDLE if bool(found[0].isnan().any()) else None
    arrays = _arrays(found, several, params, missing)
    if not several:
        arrays["norms"] = Array(values=norms.numpy(), dims=("series", "layer", "position"), undefined=missing)
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="value", label=f"{params.reduce} {params.norm} norm", scale="mag")],
        coords={"series": list(parts), **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts=prompt_facts(prompts, kept),
        summary=_summary(dict(zip(parts, arrays["value"].values, strict=True)), params),
        checks=[adds_up(error)],
        warnings=[f"{model.id} adds attention and MLP to the same stream; resid_mid does not exist."]
        if missing
        else [],
    )


def _arrays(
    found: Sequence[Tensor], several: bool, params: ResidualNormsParams, missing: str | None
) -> dict[str, Array]:
    """What each prompt's norms [series, layer] make together: their mean with its error, or the largest of all."""
    from stratascope.models.prompt_means import prompt_arrays

    arrays = prompt_arrays(found, ("series", "layer"), several, undefined=missing)
    if several and params.reduce == "max":
        each = arrays["by_prompt"]
        largest = Array(values=each.values.max(0), dims=("series", "layer"), undefined=missing)
        return {"value": largest, "by_prompt": each}
    return arrays


def _vectors(run: Run, part: Part, layers: int) -> Tensor:
    """The vectors of one part [layer, position, width]; NaN where a layer does not have it."""
    import torch

    if part == "resid_pre":
        return run.resid[:-1]
    if part == "resid_post":
        return run.resid[1:]
    if part == "attn_out":
        return run.attn_out
    if part == "mlp_out":
        return run.mlp_out
    middle = [run.resid_mid(layer) for layer in range(layers)]
    return torch.stack([torch.full_like(run.resid[0], float("nan")) if x is None else x for x in middle])


def _summary(value: dict[Part, np.ndarray], params: ResidualNormsParams) -> str:
    """Growth of the first stream shown, and the largest write."""
    sentences = []
    for part in ("resid_pre", "resid_mid", "resid_post"):
        if part in value and np.isfinite(value[part]).all():
            first, last = float(value[part][0]), float(value[part][-1])
            sentences.append(f"The {params.reduce} norm of {part} goes from {first:.3g} to {last:.3g} over the layers.")
            break
    writes = {part: value[part] for part in ("attn_out", "mlp_out") if part in value}
    if writes:
        part, size = max(writes.items(), key=lambda each: float(each[1].max()))
        sentences.append(f"The largest write is {part} of layer {int(size.argmax())}, {float(size.max()):.3g}.")
    return " ".join(sentences)

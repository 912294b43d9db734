"""How long the stream's vectors are, and how much each part writes into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

import numpy as np

from stratascope.method import Field, Guide, Paper, PromptParams, method
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

Part = Literal["resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"]
PARTS: tuple[Part, ...] = get_args(Part)
NO_MIDDLE = "parallel block: no mid-stream"


class ResidualNormsParams(PromptParams):
    """Which lengths, and how they are averaged."""

    parts: Literal["all"] | Annotated[list[Part], Field(min_length=1, max_length=len(PARTS))] = Field(
        "all",
        description="The stream entering a layer, between its attention and MLP, and leaving it; and what attention and "
        "MLP add to it.",
    )
    norm: Literal["l2", "rms"] = Field("l2", description="l2 is the vector's length, rms its length over √width.")
    reduce: Literal["mean", "median", "max"] = Field(
        "mean", title="Over tokens", description="How the tokens' lengths become one number per layer."
    )
    include_bos: bool = Field(
        False,
        title="Include first special token",
        description="Whether a special first token counts; its length is often hundreds of times that of the others.",
    )


@method(
    title="Residual norms",
    version=1,
    guide=Guide(
        question="How do layers transform?",
        purpose="Shows how long the stream's vectors are at every layer, and how long what each part adds.",
        reading="Each line is the average length over the prompt's tokens. A stream that keeps growing makes every later "
        "write relatively smaller. The first token is left out of the average because it often carries enormous norms, "
        "and lengths of different models cannot be compared, since a norm removes the scale.",
        synonyms=("norm growth", "stream size", "activation magnitude", "write size", "hidden state norm"),
        next=("activations/sublayer-contribution", "lens/lens-trajectory"),
    ),
    papers=[
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
        Paper("Hidden Dynamics of Massive Activations in Transformer Training", 2025),
    ],
    requires=("residual_contract",),
)
def residual_norms(model: Model, params: ResidualNormsParams) -> LayerCurve:
    """Measure ‖v[l, t]‖₂ in float32 for the stream around every layer and for what its parts add, then reduce over tokens.

    Arrays: `value` [series, layer], one series per part; `norms` [series, layer, position], first token included. Both in
    the units of the activations, over √width for rms. A layer whose attention and MLP read the same stream has no
    resid_mid: its entries are undefined.
    """
    import torch

    from stratascope.numerics.vectors import counted, length, reduce

    run = model.read(params)
    parts = list(PARTS) if params.parts == "all" else list(dict.fromkeys(params.parts))
    norms = torch.stack([length(_vectors(run, part, model.layers), params.norm) for part in parts])
    kept = counted([token.special for token in run.tokens.tokens], params.include_bos)
    value = reduce(norms[..., kept], params.reduce)
    missing = NO_MIDDLE if bool(norms.isnan().any()) else None
    return LayerCurve(
        arrays={
            "value": Array(values=value.cpu().numpy(), dims=("series", "layer"), undefined=missing),
            "norms": Array(values=norms.cpu().numpy(), dims=("series", "layer", "position"), undefined=missing),
        },
        quantities=[Quantity(name="value", label=f"{params.reduce} {params.norm} norm", scale="mag")],
        coords={"series": list(parts)},
        tokens=run.tokens.tokens,
        facts={"n_tokens": len(kept), "left_out": sorted(set(range(len(run.ids))) - set(kept))},
        summary=_summary(dict(zip(parts, value.cpu().numpy(), strict=True)), params),
        checks=[_adds_up(run, model.layers)],
        warnings=[f"{model.id} adds attention and MLP to the same stream; resid_mid does not exist."]
        if missing
        else [],
    )


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


def _adds_up(run: Run, layers: int) -> Check:
    """Whether the parts measured are all that a layer adds."""
    from stratascope.numerics.vectors import relative_error

    both = run.attn_out.float() + run.mlp_out.float()
    errors = [relative_error(run.resid[i].float() + both[i], run.resid[i + 1]) for i in range(layers)]
    return Check(
        name="stream_adds_up",
        label="stream adds up",
        value=max(errors),
        ok=1e-5,
        warn=2e-2,
        explanation="Largest difference between the stream leaving a layer and the stream entering it plus what attention "
        "and MLP add, relative to the stream's largest entry.",
    )


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

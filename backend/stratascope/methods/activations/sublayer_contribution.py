"""How much each part changes the stream, and whether it adds, turns or erases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from stratascope.method import Field, Guide, Paper, PromptParams, method
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

Part = Literal["attn", "mlp", "layer"]
PARTS: tuple[Part, ...] = get_args(Part)
TOO_SHORT = "a vector too short to have a direction"


class SublayerContributionParams(PromptParams):
    """Which parts to compare with the stream they read."""

    parts: Literal["all"] | Annotated[list[Part], Field(min_length=1, max_length=len(PARTS))] = Field(
        "all", description="Attention, MLP, or the whole layer."
    )
    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token enters the means."
    )
    per_token: bool = Field(False, title="Values per token", description="Also answer the values before averaging.")


@method(
    title="Sublayer contribution",
    version=1,
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
        next=("activations/residual-norms", "lens/direct-logit-attribution", "lens/logit-lens"),
    ),
    papers=[
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
        Paper("The Unreasonable Ineffectiveness of the Deeper Layers", 2024),
    ],
    requires=("residual_contract",),
)
def sublayer_contribution(model: Model, params: SublayerContributionParams) -> LayerCurve:
    """Relate what each part adds, u, to the stream it reads, i, for every token, then average over tokens.

    ratio = ‖u‖ / max(‖i‖, 1e-6); cos = ⟨u, i⟩ / (‖u‖‖i‖). Attention and the layer read resid_pre, the MLP reads resid_mid, or
    resid_pre in a parallel block. io_cos is the cosine between the stream entering and leaving a layer.

    Arrays: `ratio`, `cos` [series, layer]; `io_cos` [layer]; with per_token also `ratio_by_token`, `cos_by_token` [series,
    layer, position]. Unitless. The cosine of a vector shorter than 1e-8 is undefined.
    """
    import torch

    from stratascope.numerics.vectors import cosine, counted, length

    run = model.read(params)
    parts = list(PARTS) if params.parts == "all" else list(dict.fromkeys(params.parts))
    pairs = [list(zip(*_added(run, part, model.layers), strict=True)) for part in parts]
    writes, inputs = (torch.stack([torch.stack(pair[i]) for pair in pairs]) for i in (0, 1))
    ratio, cos = length(writes) / length(inputs).clamp(min=1e-6), cosine(writes, inputs)
    turned = cosine(run.resid[:-1], run.resid[1:])
    kept = counted([token.special for token in run.tokens.tokens], params.include_bos)
    means = {"ratio": ratio[..., kept].mean(-1), "cos": cos[..., kept].nanmean(-1)}
    arrays = {
        name: Array(values=v.cpu().numpy(), dims=("series", "layer"), undefined=TOO_SHORT) for name, v in means.items()
    }
    arrays["io_cos"] = Array(values=turned[:, kept].nanmean(-1).cpu().numpy(), dims=("layer",), undefined=TOO_SHORT)
    if params.per_token:
        dims = ("series", "layer", "position")
        arrays["ratio_by_token"] = Array(values=ratio.cpu().numpy(), dims=dims)
        arrays["cos_by_token"] = Array(values=cos.cpu().numpy(), dims=dims, undefined=TOO_SHORT)
    return LayerCurve(
        arrays=arrays,
        quantities=[
            Quantity(name="ratio", label="size relative to the stream", scale="mag"),
            Quantity(name="cos", label="cosine with the stream", scale="eff", limits=(-1.0, 1.0)),
        ],
        coords={"series": list(parts)},
        tokens=run.tokens.tokens,
        facts={"n_tokens": len(kept), "left_out": sorted(set(range(len(run.ids))) - set(kept))},
        summary=_summary(parts, means["ratio"], means["cos"]),
        checks=[_law_of_cosines(run)],
    )


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


def _law_of_cosines(run: Run) -> Check:
    """What attention and MLP add, measured apart, must close the triangle between the stream before and after a layer."""
    from stratascope.numerics.vectors import cosine, length

    before, after = run.resid[:-1].float(), run.resid[1:].float()
    write = run.attn_out.float() + run.mlp_out.float()
    angle = cosine(write, before).nan_to_num()
    square = length(write) ** 2 + length(before) ** 2 + 2 * angle * length(write) * length(before)
    scale = length(after) ** 2 + length(write) ** 2 + length(before) ** 2
    return Check(
        name="law_of_cosines",
        label="law of cosines",
        value=float(((square - length(after) ** 2).abs() / scale.clamp(min=1e-12)).max()),
        ok=1e-4,
        warn=1e-2,
        explanation="Largest relative gap between ‖after‖² and ‖write‖² + ‖before‖² + 2·cos·‖write‖·‖before‖, the write being "
        "what attention and MLP add.",
    )


def _summary(parts: list[Part], ratio: Tensor, cos: Tensor) -> str:
    """The largest write relative to its stream, and the most erasing one."""
    series, layer = divmod(int(ratio.argmax()), ratio.shape[1])
    largest = f"{float(ratio.max()):.2f} of its size"
    found = [f"The largest write relative to its stream is that of {_named(parts[series], layer)}: {largest}."]
    known = cos.nan_to_num(float("inf"))
    series, layer = divmod(int(known.argmin()), cos.shape[1])
    lowest = float(known.min())
    if lowest < 0:
        name = _named(parts[series], layer)
        found.append(f"{name[0].upper()}{name[1:]} erases most (cosine {lowest:.2f}).".replace("-", "−"))
    return " ".join(found)


def _named(part: Part, layer: int) -> str:
    return {"attn": f"attention {layer}", "mlp": f"MLP {layer}", "layer": f"layer {layer} as a whole"}[part]

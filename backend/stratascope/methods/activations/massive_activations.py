"""Massive activations: the few huge coordinates of the stream, where they live and how they grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
    from stratascope.models.run import Run

MOST_LISTED, SURFACE = 500, 24


class MassiveActivationsParams(PromptsParams):
    """What counts as massive, and how many of the largest are followed."""

    abs_threshold: float = Field(
        100.0, ge=0.0, le=1e9, title="Larger than", description="A massive activation is larger in size than this."
    )
    ratio_threshold: float = Field(
        1000.0,
        ge=1.0,
        le=1e9,
        title="Times the median",
        description="And at least so many times the median size of its layer.",
    )
    top: int = Field(3, ge=1, le=20, title="Largest kept", description="Largest activations followed in every layer.")
    include_bos: bool = Field(
        True,
        title="Include first special token",
        description="Whether a special first token counts; massive activations often sit on it.",
    )


def _cost(model: ModelFacts, params: MassiveActivationsParams, tokens: int) -> Cost:
    stream = 4 * tokens * (model.width * (5 * model.layers + 6) + model.vocabulary)
    return Cost(forwards=params.most_prompts, bytes=stream + 8 * params.most_prompts * model.layers * params.top)


@method(
    title="Massive activations",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Finds the few coordinates of the stream that are hundreds of times larger than the rest, and follows them.",
        reading="A few needles thousands of times above the median are massive activations: they act like fixed biases, "
        "mostly on the first token, not like features of your text. The absolute rule does not fit small models, so look at "
        "the ratio to the median too. They dominate cosines, principal components and averages of norms.",
        synonyms=("outlier features", "huge activations", "attention sink", "rogue dimensions", "activation outliers",
                  "quantization outliers"),
        next=("activations/residual-norms", "attention/head-scores", "activations/lac-voids"),
    ),
    papers=[
        Paper("Hidden Dynamics of Massive Activations in Transformer Training", 2025),
        Paper("Massive Activations in Large Language Models", 2024),
        Paper("LUQ: Layerwise Ultra-Low Bit Quantization for Multimodal Large Language Models", 2025),
        Paper("RSQ: Learning from Important Tokens Leads to Better Quantized LLMs", 2025),
    ],
    cost=_cost,
)  # fmt: skip
def massive_activations(model: Model, params: MassiveActivationsParams, progress: Progress = silent) -> LayerCurve:
    """Rank the sizes |x[l + 1]| of all entries of the stream that leaves a layer, over the tokens of a prompt.

    An entry is massive if it is larger than `abs_threshold` and at least `ratio_threshold` times its layer's median; the
    median of an even count is the mean of the middle two. In the units of the activations.

    Arrays: `value` [series, layer], the median and the largest sizes, for several prompts their means with `low` and `high`
    one standard error away and `by_prompt` [prompt, series, layer]; `ratio` [layer], largest over median. Of all prompts
    `top_value` (signed), `top_position`, `top_dimension`, `top_prompt` and `top_token` [layer, rank]; the massive ones as
    `massive_value`, `massive_layer`, `massive_position`, `massive_dimension`, `massive_prompt` [entry], at most 500; the
    dimensions that hold one, `host_dimension` and `host_share` [host], the share of prompts in which they do. For one prompt
    `surface` [position, dimension], the sizes in the layer of the largest, in the 24 dimensions with the largest of all.
    """
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts

    prompts, several = read_prompts(model, params), many(params)
    found = _Found(params)
    surface: dict[str, Any] = {}
    for number, run in enumerate(prompt_runs(model, params, progress, prompts)):
        found.add(number, run, counted_tokens(run, params.include_bos))
        if not several:
            surface = found.surface(run)
    layers = ("series", "layer")
    arrays = prompt_arrays(found.sizes, layers, several) | prompt_arrays(
        found.ratios, ("layer",), several, "ratio", prefix="ratio_"
    )
    arrays |= found.ranked() | found.listed(len(prompts))
    coords = {"series": ["median", *(f"top {rank}" for rank in range(1, found.sizes[0].shape[0]))]}
    if several:
        coords["prompt"] = prompt_titles(prompts)
    else:
        arrays["surface"] = Array(values=surface["values"], dims=("position", "dimension"))
        coords["dimension"] = surface["dimensions"]
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="value", label="size of the entries", scale="mag")],
        beside=[Quantity(name="ratio", label="largest over median", scale="mag")],
        coords=coords,
        tokens=[] if several else prompts[0].tokens,
        shown={"entry": min(found.count, MOST_LISTED)},
        total={"entry": found.count},
        facts={**prompt_facts(prompts, found.kept), "n_massive": found.count, "surface_layer": surface.get("layer")},
        summary=_summary(arrays, found.count, params),
        checks=[matches_output(found.gap), _halves(found.outer), _outstanding(found)],
    )


@dataclass
class _Found:
    """What was found in the prompts so far. Lists hold one entry per prompt; `entries` one per massive activation."""

    params: MassiveActivationsParams
    sizes: list[Tensor] = field(default_factory=list)
    ratios: list[Tensor] = field(default_factory=list)
    kept: list[list[int]] = field(default_factory=list)
    tops: list[np.ndarray] = field(default_factory=list)
    texts: list[np.ndarray] = field(default_factory=list)
    entries: list[tuple[float, int, int, int, int]] = field(default_factory=list)
    count: int = 0
    gap: float = 0.0
    outer: float = 0.0
    entry_count: int = 0

    def add(self, number: int, run: Run, kept: list[int]) -> None:
        """Take in one prompt, of which these positions count."""
        import torch

        from stratascope.numerics.massive import largest, massive, outer_share

        sizes, ratios, tops, texts = [], [], [], []
        for layer, x in enumerate(run.resid[1:, kept]):
            top = largest(x, self.params.top)
            where = massive(x, top.median, self.params.abs_threshold, self.params.ratio_threshold)
            for row, column in where.tolist():
                self.entries.append((float(x[row, column]), layer, kept[row], column, number))
            self.count += len(where)
            at = [kept[row] for row in top.row.tolist()]
            sizes.append(torch.cat([torch.tensor([top.median]), top.value.abs()]))
            ratios.append(sizes[-1][1] / max(top.median, 1e-12))
            tops.append([top.value.numpy(), np.array(at), top.column.numpy(), np.full(len(at), number)])
            texts.append([run.tokens.tokens[position].text for position in at])
            self.outer = max(self.outer, outer_share(x.float().abs(), top.median))
        self.entries = sorted(self.entries, key=lambda entry: -abs(entry[0]))[:MOST_LISTED]
        self.sizes.append(torch.stack(sizes, 1))
        self.ratios.append(torch.stack(ratios))
        self.kept.append(kept)
        self.tops.append(np.array(tops))
        self.texts.append(np.array(texts, dtype=object))
        self.gap = max(self.gap, output_gap(run))
        self.entry_count = max(self.entry_count, len(kept) * run.resid.shape[-1])

    def ranked(self) -> dict[str, Array]:
        """The largest entries of every layer over all prompts."""
        values = np.concatenate(self.tops, -1)
        texts = np.concatenate(self.texts, -1)
        order = np.argsort(-np.abs(values[:, 0]), axis=-1, kind="stable")[:, : self.tops[0].shape[-1]]
        names = ("top_value", "top_position", "top_dimension", "top_prompt")
        found = {}
        for i, name in enumerate(names):
            each = np.take_along_axis(values[:, i], order, -1)
            kind = np.float32 if name == "top_value" else np.int64
            found[name] = Array(values=each.astype(kind), dims=("layer", "rank"))
        return found | {"top_token": Array(values=np.take_along_axis(texts, order, -1), dims=("layer", "rank"))}

    def listed(self, prompts: int) -> dict[str, Array]:
        """The massive activations, the largest first, and the dimensions that hold them; nothing if there are none."""
        if not self.entries:
            return {}
        columns = dict(
            zip(("value", "layer", "position", "dimension", "prompt"), zip(*self.entries, strict=True), strict=True)
        )
        hosts = {(dimension, prompt) for _, _, _, dimension, prompt in self.entries}
        dimensions, counts = np.unique([dimension for dimension, _ in hosts], return_counts=True)
        order = np.argsort(-counts, kind="stable")
        found = {f"massive_{name}": Array(values=np.array(each), dims=("entry",)) for name, each in columns.items()}
        found["host_dimension"] = Array(values=dimensions[order], dims=("host",))
        found["host_share"] = Array(values=(counts[order] / prompts).astype(np.float32), dims=("host",))
        return found

    def surface(self, run: Run) -> dict[str, Any]:
        """The sizes in the layer with the largest entry: `values` [position, dimension], with the dimensions' numbers."""
        layer = int(self.sizes[-1][1].argmax())
        size = run.resid[layer + 1].float().abs().cpu()
        dimensions = size.amax(0).topk(min(SURFACE, size.shape[1])).indices.sort().values
        return {
            "layer": layer,
            "values": size[:, dimensions].numpy(),
            "dimensions": [str(dimension) for dimension in dimensions.tolist()],
        }


def _halves(outer: float) -> Check:
    return Check(
        name="median_halves",
        label="median splits in half",
        value=outer,
        ok=0.5,
        explanation="The larger of the shares of entries below and above the median, in any layer; it is at most one half.",
    )


def _outstanding(found: _Found) -> Check:
    from stratascope.numerics.massive import normal_ratio

    return Check(
        name="largest_ratio",
        label="largest over median",
        value=max(float(ratio.max()) for ratio in found.ratios),
        control=normal_ratio(found.entry_count),
        explanation="The largest entry of any layer over the median of its layer; the control is what the largest of as many "
        "normally distributed numbers has.",
    )


def _summary(arrays: dict[str, Array], count: int, params: MassiveActivationsParams) -> str:
    """Where the largest entry is, and how many are massive."""
    value = arrays["top_value"].values
    layer = int(np.abs(value[:, 0]).argmax())
    where = f"dimension {int(arrays['top_dimension'].values[layer, 0])} at “{arrays['top_token'].values[layer, 0]}”"
    ratio = float(arrays["ratio"].values.max())
    rule = f"above {params.abs_threshold:g} and {params.ratio_threshold:g} times the median"
    return (
        f"The largest entry is {float(value[layer, 0]):.1f}, behind layer {layer} in {where}; the largest ratio to a layer's "
        f"median is {ratio:.0f}. {count if count else 'None'} of the entries {'is' if count == 1 else 'are'} massive ({rule})."
    ).replace("-", "−")

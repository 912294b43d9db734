"""Angular distance: which block of layers changes the stream least, and what removing it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import (
    counted_tokens,
    matches_output,
    output_gap,
    prompt_facts,
    same_without_skips,
)
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, Similarity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

MOST_SIZES, FEW_PROMPTS = 32, 8
NO_BLOCK = "no block of this size begins here, or a vector too short to have a direction"
NO_NEXT = "no next token in the prompts"


class AngularDistanceParams(PromptsParams):
    """Which blocks of layers are looked at, where, and whether the best of each size is removed."""

    n: Annotated[list[Annotated[int, Field(ge=0, le=1024)]], Field(min_length=1, max_length=64)] | None = Field(
        None, title="Block sizes", description="Numbers of layers in a block. Without any, all from 1 to at most 32."
    )
    token: Literal["last", "mean_over_tokens"] = Field(
        "last", title="Measured at", description="The last token of every prompt, or the mean over its tokens."
    )
    evaluate_removal: bool = Field(
        False,
        title="Remove the best block",
        description="Also run the model without the best block of each size, and measure how its predictions change.",
    )
    include_bos: bool = Field(
        False,
        title="Include first special token",
        description="Whether a special first token enters the mean over tokens.",
    )


def _cost(model: ModelFacts, params: AngularDistanceParams, tokens: int) -> Cost:
    sizes = len(params.n) if params.n else min(max(1, model.layers - 1), MOST_SIZES)
    removal = 2 + sizes if params.evaluate_removal else 0
    prompts = params.most_prompts
    stream = 4 * tokens * (model.width * (8 * model.layers + 4 * removal) + 4 * model.vocabulary)
    return Cost(forwards=prompts * (1 + removal), bytes=stream + 8 * prompts * sizes * model.layers)


@method(
    title="Angular distance of blocks",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Finds the stretch of layers, for every length, whose output points most nearly where its input does.",
        reading="Dark cells are stretches of layers whose output looks like their input; the best start of each row is the "
        "cheapest block of that length by this measure. 0 is the same direction, 0.5 a right angle. Likeness is not causal "
        "importance, so remove the block before you believe it. The last layer is never a good cut, and large blocks need "
        "fine-tuning afterwards.",
        synonyms=("layer pruning", "block removal", "deeper layers", "redundant layers", "skip layers", "arc cosine"),
        next=("activations/block-influence", "activations/layer-skip-effect", "activations/sublayer-io-similarity"),
    ),
    papers=[
        Paper("The Unreasonable Ineffectiveness of the Deeper Layers", 2024),
        Paper("Why Lift so Heavy? Slimming Large Language Models by Cutting Off the Layers", 2024),
    ],
    cost=_cost,
    job=True,
)
def angular_distance(model: Model, params: AngularDistanceParams, progress: Progress = silent) -> Similarity:
    """Measure the angle, over π, between the stream x[l] that enters layer l and x[l + n] that leaves layer l + n − 1.

    Each prompt's last token, or the mean over its tokens, then the mean over prompts; 0 to 1. The best block of size n is
    the one with the smallest distance. With `evaluate_removal` its layers are the identity in a run of its own.

    Arrays: `distance` [size, layer] by the layer that the block begins with, undefined where it would end behind the last;
    `best_start`, `best_distance` [size]; for several prompts also `low`, `high` one standard error away and `by_prompt`
    [prompt, size, layer]. With removal `kl` and `delta_nll` [size] in nats: KL(own‖without) over the counted positions, and
    by how much less likely the prompts' next tokens become; for several prompts with `kl_low`, `kl_high`, `kl_by_prompt`
    and the same of `delta_nll`.
    """
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts

    prompts, several, sizes = read_prompts(model, params), many(params), _sizes(model, params)
    found, kept, gap, broken = [], [], 0.0, 0.0
    for run in prompt_runs(model, params, progress, prompts):
        kept.append(counted_tokens(run, params.include_bos))
        at_last = params.token == "last"  # noqa: S105  (a token of text)
        table = _distances(run, [len(run.ids) - 1] if at_last else kept[-1])
        found.append(table[[size - 1 for size in sizes]])
        gap, broken = max(gap, output_gap(run)), max(broken, _triangle(table))
    arrays = prompt_arrays(found, ("size", "layer"), several, "distance", NO_BLOCK)
    distance = arrays["distance"].values
    best = np.where(np.isnan(distance), np.inf, distance).argmin(-1)
    arrays["best_start"] = Array(values=best, dims=("size",))
    arrays["best_distance"] = Array(
        values=np.take_along_axis(distance, best[:, None], -1)[:, 0], dims=("size",), undefined=NO_BLOCK
    )
    checks = [matches_output(gap), _triangle_check(broken)]
    if params.evaluate_removal:
        blocks = list(zip(best.tolist(), sizes, strict=True))
        removed, check = _removal(model, params, prompts, blocks, progress)
        arrays, checks = arrays | removed, [*checks, check]
    return Similarity(
        arrays=arrays,
        quantities=[Quantity(name="distance", label="angle between before and after, over π", scale="unc")],
        beside=_beside(arrays),
        coords={"size": [f"{n}" for n in sizes], **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts={**prompt_facts(prompts, kept), "prompts": len(prompts), "token": params.token},
        summary=_summary(sizes, arrays),
        checks=checks,
        warnings=_warnings(prompts),
    )


def _sizes(model: Model, params: AngularDistanceParams) -> list[int]:
    """The block sizes, each once, ascending. Raises `bad_parameter`."""
    most = model.layers - 1
    wanted = sorted(set(params.n)) if params.n else list(range(1, min(most, MOST_SIZES) + 1))
    wrong = next((n for n in wanted if not 1 <= n <= most), None)
    if wrong is None and wanted:
        return wanted
    if most < 1:
        raise Problem("bad_parameter", f"{model.id} has one layer; no block can be left out.", field="n")
    fitting = [n for n in wanted if 1 <= n <= most]
    raise Problem(
        "bad_parameter",
        f"n must be between 1 and {most}; got {wrong}.",
        field="n",
        remedy="Leave out the sizes that do not exist" if fitting else "Use all sizes",
        changes={"n": fitting or None},
    )


def _distances(run: Run, positions: list[int]) -> Tensor:
    """The distance of every block of one prompt: [size − 1, start], sizes up to the whole model, NaN where there is none."""
    import torch

    from stratascope.numerics.angles import angular_distance as distance

    x, layers = run.resid[:, positions], len(run.resid) - 1
    found = torch.full((layers, layers), float("nan"))
    for size in range(1, layers + 1):
        found[size - 1, : layers + 1 - size] = distance(x[:-size], x[size:]).nanmean(-1).cpu()
    return found


def _triangle(table: Tensor) -> float:
    """By how much a block is farther than the way through its first layers and its last one, at most."""
    worst = 0.0
    for size in range(1, len(table)):
        detour = table[size - 1, :-1] + table[0].roll(-size)[:-1]
        worst = max(worst, float((table[size, :-1] - detour).nan_to_num(-1.0).max()))
    return worst


def _triangle_check(broken: float) -> Check:
    return Check(
        name="triangle",
        label="triangle inequality",
        value=broken,
        ok=1e-5,
        warn=1e-3,
        explanation="By how much the angle over a block exceeds the angle over the block without its last layer plus that "
        "over its last layer; angles never do.",
    )


def _removal(
    model: Model,
    params: AngularDistanceParams,
    prompts: Sequence[Tokens],
    blocks: list[tuple[int, int]],
    progress: Progress,
) -> tuple[dict[str, Array], Check]:
    """Every prompt run without each of the blocks (start, size): `kl` and `delta_nll` [size], and the check of the runs."""
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs
    from stratascope.models.skip import Skip, Skipping
    from stratascope.models.skip_cost import skip_cost

    rows = [[Skip(layer) for layer in range(start, start + size)] for start, size in blocks]
    found: dict[str, list[Tensor]] = {"kl": [], "delta_nll": []}
    error = 0.0
    for run in prompt_runs(model, params, progress, prompts):
        skipping = Skipping(model, run)
        if not found["kl"]:
            error = skipping.identity_error()
        cost = skip_cost(model, skipping, rows, counted_tokens(run, params.include_bos))
        found["kl"].append(cost.kl)
        found["delta_nll"].append(cost.delta_nll)
    reasons: dict[str, Any] = {"kl": None, "delta_nll": NO_NEXT}
    arrays: dict[str, Array] = {}
    for name, each in found.items():
        arrays |= prompt_arrays(each, ("size",), many(params), name, reasons[name], f"{name}_")
    return arrays, same_without_skips(error)


def _beside(arrays: dict[str, Array]) -> list[Quantity]:
    """What removing the best block of each size costs, where it was measured."""
    if "kl" not in arrays:
        return []
    return [
        Quantity(name="kl", label="KL without the best block", scale="unc", unit="nats"),
        Quantity(name="delta_nll", label="change of the loss without it", scale="dif", unit="nats"),
    ]


def _summary(sizes: list[int], arrays: dict[str, Array]) -> str:
    """The best single layer, and what the largest block costs if it was removed."""
    starts, distance = arrays["best_start"].values, arrays["best_distance"].values
    at = min(len(sizes) - 1, int(np.searchsorted(sizes, max(sizes) / 2)))
    first, last = int(starts[at]), int(starts[at]) + sizes[at] - 1
    if first == last:
        found, them = f"The layer that changes the direction least: layer {first}, ", "it"
    else:
        found, them = f"The {sizes[at]} layers that change the direction least: layers {first}–{last}, ", "them"
    found += f"{distance[at]:.3f} of a half turn."
    if "kl" in arrays:
        found += f" Without {them} the predictions move by {arrays['kl'].values[at]:.2f} nats (KL)."
    return found


def _warnings(prompts: Sequence[Tokens]) -> list[str]:
    if len(prompts) >= FEW_PROMPTS:
        return []
    many = f"{len(prompts)} prompts" if len(prompts) > 1 else "1 prompt"
    return [f"The distances are those of {many}; choose a block to remove from at least {FEW_PROMPTS}, better 64."]

"""Attention entropy: whether a head is focused or diffuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stratascope.method import Field, Guide, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.attention import patterns_cost
from stratascope.problem import Problem, not_enough_samples
from stratascope.result import Array, HeadGrid, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.pattern_reading import PatternReader
    from stratascope.models.run import Run

ONE_KEY = "the query sees a single key"
ID = "attention/attention-entropy"


class AttentionEntropyParams(PromptsParams):
    """In which unit, and over which queries."""

    normalize: bool = Field(
        True,
        title="Over its largest",
        description="Divide the entropy of a row by that of attention spread evenly over the keys it sees, which makes it 0 "
        "to 1; otherwise it is in nats.",
    )
    skip_first: int = Field(
        1, ge=0, le=1024, title="Queries left out", description="Queries at the beginning that do not enter the mean."
    )


@method(
    title="Attention entropy",
    version=2,
    guide=Guide(
        question="Where does it look?",
        purpose="Measures for every head how widely its attention is spread, from one token to all of them.",
        reading="Near 0 the head looks at one token, near 1 it looks everywhere. A head that parks its attention on the "
        "first token looks focused too: the second map leaves that token out and scales the rest up, and the third says how "
        "much was left out.",
        synonyms=("focused head", "diffuse head", "spread", "attention saturation", "perplexity of attention", "sharpness"),
        next=("attention/attention-sink", "attention/attention-pattern", "attention/attention-locality"),
    ),
    papers=[
        Paper("Attention Saturation and Gradient Suppression at Inflection Layers: Diagnosing and Mitigating Bottlenecks in "
              "Transformer Adaptation", 2025),
        Paper("Attention Mechanisms Perspective: Exploring LLM Processing of Graph-Structured Data", 2025),
        Paper("FlowCut: Rethinking Redundancy via Information Flow for Efficient Vision-Language Models", 2025),
    ],
    requires=("patterns",),
    cost=patterns_cost,
)  # fmt: skip
def attention_entropy(model: Model, params: AttentionEntropyParams, progress: Progress = silent) -> HeadGrid:
    """Measure E[t] = −Σ_s A[t, s] ln A[t, s] of every row, over ln of the keys seen, and average over queries, then prompts.

    Queries that see a single key are left out. Without the first token, rows are those of the other keys, scaled up to the
    row's sum, over ln of the other keys seen.

    Arrays [layer, head]: `entropy`; `without_first`; `first_share`, the attention on the first token. `by_layer` [layer] is
    the mean of `entropy` over heads. For one prompt `by_position` [layer, head, position] holds the rows of `entropy`; for
    several `low` and `high` are one standard error around it and `by_prompt` [prompt, layer, head] its values.
    """
    from stratascope.models.pattern_reading import PatternReader
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts

    prompts, several, reader = read_prompts(model, params), many(params), PatternReader(model)
    shortest = min(len(tokens.ids) for tokens in prompts)
    if shortest < 2:
        raise not_enough_samples(ID, 2, "tokens", shortest)
    if params.skip_first >= shortest:
        raise _nothing_left(params.skip_first, shortest)
    found: dict[str, list[Tensor]] = {"entropy": [], "without_first": [], "first_share": []}
    rows = None
    for run in prompt_runs(model, params, progress, prompts):
        rows, *others = _measured(reader, run, params.normalize)
        for name, each in zip(found, (rows, *others), strict=True):
            found[name].append(each[..., params.skip_first :].nanmean(-1))
    arrays = prompt_arrays(found["entropy"], ("layer", "head"), several, "entropy", ONE_KEY)
    for name in ("without_first", "first_share"):
        arrays[name] = prompt_arrays(found[name], ("layer", "head"), several, name, ONE_KEY)[name]
    arrays["by_layer"] = Array(values=np.nanmean(arrays["entropy"].values, 1), dims=("layer",))
    if not several and rows is not None:
        arrays["by_position"] = Array(values=rows.cpu().numpy(), dims=("layer", "head", "position"), undefined=ONE_KEY)
    unit, limits = ("", (0.0, 1.0)) if params.normalize else ("nats", None)
    return HeadGrid(
        arrays=arrays,
        quantities=[
            Quantity(name="entropy", label="entropy of the rows", scale="unc", unit=unit, limits=limits),
            Quantity(name="without_first", label="without the first token", scale="unc", unit=unit, limits=limits),
            Quantity(name="first_share", label="attention on the first token", scale="attn", limits=(0.0, 1.0)),
        ],
        beside=[Quantity(name="by_layer", label="mean entropy", scale="unc", unit=unit, limits=limits)],
        coords={"prompt": prompt_titles(prompts)} if several else {},
        tokens=[] if several else prompts[0].tokens,
        facts={
            "n_prompts": len(prompts),
            "n_tokens": sum(len(tokens.ids) - params.skip_first for tokens in prompts),
            "unit": unit or "share of the largest",
        },
        summary=_summary(arrays["entropy"].values, arrays["first_share"].values, params.normalize),
        checks=reader.checks(),
        warnings=reader.warnings(),
    )


def _measured(reader: PatternReader, run: Run, normalize: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Entropy of the rows, the same without the first token, and attention on it: each [layer, head, query]."""
    import torch

    from stratascope.numerics.attention import row_entropy
    from stratascope.numerics.rollout import without_first

    found = []
    for _, pattern, keys in reader.layers(run):
        others = keys - (keys >= torch.arange(1, len(keys) + 1, device=keys.device)).float()  # who sees the first token
        rest, one = without_first(pattern), torch.full_like(pattern[..., 0], float("nan"))
        whole = row_entropy(pattern, keys)
        part = row_entropy(rest, others)
        if not normalize:
            whole = torch.where(keys > 1, row_entropy(pattern), one)
            part = torch.where(others > 1, row_entropy(rest), one)
        found.append(torch.stack([whole, part, pattern[..., 0]]))
    whole, part, share = torch.stack(found, 1)
    return whole, part, share


def _nothing_left(skipped: int, tokens: int) -> Problem:
    return Problem(
        "bad_parameter",
        f"skip_first must be at most {tokens - 1}, as the shortest prompt has {tokens} tokens; got {skipped}.",
        field="skip_first",
        remedy="Leave out one query",
        changes={"skip_first": 1},
    )


def _summary(entropy: np.ndarray, share: np.ndarray, normalized: bool) -> str:
    """The ends of the range and how much of the focus is parking."""
    heads = entropy.shape[1]
    (low, first), (high, last) = (divmod(int(f(entropy)), heads) for f in (np.nanargmin, np.nanargmax))
    unit = "" if normalized else " nats"
    return (
        f"Head {low}.{first} is the most focused ({entropy[low, first]:.2f}{unit}, {share[low, first]:.2f} of it on the first "
        f"token), {high}.{last} the most diffuse ({entropy[high, last]:.2f}{unit}); the mean over {entropy.size} heads is "
        f"{float(np.nanmean(entropy)):.2f}{unit}."
    )

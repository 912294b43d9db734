"""Attention sinks: heads that park their attention on the first or on delimiter tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np

from stratascope.method import Field, Guide, Paper, Progress, PromptsParams, TokenText, method, silent
from stratascope.methods.attention import patterns_cost
from stratascope.problem import Problem, not_enough_samples
from stratascope.result import Array, Check, HeadGrid, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.pattern_reading import PatternReader
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

ID = "attention/attention-sink"
NO_VALUE = "the values of all tokens are zero"


class AttentionSinkParams(PromptsParams):
    """Which tokens count as sinks, and from which share on a head does."""

    sink_tokens: Annotated[list[TokenText], Field(max_length=32)] = Field(
        [],
        title="Sink tokens",
        description="Texts of tokens that count as sinks wherever they stand, such as a full stop or a line break. Without "
        "any it is the first token.",
    )
    threshold: float = Field(0.3, ge=0.0, le=1.0, description="Share of attention above which a head is a sink head.")


@method(
    title="Attention sinks",
    version=2,
    guide=Guide(
        question="Where does it look?",
        purpose="Finds heads that park their attention on the first token, or on other tokens that say little.",
        reading="Bright heads park their attention on the first token, which usually means that they have nothing to do here. "
        "The second map says how much such a look moves: where it is far below 1 the value of the sink is close to nothing. "
        "All of it depends on whether a special token stands in front, so compare with and without.",
        synonyms=("attention sink", "BOS attention", "first token", "massive activations", "parked attention", "no-op head"),
        next=("attention/attention-pattern", "attention/attention-entropy", "activations/residual-norms"),
    ),
    papers=[
        Paper("Hidden Dynamics of Massive Activations in Transformer Training", 2025),
        Paper("RSQ: Learning from Important Tokens Leads to Better Quantized LLMs", 2025),
        Paper("Attention Saturation and Gradient Suppression at Inflection Layers: Diagnosing and Mitigating Bottlenecks in "
              "Transformer Adaptation", 2025),
    ],
    requires=("patterns", "heads"),
    cost=patterns_cost,
)  # fmt: skip
def attention_sink(model: Model, params: AttentionSinkParams, progress: Progress = silent) -> HeadGrid:
    """Measure α = mean_t Σ_{s ∈ sinks} A[t, s] over the queries after the first token that see a sink.

    A head is a sink head if α is above the threshold. The value share is the mean length of what the head writes for a sink
    over the mean for all tokens, ‖v[s] W_O‖.

    Arrays [layer, head]: `share`, α; `value_share`; `even`, the α of attention spread evenly over what each query sees.
    `rate` [layer] is the share of a layer's heads that are sink heads. For several prompts `low` and `high` are one standard
    error around `share` and `by_prompt` [prompt, layer, head] its values.
    """
    from stratascope.models.pattern_reading import PatternReader
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts
    from stratascope.models.question import named_tokens

    wanted = set(named_tokens(model, "sink_tokens", params.sink_tokens or None, None))
    several = many(params)
    given = read_prompts(model, params)
    prompts = [tokens for tokens in given if _sinks(tokens, wanted)]
    if not prompts:
        raise _no_sink(given)
    reader = PatternReader(model)
    found: dict[str, list[Tensor]] = {"share": [], "value_share": [], "even": []}
    for run, tokens in zip(prompt_runs(model, params, progress, prompts), prompts, strict=True):
        for name, each in zip(found, _measured(model, reader, run, _sinks(tokens, wanted)), strict=True):
            found[name].append(each)
    arrays = prompt_arrays(found["share"], ("layer", "head"), several, "share")
    for name in ("value_share", "even"):
        arrays[name] = prompt_arrays(found[name], ("layer", "head"), several, name, NO_VALUE)[name]
    share = arrays["share"].values
    arrays["rate"] = Array(values=(share > params.threshold).mean(1).astype(np.float32), dims=("layer",))
    rate = float((share > params.threshold).mean())
    return HeadGrid(
        arrays=arrays,
        quantities=[
            Quantity(name="share", label="attention on the sinks", scale="attn", limits=(0.0, 1.0)),
            Quantity(name="value_share", label="length written for a sink over the mean", scale="mag"),
        ],
        beside=[Quantity(name="rate", label="share of heads that are sinks", scale="attn", limits=(0.0, 1.0))],
        coords={"prompt": prompt_titles(prompts)} if several else {},
        tokens=[] if several else prompts[0].tokens,
        facts={
            "n_prompts": len(prompts),
            "n_tokens": sum(len(tokens.ids) for tokens in prompts),
            "prompts_without_sink": len(given) - len(prompts),
            "sinks": list(params.sink_tokens) or "first token",
            "first_token": prompts[0].tokens[0].text,
            "first_is_special": prompts[0].tokens[0].special,
            "sink_rate": rate,
            "sink_heads": [f"{layer}.{head}" for layer, head in np.argwhere(share > params.threshold)],
        },
        summary=_summary(arrays, params, rate),
        checks=[*reader.checks(), _control(share, arrays["even"].values)],
        warnings=[*reader.warnings(), *_warnings(prompts, len(given), wanted)],
    )


def _sinks(tokens: Tokens, wanted: set[int]) -> list[int]:
    """Positions of the sinks that some later token can look at; none if there are too few tokens."""
    found = [at for at, token in enumerate(tokens.ids) if token in wanted] if wanted else [0]
    return found if len(tokens.ids) > 1 else []


def _no_sink(prompts: list[Tokens]) -> Problem:
    longest = max(len(tokens.ids) for tokens in prompts)
    if longest < 2:
        return not_enough_samples(ID, 2, "tokens", longest)
    return Problem(
        "no_sink",
        "No token of this prompt is one of the chosen sink tokens.",
        field="sink_tokens",
        remedy="Take the first token as the sink",
        changes={"sink_tokens": []},
    )


def _measured(model: Model, reader: PatternReader, run: Run, sinks: list[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Attention on the sinks, length of what is written for them over the mean, and the first if spread evenly: [layer, head]."""
    import torch

    from stratascope.models.pattern_reading import written_lengths
    from stratascope.numerics.attention import seen

    shares, values, evens = [], [], []
    for layer, pattern, keys in reader.layers(run):
        visible = seen(keys)[:, sinks].float().sum(-1)
        asked = visible > 0
        asked[0] = False
        shares.append(pattern[:, asked][..., sinks].sum(-1).mean(-1))
        evens.append((visible / keys)[asked].mean().expand(len(pattern)))
        written = written_lengths(model, run, layer)
        mean = written.mean(-1)
        values.append(torch.where(mean > 0, written[:, sinks].mean(-1) / mean.clamp(min=1e-12), float("nan")))
    return torch.stack(shares), torch.stack(values), torch.stack(evens)


def _control(share: np.ndarray, even: np.ndarray) -> Check:
    return Check(
        name="mean_share",
        label="mean over heads",
        value=float(share.mean()),
        control=float(even.mean()),
        explanation="Attention on the sinks, averaged over all heads; the control is what attention spread evenly over the "
        "keys that each query sees would give them.",
    )


def _warnings(prompts: list[Tokens], given: int, wanted: set[int]) -> list[str]:
    found = []
    if not wanted and not prompts[0].tokens[0].special:
        found.append("No special token stands in front of the prompt, so a word takes the place of the sink.")
    if len(prompts) < given:
        found.append(f"{given - len(prompts)} of {given} prompts hold no sink and are left out.")
    return found


def _summary(arrays: dict[str, Array], params: AttentionSinkParams, rate: float) -> str:
    """How many heads are sink heads, and the strongest."""
    share, value = arrays["share"].values, arrays["value_share"].values
    layer, head = divmod(int(share.argmax()), share.shape[1])
    moved = f", writing {value[layer, head]:.2f} of the mean length for it" if np.isfinite(value[layer, head]) else ""
    return (
        f"{rate:.0%} of {share.size} heads give the sinks more than {params.threshold:g} of their attention; {layer}.{head} "
        f"gives the most ({share[layer, head]:.2f}{moved})."
    )

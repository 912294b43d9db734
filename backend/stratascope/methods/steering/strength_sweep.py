"""Strength sweep: what a push along a direction does to the next token and to the text, from strongly against to strongly for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np

from stratascope.method import (
    LINES,
    PROMPT_SET,
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptText,
    TokenIds,
    TokenTexts,
    method,
    silent,
)
from stratascope.methods.steering import DirectionParams, direction_checks
from stratascope.numerics.control import DRAWS
from stratascope.numerics.dose import Dose, dose
from stratascope.problem import Problem, not_enough_samples
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from stratascope.models.contrast import Reading
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

SERIES = ["steered", "random direction"]
LEAST_STRENGTHS, MOST_PROMPTS = 3, 64
FAVOURED = 8
"""Tokens of either side that stand in for what is not named."""

Strengths = Annotated[list[Annotated[float, Field(ge=-8.0, le=8.0)]], Field(min_length=LEAST_STRENGTHS, max_length=41)]


class StrengthSweepParams(DirectionParams):
    """The direction, how far it is followed, on which prompts, and what is measured."""

    strengths: Strengths = Field(
        [-2.0, -1.5, -1.0, -0.75, -0.5, 0.0, 0.5, 0.75, 1.0, 1.5, 2.0],
        description="Strengths in differences of the two means, 3 to 41; 0 is always among them.",
    )
    prompts: Annotated[list[PromptText], Field(max_length=MOST_PROMPTS)] = Field(
        [],
        description="Prompts that the effect is averaged over, at most 64, in place of the prompt.",
        json_schema_extra=LINES,
    )
    prompts_from: Annotated[str, Field(max_length=200)] | None = Field(
        None,
        title="Prompts from",
        description="A bundled prompt set, by its id, whose first 64 prompts the effect is averaged over: those without a label "
        "where there are any.",
        json_schema_extra=PROMPT_SET,
    )
    metric: Literal["share", "logit_diff"] = Field(
        "share",
        description="Probability of the targets among targets and distractors, or the mean logit of the one minus that of "
        "the other.",
    )
    target: TokenTexts | None = Field(
        None,
        description="Tokens the push should favour, by text, up to 32. Without any, those that the texts toward predict most "
        "above the others.",
    )
    distractor: TokenTexts | None = Field(
        None,
        description="Tokens they are held against, by text, up to 32. Without any, those that the texts away from predict most "
        "above the others.",
    )
    target_id: TokenIds | None = Field(None, title="Target id", description="Tokens the push should favour, by id.")
    distractor_id: TokenIds | None = Field(
        None, title="Distractor id", description="Tokens they are held against, by id."
    )
    positions: Literal["all", "generated", "last"] = Field(
        "all",
        description="Every token; those from the last of the prompt on; or only the last of the prompt. Never the marker "
        "in front.",
    )
    continuations: int = Field(
        4, ge=0, le=MOST_PROMPTS, description="Prompts that are continued, for perplexity and repetition."
    )
    max_new_tokens: int = Field(24, ge=1, le=256, title="New tokens", description="Tokens written at most, greedily.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the random directions.")
    force: bool = Field(False, description="Steer even where the edit is more than 20 times as large as the stream.")


def _cost(model: ModelFacts, params: StrengthSweepParams, tokens: int) -> Cost:
    """Every strength along the direction and the random ones, and continuations written and read again along two."""
    strengths, prompts = (
        len(params.strengths) + 1,
        max(1, len(params.prompts), MOST_PROMPTS * bool(params.prompts_from)),
    )
    written = min(params.continuations, prompts) * 2 * strengths * (2 + 2 * params.max_new_tokens / max(1, tokens))
    passes = len(params.positive) + len(params.negative) + prompts * strengths * (1 + DRAWS) + written
    whole = tokens + params.max_new_tokens
    memory = 4 * 64 * (whole * model.width * (2 * model.layers + 8) + 4 * model.vocabulary)
    return Cost(forwards=passes, bytes=memory)


@method(
    title="Strength sweep",
    version=1,
    guide=Guide(
        question="Steer it",
        purpose="Follows the effect of a push from strongly against to strongly along a direction, beside what it breaks.",
        reading="Look for the strengths at which the effect has left the band of random directions before KL, perplexity "
        "and repetition rise. The curve need not be straight or rise everywhere, so fit no line through it. An effect "
        "inside the band is what any push of that size would do.",
        synonyms=("dose response", "steering strength", "alpha sweep", "activation addition", "control vector",
                  "safe range", "perplexity"),
        next=("steering/generate-compare", "lens/lens-trajectory", "comparison/run-difference"),
    ),
    papers=[
        Paper("Improving Reasoning Performance in Large Language Models via Representation Engineering", 2025),
        Paper("Steering Language Models With Activation Engineering", 2023),
        Paper("Representation Engineering: A Top-Down Approach to AI Transparency", 2023),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)  # fmt: skip
def strength_sweep(model: Model, params: StrengthSweepParams, progress: Progress = silent) -> LayerCurve:
    """Add c times a difference of means behind one layer, for a list of c, and measure what is predicted and written.

    The direction is that of the mean stream at the last token of the positive texts minus that of the negative ones. At the
    last token of every prompt: the effect, KL(unsteered‖steered) and entropy in nats, and how often the likeliest token
    stays; means over prompts. Of greedy continuations of the first prompts: the perplexity exp(mean −ln p) in the
    unsteered model, and the share of four-token runs that stood before.

    Arrays [series, strength], for the direction and for random ones of the same length: `effect`, with `low` and `high`,
    the 95 % interval of the mean over prompts and the 95 % prediction interval of one more random direction; `kl`,
    `entropy`, `agreement`, means over the random directions; `perplexity` and `repetition`, along one random direction.
    `strength` [strength].
    """
    from stratascope.models.contrast import read_contrast
    from stratascope.models.steered import refuse_too_strong
    from stratascope.models.strengths import Sweep

    prompts = _prompts(model, params)
    strengths = _strengths(params)
    reading = read_contrast(model, params)
    size = refuse_too_strong(reading, max(strengths, key=abs), "add", params.force, "strengths")
    sides = _sides(model, params, reading)
    sweep = Sweep(model, reading, strengths, params.positions, params.seed, _effect(params, sides))
    measured = []
    for done, prompt in enumerate(prompts):
        progress(done, len(prompts), "pushing prompts")
        measured.append(sweep.measured(prompt))
    continued = []
    for done, prompt in enumerate(prompts[: params.continuations]):
        progress(done, min(len(prompts), params.continuations), "writing continuations")
        continued.append(sweep.continued(prompt, params.max_new_tokens))
    found = dose(np.stack(measured), continued, strengths, bounded=params.metric == "share")
    facts = _facts(model, params, reading, sides) | {
        "prompts": len(prompts),
        "largest_edit": size,
        "safe": found.safe(),
    }
    return _curve(model, params, reading, prompts, found, facts)


class _Sides(NamedTuple):
    """The tokens that are asked about, and whether a person named them."""

    targets: list[int]
    distractors: list[int]
    named: bool


def _strengths(params: StrengthSweepParams) -> list[float]:
    """Rising, each once, 0 among them."""
    found = sorted({*params.strengths, 0.0})
    if len(set(params.strengths)) < LEAST_STRENGTHS:
        problem = not_enough_samples(
            "steering/strength-sweep", LEAST_STRENGTHS, "different strengths", len(set(params.strengths))
        )
        problem.field = "strengths"
        raise problem
    return found


def _prompts(model: Model, params: StrengthSweepParams) -> list[Tokens]:
    """The prompts as tokens. Raises `prompt_too_long` where one leaves no room to be continued."""
    from stratascope.models.contrast import tokenized
    from stratascope.models.labelled_prompts import labelled_prompts

    if params.prompts_from is not None:
        items = labelled_prompts(params.prompts_from, "prompts_from")
        neutral = [item.prompt for item in items if item.label is None] or [item.prompt for item in items]
        prompts = tokenized(model, "prompts_from", neutral[:MOST_PROMPTS])
    elif params.prompts:
        prompts = tokenized(model, "prompts", params.prompts)
    else:
        prompts = [model.tokenize(params.prompt, params.messages)]
    longest, context = max(len(prompt.ids) for prompt in prompts[: max(1, params.continuations)]), model.facts.context
    if params.continuations and longest + params.max_new_tokens > context:
        room = context - longest
        raise Problem(
            "prompt_too_long",
            f"{longest} tokens of a prompt and {params.max_new_tokens} new ones are {longest + params.max_new_tokens}; "
            f"{model.id} reads at most {context}.",
            field="max_new_tokens",
            remedy=f"Write {room} tokens" if room else "Write no continuations",
            changes={"max_new_tokens": room} if room else {"continuations": 0},
        )
    return prompts


def _sides(model: Model, params: StrengthSweepParams, reading: Reading) -> _Sides:
    """The tokens asked about; the texts' own predictions stand in for a side that is not named."""
    from stratascope.models.question import named_tokens, refuse_shared

    targets = named_tokens(model, "target", params.target, params.target_id)
    distractors = named_tokens(model, "distractor", params.distractor, params.distractor_id)
    refuse_shared(model, targets, distractors)
    named = bool(targets or distractors)
    count = min(FAVOURED, model.vocabulary // 2)
    toward, away = (reading.favoured * sign for sign in (1, -1))
    targets = targets or [t for t in toward.topk(2 * count).indices.tolist() if t not in distractors][:count]
    distractors = distractors or [t for t in away.topk(2 * count).indices.tolist() if t not in targets][:count]
    return _Sides(targets, distractors, named)


def _effect(params: StrengthSweepParams, sides: _Sides) -> Callable[[Tensor], Tensor]:
    """From logits [row, vocabulary] to the effect [row]."""
    from stratascope.numerics.answer import Favour
    from stratascope.numerics.steering import share

    if params.metric == "share":
        return lambda logits: share(logits.log_softmax(-1), sides.targets, sides.distractors)
    return Favour("logit_diff", sides.targets, sides.distractors).of


def _facts(model: Model, params: StrengthSweepParams, reading: Reading, sides: _Sides) -> dict[str, Any]:
    def tokens(ids: list[int]) -> list[dict[str, Any]]:
        return [{"id": token, "text": model.token(token).text} for token in ids]

    return {
        "layer": reading.layer,
        "metric": params.metric,
        "positions": params.positions,
        "texts": dict(zip(("positive", "negative"), reading.counts, strict=True)),
        "target": tokens(sides.targets),
        "distractor": tokens(sides.distractors),
        "named": sides.named,
        "direction_norm": float(reading.contrast.direction.norm()),
        "typical_norm": reading.contrast.typical_norm,
        "random_directions": DRAWS,
    }


def _curve(
    model: Model,
    params: StrengthSweepParams,
    reading: Reading,
    prompts: Sequence[Tokens],
    found: Dose,
    facts: dict[str, Any],
) -> LayerCurve:
    arrays = {
        name: Array(values=values.astype(np.float32), dims=("series", "strength"), undefined=_undefined(name))
        for name, values in found.both.items()
    }
    strengths = Array(values=np.array(found.strengths, dtype=np.float32), dims=("strength",))
    named = {token["id"] for side in ("target", "distractor") for token in facts[side]}
    held_out = reading.contrast.held_out(params.seed)
    return LayerCurve(
        arrays=arrays | {"strength": strengths},
        quantities=_quantities(params.metric, "perplexity" in arrays),
        coords={"series": SERIES, "strength": [_signed(c) for c in found.strengths]},
        tokens=prompts[0].tokens if len(prompts) == 1 else [],
        vocabulary=[model.token(token) for token in sorted(named)],
        facts=facts,
        summary=_summary(found, facts),
        checks=[*_checks(found), *direction_checks(reading.contrast, held_out, params.seed)],
        warnings=reading.warnings(),
    )


def _undefined(name: str) -> str | None:
    return "a text of fewer than four tokens repeats nothing" if name == "repetition" else None


def _quantities(metric: str, continued: bool) -> list[Quantity]:
    share = metric == "share"
    written = [
        Quantity(name="perplexity", label="perplexity in the unsteered model", scale="mag"),
        Quantity(name="repetition", label="repeated four-token runs", scale="mag", limits=(0.0, 1.0)),
    ]
    return [
        Quantity(
            name="effect", label="share of the targets" if share else "targets − distractors",
            scale="prob" if share else "eff", unit="" if share else "logits", limits=(0.0, 1.0) if share else None,
        ),
        Quantity(name="kl", label="KL from the unsteered model", scale="unc", unit="nats"),
        Quantity(name="entropy", label="entropy", scale="unc", unit="nats"),
        Quantity(name="agreement", label="likeliest token unchanged", scale="prob", limits=(0.0, 1.0)),
        *(written if continued else []),
    ]  # fmt: skip


def _checks(found: Dose) -> list[Check]:
    """That strength 0 does nothing, that the direction does more than chance, and whether the curve keeps rising."""
    first, last = found.ends
    reach = found.effect[:, last] - found.effect[:, first]
    chance = float(np.abs(reach[1:]).max())
    steps = np.diff(found.effect[0])
    return [
        Check(
            name="zero_kl",
            label="strength 0 changes nothing",
            value=float(found.measured[:, 1, :, found.zero].max()),
            ok=0.0,
            warn=1e-6,
            explanation="Largest KL of any prompt between a pass without an edit and passes in which 0 times a direction "
            "is added.",
        ),
        Check(
            name="random_control",
            label="reach against random",
            value=float(abs(reach[0])),
            ok=chance,
            warn=chance / 2,
            higher_is_better=True,
            control=chance,
            explanation=f"Change of the effect from strength {_signed(found.strengths[first])} to "
            f"{_signed(found.strengths[last])}; the control is the largest of {DRAWS} random directions.",
        ),
        Check(
            name="rising",
            label="steps that rise",
            value=float((steps >= 0).mean()),
            explanation="Share of the steps from one strength to the next at which the effect does not fall. Effects need "
            "not rise everywhere.",
        ),
    ]


def _summary(found: Dose, facts: dict[str, Any]) -> str:
    """The effect at both ends and the safe strengths, in words."""
    places = (found.ends[0], found.zero, found.ends[1])
    low, high = found.both["low"][1], found.both["high"][1]
    parts = [f"{found.both['effect'][0, i]:.2f} at {_signed(found.strengths[i])}" for i in places]
    band = ", ".join(f"{low[i]:.2f} to {high[i]:.2f}" for i in (places[0], places[2]))
    safe = facts["safe"]
    fluent = f" Text stays fluent at {', '.join(map(_signed, safe))}." if safe else ""
    return (
        f"Behind layer {facts['layer']} the {'share' if facts['metric'] == 'share' else 'logit difference'} is "
        f"{', '.join(parts)} over {facts['prompts']} prompts (random directions {band} at the ends).{fluent}"
    ).replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"

"""Generate and compare: the same prompt continued plainly, steered, and pushed in a random direction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, method, silent
from stratascope.methods.steering import DirectionParams, direction_checks
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, TextPair

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.contrast import Reading
    from stratascope.models.generate import Edit
    from stratascope.models.model import Model
    from stratascope.models.readback import Texts
    from stratascope.models.tokens import Tokens
    from stratascope.numerics.steering import HeldOut, Mode

PLAIN, STEERED, RANDOM, IDENTITY = range(4)
"""Rows of the batch. The last, moved by nothing, is compared with the first and not shown."""
ROWS, SHOWN = 4, 3
NEGLIGIBLE = 0.01
"""A KL in nats a token that no text shows."""
_UNDEFINED = "there is none at the first token and past the end of a text"
_NOWHERE = "there is none at the marker in front and past the end of a text"


class GenerateCompareParams(DirectionParams):
    """The direction, how it is applied, and how tokens are chosen."""

    strength: float = Field(
        1.0,
        ge=-8.0,
        le=8.0,
        description="How far the stream is moved, in differences of the two means; negative leads the other way.",
    )
    mode: Literal["add", "project", "clamp"] = Field(
        "add",
        description="add moves the stream along the direction; project takes the component along it away, all of it at "
        "strength 1; clamp sets the component to its value at the mean of the texts toward (1) or away (−1).",
    )
    positions: Literal["all", "generated", "last"] = Field(
        "all",
        description="Every token; those from the last of the prompt on; or only the last of the prompt. Never the marker "
        "in front.",
    )
    max_new_tokens: int = Field(24, ge=1, le=256, title="New tokens", description="Tokens written at most.")
    temperature: float = Field(
        0.0, ge=0.0, le=2.0, description="0 takes the likeliest token each time (greedy); more samples more freely."
    )
    top_p: float = Field(
        1.0,
        ge=0.01,
        le=1.0,
        title="Top p",
        description="Sample from the fewest tokens that hold this much probability together.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the sampling and of the random direction.")
    force: bool = Field(False, description="Steer even where the edit is more than 20 times as large as the stream.")


def _cost(model: ModelFacts, params: GenerateCompareParams, tokens: int) -> Cost:
    """One pass per text, four rows written and read again twice."""
    rows, whole = ROWS, tokens + params.max_new_tokens
    passes = rows * (1 + params.max_new_tokens / max(1, tokens) + 2 * whole / max(1, tokens))
    memory = 4 * rows * whole * model.width * (2 * model.layers + 8) + 4 * 8 * rows * model.vocabulary
    return Cost(forwards=len(params.positive) + len(params.negative) + passes, bytes=memory + 8 * 512 * model.width)


@method(
    title="Steered text",
    version=1,
    guide=Guide(
        question="Steer it",
        purpose="Continues a prompt plainly, pushed along a direction between two groups of texts, and pushed at random.",
        reading="The three columns have the same prompt and the same random numbers; only the push differs. Dark tokens are "
        "those that the model without a push finds surprising. If the random push of the same length changes the text as "
        "much, the direction says nothing. A direction that tells texts apart need not steer, and a text that breaks "
        "down was pushed too far.",
        synonyms=("activation addition", "control vector", "representation engineering", "sentiment", "intervention",
                  "difference of means", "generate"),
        next=("steering/strength-sweep", "lens/logit-lens", "activations/residual-norms"),
    ),
    papers=[
        Paper("Steering Language Models With Activation Engineering", 2023),
        Paper("Representation Engineering: A Top-Down Approach to AI Transparency", 2023),
        Paper("Steering Llama 2 via Contrastive Activation Addition", 2024),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)  # fmt: skip
def generate_compare(model: Model, params: GenerateCompareParams, progress: Progress = silent) -> TextPair:
    """Write three continuations of one prompt, with the same random numbers: plain, steered, and pushed at random.

    The direction d is the mean stream behind one layer at the last token of the positive texts, minus that of the negative
    ones. With u = d/‖d‖ and c the strength, add gives h + c·d, project h − c·(h·u)u, clamp sets h·u to its value midway
    between the means plus c·‖d‖/2. The random push is the same along a normal random direction of length ‖d‖. The edit is
    made while the prompt is read and at every later token that `positions` names.

    Arrays [side, position], the prompt included: `token`, `token_id`; `surprise`, −ln p of the token in the unsteered
    model, in nats; `kl`, KL(own run‖unsteered) of the prediction that the token was chosen from; `projection`, where the
    stream behind the layer stands along d after the edit, ½ at the positive mean and −½ at the negative one; `logprob_a` in
    the run that wrote it, `logprob_b` in the unsteered model, both at temperature 1. `top_text_a`, `top_logprob_a` and
    the same of b [side, position, rank]; `length` [side].
    """
    import torch

    from stratascope.models.contrast import read_contrast
    from stratascope.models.generate import write
    from stratascope.models.readback import read_back
    from stratascope.models.steered import refuse_too_strong
    from stratascope.numerics.sampling import pick

    tokens = model.tokenize(params.prompt, params.messages)
    _refuse_long(model, tokens, params)
    reading = read_contrast(model, params)
    size = refuse_too_strong(reading, params.strength, params.mode, params.force)
    edit = _edit(model, reading, params, tokens)
    uniform = torch.rand(params.max_new_tokens, generator=torch.Generator().manual_seed(params.seed)).tolist()
    written = write(
        model,
        torch.tensor([tokens.ids] * ROWS),
        params.max_new_tokens,
        lambda logits, step: pick(logits, uniform[step], params.temperature, params.top_p),
        edit,
        lambda done: progress(done, params.max_new_tokens, "writing tokens"),
    )
    texts = read_back(model, tokens, reading, written, edit)
    return _pair(texts, params, size)


def _refuse_long(model: Model, tokens: Tokens, params: GenerateCompareParams) -> None:
    whole, context = len(tokens.ids) + params.max_new_tokens, model.facts.context
    if whole > context:
        room = context - len(tokens.ids)
        raise Problem(
            "prompt_too_long",
            f"{len(tokens.ids)} tokens of the prompt and {params.max_new_tokens} new ones are {whole}; {model.id} reads at most "
            f"{context}.",
            field="max_new_tokens" if room else "prompt",
            remedy=f"Write {room} tokens" if room else "Use a shorter prompt",
            changes={"max_new_tokens": room} if room else None,
        )


def _edit(model: Model, reading: Reading, params: GenerateCompareParams, tokens: Tokens) -> Edit:
    """The plain row untouched, the next two moved, and the last put through the arithmetic of a move by 0."""
    from dataclasses import replace

    import torch

    from stratascope.models.steered import row_edit

    direction, chance = reading.contrast.direction, reading.contrast.random(1, params.seed)[0]
    pair, strengths = torch.stack([direction, chance]), [params.strength] * 2
    push = row_edit(model, reading, pair, strengths, params.mode, params.positions, tokens)
    idle: Mode = (
        "project" if params.mode == "project" else "add"
    )  # a clamp has no strength that leaves everything alone
    nothing = row_edit(model, reading, direction[None], [0.0], idle, params.positions, tokens)

    def change(h: Tensor) -> Tensor:
        return torch.cat([h[:STEERED], push.change(h[STEERED:IDENTITY]), nothing.change(h[IDENTITY:])])

    return replace(push, change=change)


def _pair(texts: Texts, params: GenerateCompareParams, size: float) -> TextPair:
    """The three texts that are shown, with their numbers."""
    model, reading = texts.model, texts.reading
    ids = texts.ids[:SHOWN]
    checks, held_out = _checks(texts, params, size)
    over = {
        "surprise": (-texts.plain.logprob, _UNDEFINED), "kl": (texts.kl, _UNDEFINED), "projection": (texts.projection, _NOWHERE),
        "logprob_a": (texts.own.logprob, _UNDEFINED), "logprob_b": (texts.plain.logprob, _UNDEFINED),
    }  # fmt: skip
    arrays = {
        "token": Array(values=_named(model, ids), dims=("side", "position")),
        "token_id": Array(values=ids.astype(np.int32), dims=("side", "position")),
        "length": Array(values=texts.length[:SHOWN].astype(np.int32), dims=("side",)),
    }
    for name, (values, why) in over.items():
        shown = values[:SHOWN].astype(np.float32)
        arrays[name] = Array(values=shown, dims=("side", "position"), undefined=why)
    for run, predicted in (("a", texts.own), ("b", texts.plain)):
        dims = ("side", "position", "rank")
        arrays[f"top_text_{run}"] = Array(values=_named(model, predicted.top[:SHOWN]), dims=dims)
        arrays[f"top_logprob_{run}"] = Array(
            values=predicted.top_logprob[:SHOWN].astype(np.float32), dims=dims, undefined=_UNDEFINED
        )
    facts: dict[str, Any] = {
        "runs": {"a": "own run", "b": "unsteered"},
        "layer": reading.layer,
        "strength": params.strength,
        "mode": params.mode,
        "positions": params.positions,
        "prompt_tokens": len(texts.tokens.ids),
        "texts": dict(zip(("positive", "negative"), reading.counts, strict=True)),
        "direction_norm": float(reading.contrast.direction.norm()),
        "typical_norm": reading.contrast.typical_norm,
        "edit_size": size,
        "differing_tokens": {"steered": texts.differing(STEERED, PLAIN), "random": texts.differing(RANDOM, PLAIN)},
        "mean_kl": {"steered": texts.mean_kl(STEERED), "random": texts.mean_kl(RANDOM)},
    }
    return TextPair(
        arrays=arrays,
        quantities=_quantities(),
        coords={"side": ["plain", f"steered {_signed(params.strength)}", "random direction"]},
        tokens=texts.tokens.tokens,
        vocabulary=[model.token(int(token)) for token in np.unique(ids[ids >= 0])],
        facts=facts,
        summary=_summary(texts, facts),
        checks=checks,
        warnings=_warnings(texts, held_out, facts),
    )


def _quantities() -> list[Quantity]:
    return [
        Quantity(name="surprise", label="surprise to the unsteered model", scale="unc", unit="nats"),
        Quantity(name="kl", label="KL from the unsteered model", scale="unc", unit="nats"),
        Quantity(
            name="projection", label="place along the direction", scale="eff", unit="differences", limits=(-2.0, 2.0)
        ),
    ]


def _named(model: Model, ids: np.ndarray) -> np.ndarray:
    """The texts of token ids of any shape; empty for −1."""
    texts = {int(token): model.token(int(token)).text if token >= 0 else "" for token in np.unique(ids)}
    return np.array([texts[int(token)] for token in ids.ravel()], dtype=object).reshape(ids.shape)


def _checks(texts: Texts, params: GenerateCompareParams, size: float) -> tuple[list[Check], HeldOut]:
    """That nothing changes nothing, that cached steps are whole passes, and how far the direction can be believed."""
    from stratascope.numerics.steering import MOST_NORMS

    contrast, held_out = texts.reading.contrast, texts.reading.contrast.held_out(params.seed)
    return [
        Check(
            name="zero_strength",
            label="strength 0 equals plain",
            value=texts.gap_between(PLAIN, IDENTITY),
            ok=0.0,
            warn=1e-4,
            explanation="Largest difference in the log-probability of any written token between the plain text and one "
            "whose stream was moved by 0 at every step; it fails where their tokens differ.",
        ),
        Check(
            name="whole_pass",
            label="steps equal a whole pass",
            value=texts.gap_of_steps(),
            ok=1e-3,
            warn=1e-1,
            explanation="Largest difference between the log-probability of a token when it was written and when the whole "
            "text is read at once with the same edit.",
        ),
        *direction_checks(contrast, held_out, params.seed),
        Check(
            name="edit_size",
            label="edit against the stream",
            value=size,
            ok=1.0,
            warn=MOST_NORMS,
            explanation="Mean distance by which the edit moves the texts' own states, in their median norm.",
        ),
        Check(
            name="random_control",
            label="random push",
            value=texts.mean_kl(RANDOM),
            ok=max(texts.mean_kl(STEERED), NEGLIGIBLE),
            warn=2 * max(texts.mean_kl(STEERED), NEGLIGIBLE),
            explanation="Mean KL from the unsteered model, in nats a token, under a random direction of the same length. It "
            "should be less than that of the steered text, or next to nothing.",
        ),
    ], held_out


def _warnings(texts: Texts, held_out: HeldOut, facts: dict[str, Any]) -> list[str]:
    found = texts.reading.warnings()
    if held_out.accuracy <= held_out.shuffled_high:
        found.append("The direction tells held-out texts apart no better than one made with shuffled labels.")
    if facts["differing_tokens"]["steered"] == 0:
        found.append(
            "The steered text is the plain one, token for token; a larger strength or another layer may move it."
        )
    return found


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−")


def _summary(texts: Texts, facts: dict[str, Any]) -> str:
    """How far the push reaches, in words."""
    differs, distance = facts["differing_tokens"], facts["mean_kl"]
    new = int(texts.length[:SHOWN].max()) - facts["prompt_tokens"]
    how = {"add": "moved by", "project": "with the component taken away,", "clamp": "clamped at"}[facts["mode"]]
    return (
        f"Behind layer {facts['layer']} {how} {_signed(facts['strength'])}, {facts['edit_size']:.2f} of the stream’s norm, "
        f"{differs['steered']} of {new} tokens differ from the plain text (random push {differs['random']}); mean KL "
        f"{distance['steered']:.2f} nats a token (random {distance['random']:.2f})."
    )

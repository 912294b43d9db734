"""Head profile: everything about one head that its weights and the standard probes tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    TokenIds,
    TokenText,
    TokenTexts,
    method,
    silent,
)
from stratascope.problem import head_out_of_range, layer_out_of_range
from stratascope.result import Array, HeadGrid, Quantity

if TYPE_CHECKING:
    from stratascope.models.head_probe import Feeds, Probe, Side
    from stratascope.models.head_report import Effects
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

MOST_READ, MOST_EDITED, EDITS = 12, 16, 19
NOT_EARLIER = "only heads of earlier layers feed a head"


class HeadProfileParams(PromptsParams):
    """Which head, on which question, and how its weights are read."""

    layer: int = Field(0, ge=0, le=1_000_000, description="Layer of the head, counted from 0.")
    head: int = Field(0, ge=0, le=1_000_000, description="Number of the head in its layer, counted from 0.")
    target: TokenTexts | None = Field(
        None,
        description="Answer whose logit is followed, by text. Without one it is a set's own answer, or the model's top token.",
    )
    distractor: TokenTexts | None = Field(
        None,
        description="Token that the answer is held against, by text. Without one it is a set's own, or the model's next token.",
    )
    target_id: TokenIds | None = Field(None, title="Target id", description="Answer by id.")
    distractor_id: TokenIds | None = Field(None, title="Distractor id", description="Token held against it, by id.")
    tokens: Annotated[list[TokenText], Field(max_length=50)] = Field(
        [], title="Tokens read", description="Tokens that the head is given; without any, the first 12 of the prompt."
    )
    embedding: Literal["mlp0", "raw"] = Field(
        "mlp0",
        description="What the head reads for a token: mlp0, what the first layer's MLP makes of it, or raw, its embedding. "
        "Heads of the first layer always read the embedding.",
    )
    top: int = Field(
        5, ge=1, le=20, title="Tokens per list", description="Tokens listed as raised, lowered or looked for."
    )
    sample: int = Field(
        1000,
        ge=50,
        le=5000,
        title="Sampled tokens",
        description="Tokens of the vocabulary among which pairs are looked for.",
    )
    k: int = Field(
        20, ge=10, le=128, title="Repeated tokens", description="Random tokens of the probe before they repeat."
    )
    batch: int = Field(8, ge=1, le=32, title="Sequences", description="Sequences of the probe.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of everything drawn at random.")


def _cost(model: ModelFacts, params: HeadProfileParams, tokens: int) -> Cost:
    prompts = params.most_prompts
    probe = params.batch * (2 * params.k + 1) / max(1, tokens)
    stored = 4 * tokens * model.width * (5 * model.layers + EDITS * 8)
    weights = 12 * model.vocabulary * model.width + 32 * model.width**2
    forwards = 10 + probe + prompts + min(MOST_EDITED, prompts) * EDITS
    return Cost(forwards, stored + weights + 512 * model.vocabulary)


@method(
    title="Head profile",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Gathers what is known of one head: its roles, what it reads and writes, what feeds it, and if it matters.",
        reading="The map shows what every head writes directly toward the answer, with this head among them; the other maps "
        "show which earlier heads write where it reads. Scores are held against thresholds and chance, and what happens "
        "without the head against the same for random heads. Lists of tokens come from the weights alone: they ignore what "
        "stands between the first layer and the head.",
        synonyms=("head page", "head card", "OV circuit", "QK circuit", "head ablation", "K-composition", "head role"),
        next=("attention/attention-pattern", "attention/head-scores", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("A Mathematical Framework for Transformer Circuits", 2021),
        Paper("Talking Heads: Understanding Inter-layer Communication in Transformer Language Models", 2024),
        Paper("Circuit Component Reuse Across Tasks in Transformer Language Models", 2024),
        Paper("Successor Heads: Recurring, Interpretable Attention Heads In The Wild", 2024),
    ],
    requires=("causal", "residual_contract", "heads", "patterns"),
    cost=_cost,
)
def head_profile(model: Model, params: HeadProfileParams, progress: Progress = silent) -> HeadGrid:
    """Measure one head (facts `layer`, `head`) from its weights, on the probe of repeated tokens, and on the prompts.

    Maps over all heads [layer, head]: `direct`, logits toward the answer over the other written at the last position, the
    final norm held fixed, mean over prompts (several: `low`, `high`, `by_prompt` [prompt, layer, head]); `feeds_query`,
    `feeds_key`, `feeds_value`, ‖A B‖ / (‖A‖ ‖B‖) of an earlier head's W_V W_O with this head's W_Q W_Kᵀ or W_V W_O, which
    facts `feeds` hold against heads turned at random.

    Roles [role]: `role_score`; `role_threshold`, undefined where there is none; `role_chance`, of even attention or random
    matrices. `probe_pattern` [query, key] is the mean pattern on the probe, whose ids are facts `sequence`.

    OV, logits above the mean when the head reads a token: `read_id`, `read_text` [read], the tokens; `raised_text`,
    `raised`, `lowered_text`, `lowered` [read, rank]; `own_rank` [read], where the token stands in its own output;
    `pair_read`, `pair_written`, `pair_value` [pair], the strongest pairs; `copy_count` [bin], sampled tokens by own rank.
    QK, scores before the softmax above the query's mean, at distance 0 if facts `rotary`: `sought_text`, `sought` [read,
    place], the keys that a token looks for; `pair_query`, `pair_key`, `pair_score` [look], the strongest.

    Without it, in logits: `ablation_difference` [asked, ablation], the answer over the other, of up to 16 prompts, as it is
    and with the head's output replaced by zero or by its mean over tokens; `ablation_right` [ablation], the share of right
    answers; `ablation_kl` [change], KL from the model in nats; `random_change` [draw, change], the change of the mean
    difference without the random heads that coords `draw` names. Facts `change` is the head's own.
    """
    from stratascope.models.head_probe import feeds, probe_head
    from stratascope.models.head_readings import HeadReadings
    from stratascope.models.head_report import (
        BIN_NAMES,
        ROLES,
        circuit_arrays,
        head_checks,
        head_effects,
        head_questions,
        head_warnings,
        role_arrays,
    )
    from stratascope.models.head_weights import HeadReader
    from stratascope.models.probe_tokens import sampled_tokens
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts
    from stratascope.models.question import named_tokens

    layer, head = params.layer, params.head
    _refuse_missing(model, layer, head)
    prompts, several = read_prompts(model, params), many(params)
    probe = probe_head(model, layer, head, params.k, params.batch, params.seed)
    reader = HeadReader(model)
    sample = sampled_tokens(model, params.sample, params.seed)
    readings = HeadReadings(model, reader, layer, head, params.embedding, sample)
    copied, read = readings.copying(params.seed), _read(model, params, prompts[0])
    fed = feeds(model, reader, layer, head, params.seed)
    runs = prompt_runs(model, params, progress, prompts)
    targets = named_tokens(model, "target", params.target, params.target_id)
    distractors = named_tokens(model, "distractor", params.distractor, params.distractor_id)
    questions = head_questions(model, targets, distractors, params.prompts_from, len(prompts))
    effects = head_effects(model, runs, questions, (layer, head), params.seed)
    arrays = prompt_arrays([each.effect for each in effects.direct], ("layer", "head"), several, "direct")
    for side, each in fed.items():
        arrays[f"feeds_{side}"] = Array(values=each.scores.numpy(), dims=("layer", "head"), undefined=NOT_EARLIER)
    arrays |= role_arrays(probe, copied, model.vocabulary) | effects.arrays
    arrays |= circuit_arrays(model, readings, read, copied, params.top)
    named = {token for each in effects.questions[:1] for token in (*each.targets, *each.distractors)}
    return HeadGrid(
        arrays=arrays,
        quantities=_QUANTITIES if layer else _QUANTITIES[:1],
        coords={
            "role": list(ROLES),
            "bin": list(BIN_NAMES),
            "ablation": ["as it is", "zero", "mean"],
            "change": ["zero", "mean"],
            "draw": effects.random,
            **({"prompt": prompt_titles(prompts)} if several else {}),
        },
        tokens=[] if several else prompts[0].tokens,
        vocabulary=[model.token(token) for token in sorted(named | set(read))],
        shown={"pair": len(arrays["pair_value"].values)},
        facts=_facts(model, params, probe, fed, effects, len(sample), len(prompts))
        | {"rotary": reader.rotary, "divided": sorted(reader.layer(layer).divided)},
        summary=_summary(params, arrays, effects, ROLES),
        checks=[reader.check(), *head_checks(probe, effects)],
        warnings=head_warnings(reader.rotary, reader.layer(layer).divided),
    )


_QUANTITIES = [
    Quantity(name="direct", label="direct effect on target − distractor", scale="eff", unit="logits"),
    *(
        Quantity(name=f"feeds_{side}", label=f"writes where the {side} is read", scale="mag")
        for side in ("query", "key", "value")
    ),
]


def _refuse_missing(model: Model, layer: int, head: int) -> None:
    """Raise `layer_out_of_range` or `head_out_of_range`, about the fields of this method."""
    problem = layer_out_of_range(layer, model.id, model.layers) if layer >= model.layers else None
    if problem is None and head >= model.heads:
        problem = head_out_of_range(head, model.id, model.heads)
    if problem is not None:
        problem.field = "layer" if layer >= model.layers else "head"
        raise problem


def _read(model: Model, params: HeadProfileParams, prompt: Tokens) -> list[int]:
    """The tokens that the head is given, each once."""
    from stratascope.models.question import named_tokens

    if params.tokens:
        return named_tokens(model, "tokens", params.tokens, None)
    ordinary = [token for token in prompt.ids if token not in model.tokenizer.all_special_ids]
    return list(dict.fromkeys(ordinary or prompt.ids))[:MOST_READ]


def _facts(
    model: Model,
    params: HeadProfileParams,
    probe: Probe,
    fed: dict[Side, Feeds],
    effects: Effects,
    sample: int,
    prompts: int,
) -> dict[str, Any]:
    def named(ids: list[int]) -> list[dict[str, Any]]:
        return [{"id": token, "text": model.token(token).text} for token in ids]

    def number(value: float) -> float | None:
        return value if np.isfinite(value) else None

    first = effects.questions[0]
    return {
        "layer": params.layer,
        "head": params.head,
        "head_width": model.head_width,
        "key_value_head": params.head * model.key_value_heads // model.heads,
        "target": named(first.targets),
        "distractor": named(first.distractors),
        "embedding": params.embedding if params.layer else "raw",
        "sample": sample,
        "vocabulary": model.vocabulary,
        "k": params.k,
        "batch": params.batch,
        "seed": params.seed,
        "sequence": probe.ids,
        "sequence_text": [model.token(token).text for token in probe.ids],
        "feeds": {side: {"control": number(each.control), "bound": number(each.bound)} for side, each in fed.items()},
        "change": {"zero": float(effects.change[0]), "mean": float(effects.change[1])},
        "n_prompts": prompts,
        "n_ablated": min(MOST_EDITED, prompts),
    }


def _summary(params: HeadProfileParams, arrays: dict[str, Array], effects: Effects, names: tuple[str, ...]) -> str:
    """The head's roles, its direct effect among all, and what its absence changes."""
    score, threshold = arrays["role_score"].values, arrays["role_threshold"].values
    roles = [f"{name} ({score[i]:.2f})" for i, name in enumerate(names) if score[i] >= threshold[i]]
    direct = arrays["direct"].values
    own = float(direct[params.layer, params.head])
    rank = 1 + int((np.abs(direct) > abs(own)).sum())
    text = f"Head {params.layer}.{params.head}: {', '.join(roles) or 'no role reaches its threshold'}; it writes "
    text += _signed(f"{own:+.2f} directly (rank {rank} of {direct.size}); without it the difference changes by ")
    text += _signed(f"{effects.change[1]:+.2f}")
    if len(effects.random_change):
        text += _signed(f" (random heads {effects.random_change[:, 1].mean():+.2f} on average)")
    return f"{text}."


def _signed(text: str) -> str:
    return text.replace("-", "−")

"""Attention drift: which heads look somewhere else in a second prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from stratascope.method import (
    SIDE_A,
    SIDE_B,
    Cost,
    Field,
    Guide,
    Messages,
    ModelFacts,
    Paper,
    Params,
    Progress,
    PromptParams,
    PromptText,
    method,
    silent,
)
from stratascope.problem import Problem, not_enough_samples
from stratascope.result import Array, Check, HeadGrid, Quantity

if TYPE_CHECKING:
    from stratascope.models.attention_drift import AlignedQueries, Drifts
    from stratascope.models.model import Model
    from stratascope.models.pair import Pair
    from stratascope.models.run import Run
    from stratascope.numerics.pairing import Partners

ID = "attention/attention-drift"
MOST_TOKENS = 512
LEAST_ALIGNED = 0.3
LN2 = float(np.log(2.0))
ALONE = "this token has no partner, or can look only at itself"


class AttentionDriftParams(Params):
    """Two prompts, and which tokens of them belong together."""

    prompt: PromptText = Field("", description="Side A: the text the model reads.", json_schema_extra=SIDE_A)
    messages: Messages | None = Field(
        None, description="Side A as chat messages, in place of a text.", json_schema_extra=SIDE_A
    )
    prompt_b: PromptText = Field("", description="Side B: the text it is compared with.", json_schema_extra=SIDE_B)
    messages_b: Messages | None = Field(
        None, description="Side B as chat messages, in place of a text.", json_schema_extra=SIDE_B
    )
    alignment: Literal["position", "same"] = Field(
        "position",
        title="Align by",
        description="Which tokens belong together: those of the same number, for prompts of one length, or equal "
        "tokens when both prompts are laid beside each other.",
    )
    top: int = Field(4, ge=0, le=16, title="Patterns kept", description="Most changed heads whose patterns are kept.")


def _cost(model: ModelFacts, params: AttentionDriftParams, tokens: int) -> Cost:
    """A, B, and A once more; the patterns of one layer of each at a time."""
    runs, square = 3 * 4 * tokens * model.width * 5 * model.layers, 4 * tokens * tokens
    return Cost(forwards=3.4, bytes=runs + square * (8 * model.heads + 2 * params.top))


@method(
    title="Attention drift",
    version=1,
    guide=Guide(
        question="How do two runs differ?",
        purpose="Finds the heads that look at other tokens in a second prompt than in the first.",
        reading="Bright heads look somewhere else in the second prompt: 0 is the same targets, ln 2 no target in "
        "common. With tokens that have no partner a longer prompt draws some attention off even where a head keeps its "
        "targets, so see how much rests on those. A changed pattern need not change the answer; patch the head to see.",
        synonyms=(
            "attention difference",
            "pattern change",
            "head comparison",
            "Jensen-Shannon",
            "A/B",
            "diff",
            "shifted heads",
        ),
        next=("attention/attention-pattern", "comparison/run-difference", "causal/activation-patching"),
    ),
    papers=[
        Paper("From Noise to Narrative: Tracing the Origins of Hallucinations in Transformers", 2025),
        Paper("TokDrift: When LLM Speaks in Subwords but Code Speaks in Grammar", 2025),
        Paper(
            "Distributional Semantics Tracing: A Framework for Explaining Hallucinations in Large Language Models", 2025
        ),
    ],
    requires=("causal", "patterns"),
    cost=_cost,
)
def attention_drift(model: Model, params: AttentionDriftParams, progress: Progress = silent) -> HeadGrid:
    """Compare where each head looks in two prompts, at the tokens that belong together.

    The attention of an aligned query is summed by class of its key: one class for each aligned token, one for all
    tokens without a partner. Drift is the Jensen–Shannon divergence of the two, in nats, averaged over the aligned
    queries from the first difference of the prompts on: whatever stands before it is the same on both sides.

    Arrays [layer, head]: `drift`, 0 to ln 2; `entropy_change`, the mean entropy of the rows of B less that of A, nats;
    `unaligned`, the mean attention of both sides on tokens without a partner. `by_query` [layer, head, query], the
    drift of each token of A; `top_layer`, `top_head` [rank], the heads that changed most, and their patterns
    `pattern_a` [rank, query, key], `pattern_b` [rank, other_query, other_key]. Facts: `aligned`, pairs of positions.
    """
    from stratascope.models.attention_drift import AlignedQueries, compare_attention
    from stratascope.models.capture import capture
    from stratascope.models.pair import Side, read_pair

    pair = read_pair(
        ID,
        model,
        None,
        PromptParams.model_construct(prompt=params.prompt, messages=params.messages),
        PromptParams.model_construct(prompt=params.prompt_b, messages=params.messages_b),
        ("prompt", "prompt_b"),
    )
    partners = _partners(pair, params)
    progress(1, 3, "comparing heads")
    pairs = AlignedQueries.of(pair, partners)
    found = compare_attention(pair, pairs)
    progress(2, 3, "comparing heads")
    again = capture(model, pair.a.run.ids, pair.a.run.tokens)
    twice = replace(pair, b=Side(model, again))
    same = compare_attention(twice, AlignedQueries.of(twice, list(range(len(partners)))))
    progress(3, 3, "comparing heads")
    return _grid(pair, partners, pairs, found, params, _checks(pairs, found, same))


def _partners(pair: Pair, params: AttentionDriftParams) -> Partners:
    """For each position of A its partner in B. Raises `unequal_lengths`, `not_aligned` and problems of size."""
    from stratascope.numerics.pairing import partners

    one, other = (side.run.tokens for side in (pair.a, pair.b))
    for tokens, field in ((one, "prompt"), (other, "prompt_b")):
        if len(tokens.ids) > MOST_TOKENS:
            raise _too_large(len(tokens.ids), field)
    if params.alignment == "position" and len(one.ids) != len(other.ids):
        raise Problem(
            "unequal_lengths",
            f"position alignment needs equal lengths ({len(one.ids)} vs {len(other.ids)}).",
            field="alignment",
            remedy="Align equal tokens",
            changes={"alignment": "same"},
        )
    contents = [[token.bytes or token.text for token in tokens.tokens] for tokens in (one, other)]
    found = partners(contents[0], contents[1], params.alignment)
    share = sum(partner is not None for partner in found) / max(len(one.ids), len(other.ids))
    if share < LEAST_ALIGNED:
        raise Problem(
            "not_aligned",
            f"Only {share:.0%} of tokens align; at least {LEAST_ALIGNED:.0%} are needed.",
            field="prompt_b",
            remedy="Compare prompts that share more words",
        )
    if sum(partner is not None for partner in found) < 2:
        raise not_enough_samples(ID, 2, "aligned tokens", 1)
    return found


def _too_large(size: int, field: str) -> Problem:
    return Problem(
        "prompt_too_long",
        f"Attention drift handles at most {MOST_TOKENS} tokens; got {size}.",
        field=field,
        remedy=f"Use a prompt of at most {MOST_TOKENS} tokens",
    )


def _grid(
    pair: Pair,
    partners: Partners,
    pairs: AlignedQueries,
    found: Drifts,
    params: AttentionDriftParams,
    checks: list[Check],
) -> HeadGrid:
    """The result."""
    layers, heads = found.drift.shape
    by_query = np.full((layers, heads, len(partners)), np.nan, dtype=np.float32)
    by_query[..., [i for i, _ in pairs.queries]] = found.by_query
    order = np.argsort(-found.drift.ravel(), kind="stable")[: params.top]
    top = [divmod(int(place), heads) for place in order]
    axes = ("layer", "head")
    alone = len(partners) + len(pair.b.run.ids) - 2 * len(pairs.keys)
    return HeadGrid(
        arrays={
            "drift": Array(values=found.drift, dims=axes),
            "entropy_change": Array(values=found.entropy_change, dims=axes),
            "unaligned": Array(values=found.unaligned, dims=axes),
            "by_query": Array(values=by_query, dims=(*axes, "query"), undefined=ALONE),
        }
        | _patterns(pair, top),
        quantities=_quantities(alone),
        tokens=pair.a.run.tokens.tokens,
        other_tokens=pair.other_tokens(partners),
        facts={
            "aligned": pairs.keys,
            "without_partner": alone,
            "alignment": params.alignment,
            "first_difference": pair.first_difference,
            "compared": [pairs.queries[place][0] for place in pairs.changed],
        },
        summary=_summary(found, int(found.drift.argmax()), len(pairs.changed), alone),
        checks=checks,
    )


def _quantities(alone: int) -> list[Quantity]:
    """What is drawn; attention on tokens without a partner only where there are any."""
    drawn = [
        Quantity(name="drift", label="drift", scale="unc", unit="nats", limits=(0.0, LN2)),
        Quantity(name="entropy_change", label="change of entropy", scale="dif", unit="nats"),
    ]
    if alone:
        drawn.append(Quantity(name="unaligned", label="on tokens without a partner", scale="attn", limits=(0.0, 1.0)))
    return drawn


def _patterns(pair: Pair, top: list[tuple[int, int]]) -> dict[str, Array]:
    """The heads that changed most with their patterns on both sides, in half precision."""
    if not top:
        return {}

    def of(run: Run) -> np.ndarray:
        return np.stack([run.pattern(layer)[head].cpu().numpy() for layer, head in top]).astype(np.float16)

    layer, head = np.array(top, dtype=np.int32).T
    return {
        "top_layer": Array(values=layer, dims=("rank",)),
        "top_head": Array(values=head, dims=("rank",)),
        "pattern_a": Array(values=of(pair.a.run), dims=("rank", "query", "key")),
        "pattern_b": Array(values=of(pair.b.run), dims=("rank", "other_query", "other_key")),
    }


def _checks(pairs: AlignedQueries, found: Drifts, same: Drifts) -> list[Check]:
    before = sorted(set(range(len(pairs.queries))) - set(pairs.changed))
    return [
        Check(
            name="same_before",
            label="no drift before the first difference",
            value=float(found.by_query[..., before].max(initial=0.0)),
            ok=1e-5,
            warn=1e-3,
            explanation="Largest drift of any head at a token that stands before the first difference of the prompts, "
            "where both sides have read the same.",
        ),
        Check(
            name="same_run",
            label="identical prompts give 0",
            value=float(same.drift.max()),
            ok=1e-6,
            warn=1e-3,
            explanation="Largest drift of any head between side A and side A computed a second time.",
        ),
        Check(
            name="mass_kept",
            label="no attention is lost",
            value=found.lost,
            ok=1e-5,
            warn=1e-3,
            explanation="Largest difference between the sum of a row's weights and their sum by class.",
        ),
        Check(
            name="largest_drift",
            label="largest drift",
            value=float(found.drift.max()),
            control=found.between,
            explanation="The largest drift of any head, in nats; the control is the mean drift from one head to its "
            "neighbour within side A: what two heads that do different things differ by.",
        ),
    ]


def _summary(found: Drifts, most: int, compared: int, alone: int) -> str:
    """The most changed head, the layer with the most drift, and what the comparison rests on."""
    layer, head = divmod(most, found.drift.shape[1])
    whole = found.drift.mean(1)
    rest = f"; {alone} tokens have no partner" if alone else ""
    return (
        f"Head {layer}.{head} drifts most, {float(found.drift[layer, head]):.3g} of at most {LN2:.2f} nats; layer "
        f"{int(whole.argmax())} has the largest mean ({float(whole.max()):.3g}). {compared} tokens are compared{rest}."
    )

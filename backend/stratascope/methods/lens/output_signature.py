"""The model's output as a record without names: sorted probabilities, and where the actual tokens stood."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, PromptParams, PromptText, method
from stratascope.problem import Problem, bad_parameter
from stratascope.result import Array, Check, Quantity, TokenScores

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.numerics.signature import Signature

LOWEST = 0.2


class OutputSignatureParams(PromptParams):
    """Which text, which row, and how much of each distribution."""

    lens: Literal["raw", "tuned"] = Field(
        "raw", description="How a row before the output is read: with the model's own head, or translated first."
    )
    response: PromptText = Field(
        "", description="An answer that follows the prompt; then only its tokens enter the numbers of the whole text."
    )
    new_tokens: int = Field(
        0, ge=0, le=256, title="New tokens", description="Tokens the model writes as the answer, where none is given."
    )
    row: int | None = Field(
        None, ge=0, le=512, description="Row of the lens whose predictions are recorded; without one the output."
    )
    top_k: int = Field(
        50, ge=1, le=1000, title="Probabilities kept", description="Largest probabilities kept per position."
    )


def _cost(model: ModelFacts, params: OutputSignatureParams, tokens: int) -> Cost:
    tokens += params.new_tokens
    decoding = model.width * model.vocabulary / max(1, model.parameters)
    stream = 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=1 + params.new_tokens + decoding, bytes=stream + (96 << 20) + 4 * tokens * params.top_k)


@method(
    title="Output signature",
    guide=Guide(
        question="What would each layer predict?",
        purpose="Records every next-token distribution sorted, and where the token that came stood in it.",
        reading="A strongly shaded token is one the model did not expect. Its rank says how many tokens it found more likely, "
        "and the gap how far behind the best one it was. Sorting loses which token is which, on purpose: such a record can "
        "be compared between models and vocabularies. Probabilities cut off by a service are not a full signature.",
        synonyms=(
            "LOS",
            "perplexity",
            "surprisal",
            "min-k",
            "membership",
            "log-probability",
            "gray-box",
            "hallucination",
        ),
        next=("lens/logit-lens", "lens/lens-trajectory", "lens/commitment-layer"),
    ),
    papers=[
        Paper("Learning on LLM Output Signatures for Gray-Box Behavior Analysis", 2025),
        Paper("Identifying and Mitigating the Influence of the Prior Distribution in Large Language Models", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)
def output_signature(model: Model, params: OutputSignatureParams) -> TokenScores:
    """Sort every next-token distribution of a row and find the token that came in it.

    The entry of position t is about the token at t, as predicted one position before. Arrays: `tds` [position, rank], the
    largest log-probabilities in nats, descending; [position]: `atp`, the log-probability of the token that came, and
    `surprise` = −atp; `rank`, how many tokens were more likely; `gap`, how far the best was ahead, in nats; `rank_code`,
    2·(0.5 − rank/V); `entropy` in nats. Perplexity exp(−mean atp) and the mean of the lowest fifth of atp are in the facts.
    """
    import torch

    from stratascope.models.answered import answered
    from stratascope.models.tuned_lens import decoded_stream
    from stratascope.numerics.signature import signature

    row = model.layers if params.row is None else params.row
    if row > model.layers:
        raise bad_parameter("row", f"between 0 and {model.layers}", row)
    tokens, since = answered(model, params, params.response, params.new_tokens)
    if len(tokens.ids) < 2:
        raise Problem(
            "not_enough_samples",
            f"An output signature needs at least 2 tokens; got {len(tokens.ids)}.",
            field="prompt",
            remedy="Use a longer prompt",
        )
    run = model.run_of(tokens)
    x = decoded_stream(model, run, params.lens)[row, :-1]
    found = signature(model.unembedding, x, torch.tensor(tokens.ids[1:]), params.top_k)
    return _scores(model, run, params, found, max(1, since or 1), row)


def _scores(
    model: Model, run: Run, params: OutputSignatureParams, found: Signature, since: int, row: int
) -> TokenScores:
    """The result; `since` is the first position that counts."""
    per_token = {
        "surprise": -found.actual,
        "atp": found.actual,
        "rank": found.place.float(),
        "gap": found.sorted[:, 0] - found.actual,
        "rank_code": 2 * (0.5 - found.place / model.vocabulary),
        "entropy": found.entropy,
    }
    facts = _facts(params, found, since, row)
    shown = found.sorted.shape[1]
    return TokenScores(
        arrays={
            **{name: Array(values=values.numpy(), dims=("position",)) for name, values in per_token.items()},
            "tds": Array(values=found.sorted.numpy(), dims=("position", "rank")),
        },
        quantities=_quantities(model.vocabulary),
        coords={"position": [str(position) for position in range(1, len(run.ids))]},
        tokens=run.tokens.tokens,
        shown={"position": len(run.ids) - 1, "rank": shown},
        total={"position": len(run.ids), "rank": model.vocabulary},
        facts=facts,
        summary=_summary(model, run, found, facts),
        checks=_checks(model, run, found, row),
    )


def _facts(params: OutputSignatureParams, found: Signature, since: int, row: int) -> dict[str, Any]:
    from stratascope.numerics.signature import least_likely

    counted = found.actual[since - 1 :]
    mean = float(counted.double().mean())
    return {
        "lens": params.lens,
        "row": row,
        "n_tokens": len(counted),
        "counted_from": since,
        "mean_atp": mean,
        "perplexity": math.exp(-mean) if mean > -700 else None,
        "lowest_fifth": least_likely(counted, LOWEST),
        "first_choice": float((found.place[since - 1 :] == 0).float().mean()),
    }


def _quantities(vocabulary: int) -> list[Quantity]:
    most = (0.0, math.log(vocabulary))
    return [
        Quantity(name="surprise", label="surprise of the token", scale="unc", unit="nats", limits=most),
        Quantity(name="entropy", label="entropy of the prediction", scale="unc", unit="nats", limits=most),
        Quantity(name="gap", label="how far the best token was ahead", scale="mag", unit="nats"),
        Quantity(name="rank", label="tokens that were more likely", scale="mag"),
    ]


def _checks(model: Model, run: Run, found: Signature, row: int) -> list[Check]:
    from stratascope.models.lens_cells import output_check
    from stratascope.numerics.decoding import output_gap

    inside = found.place < found.sorted.shape[1]
    there = found.sorted.gather(1, found.place.clamp(max=found.sorted.shape[1] - 1)[:, None])[:, 0]
    checks = [
        Check(
            name="kept_mass",
            label="probabilities sum to at most 1",
            value=max(0.0, float(found.sorted.double().exp().sum(-1).max()) - 1.0),
            ok=1e-4,
            warn=1e-2,
            explanation="By how much the kept probabilities of any position exceed 1.",
        ),
        Check(
            name="rank_and_value_agree",
            label="rank and value agree",
            value=float((there - found.actual)[inside].abs().max()) if bool(inside.any()) else 0.0,
            ok=1e-5,
            warn=1e-3,
            explanation="Largest difference between the log-probability of a token that came and the sorted value at its rank.",
        ),
    ]
    own = output_gap(model.unembedding, run.resid, run.own_logits)
    return [output_check(own, over_all=True), *checks] if row == model.layers else checks


def _summary(model: Model, run: Run, found: Signature, facts: dict[str, Any]) -> str:
    at = facts["counted_from"] + int(np.argmin(found.actual[facts["counted_from"] - 1 :].numpy()))
    size = f"{facts['perplexity']:.3g}" if facts["perplexity"] is not None else "beyond every number"
    return (
        f"Perplexity {size} over {facts['n_tokens']} tokens, {facts['first_choice']:.0%} of them the first choice; least "
        f"expected is “{run.tokens.tokens[at].text}” at position {at}, {-float(found.actual[at - 1]):.2f} nats, rank "
        f"{1 + int(found.place[at - 1])} of {model.vocabulary}."
    )

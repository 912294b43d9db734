"""Run difference: from which layer on two runs part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

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
from stratascope.problem import Problem
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.pair import Pair
    from stratascope.models.run import Run
    from stratascope.numerics.pairing import Partners

MEASURES = {"KL": "nats", "cosine distance": "cosine", "relative L2": "lengths"}
"""The measures with their units."""
FLOOR = {name: f"{name} floor" for name in MEASURES}


class RunDifferenceParams(Params):
    """Two prompts, and which position of them is compared."""

    prompt: PromptText = Field("", description="Side A: the text the model reads.", json_schema_extra=SIDE_A)
    messages: Messages | None = Field(
        None, description="Side A as chat messages, in place of a text.", json_schema_extra=SIDE_A
    )
    prompt_b: PromptText = Field(
        "", description="Side B. Without one, the other model reads side A.", json_schema_extra=SIDE_B
    )
    messages_b: Messages | None = Field(
        None, description="Side B as chat messages, in place of a text.", json_schema_extra=SIDE_B
    )
    position: int = Field(
        -1, ge=-1_000_000, le=1_000_000, description="Position of side A that is compared; −1 is the last."
    )
    alignment: Literal["position", "same", "last"] = Field(
        "position",
        title="Align by",
        description="Which position of side B belongs to it: the one of the same number, that of the same token when both "
        "prompts are laid beside each other, or the one as far from the end.",
    )
    floor: Literal["half_precision", "none"] = Field(
        "half_precision", description="What a difference is held against: side A in half precision, or nothing."
    )


def _cost(model: ModelFacts, params: RunDifferenceParams, tokens: int) -> Cost:
    """A, B, A once more, and A in half precision with the copies of the weights that takes."""
    runs, decoded = 4 * 4 * tokens * model.width * 5 * model.layers, 4 * 4 * (model.layers + 1) * model.vocabulary
    half = params.floor == "half_precision"
    return Cost(forwards=4 if half else 3, bytes=runs + decoded + (2 * model.parameters if half else 0))


@method(
    title="Run difference",
    version=1,
    guide=Guide(
        question="How do two runs differ?",
        purpose="Follows layer by layer how far two prompts, two models or both lead apart at one position.",
        reading="Where the KL line leaves its dashed floor for good, the two runs begin to predict something else; the "
        "stream often differs earlier, which the other two lines show. The floor is side A computed in half precision: "
        "a difference below it may be rounding. A cosine distance near 0 can hide a real change behind a few very large "
        "coordinates, so read it beside the KL.",
        synonyms=("prompt difference", "model difference", "A/B", "compare", "where runs part", "fine-tuning", "diff"),
        next=("causal/activation-patching", "lens/logit-lens", "lens/lens-trajectory"),
    ),
    papers=[
        Paper("How Post-Training Reshapes LLMs: A Mechanistic View on Knowledge, Truthfulness, Refusal, and Confidence",
              2025),
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)  # fmt: skip
def run_difference(
    model: Model, params: RunDifferenceParams, other: Model | None = None, progress: Progress = silent
) -> LayerCurve:
    """Compare the streams of two runs at one position, row by row.

    Row l is the stream entering layer l, the last row the output. With a and b the two vectors and p_a, p_b what each
    model's own unembedding makes of them: KL(p_a‖p_b) in nats; cosine distance 1 − cos(a, b); relative L2 ‖a − b‖/‖a‖.
    The floor of each is the same measure between A and A computed again with products in bfloat16. `other` is the model
    of side B, for two models of one shape and tokenizer.

    Arrays: `difference` [series, row], the three measures, each followed by its floor. Facts: `parts_at`, the first row
    from which on the KL stays above its floor, `identical_rows`, the rows before the stream differs at all, `predictions`.
    """
    from stratascope.models.capture import capture
    from stratascope.models.half import half_precision_run
    from stratascope.models.pair import read_pair

    sides = (
        PromptParams.model_construct(prompt=params.prompt, messages=params.messages),
        PromptParams.model_construct(prompt=params.prompt_b, messages=params.messages_b),
    )
    pair = read_pair("comparison/run-difference", model, other, *sides, ("prompt", "prompt_b"))
    partners = _partners(pair, params.alignment)
    at, other_at = _places(pair, params, partners)
    one, two = _column(model, pair.a.run, at), _column(pair.b.model, pair.b.run, other_at)
    progress(2, 4, "running again")
    again = _distances(one, _column(model, capture(model, pair.a.run.ids, pair.a.run.tokens), at))
    progress(3, 4, "running again")
    half = half_precision_run(model, pair.a.run) if params.floor == "half_precision" else None
    floor = {} if half is None else _distances(one, _column(model, half, at))
    progress(4, 4, "running again")
    found = _Found(pair, partners, at, other_at, one, two, _distances(one, two), floor)
    return _curve(found, params, _checks(found, again))


class _Column(NamedTuple):
    """One position of a run through all rows: the stream [row, width] and what it predicts [row, vocabulary], as logs."""

    x: Tensor
    log_p: Tensor


class _Found(NamedTuple):
    """Everything the result is made of: distances are [row] by measure, without any where there is no floor."""

    pair: Pair
    partners: Partners
    at: int
    other_at: int
    one: _Column
    two: _Column
    distances: dict[str, np.ndarray]
    floor: dict[str, np.ndarray]


def _partners(pair: Pair, alignment: Literal["position", "same", "last"]) -> Partners:
    from stratascope.numerics.pairing import partners

    contents = [[token.bytes or token.text for token in side.run.tokens.tokens] for side in (pair.a, pair.b)]
    return partners(contents[0], contents[1], alignment)


def _places(pair: Pair, params: RunDifferenceParams, partners: Partners) -> tuple[int, int]:
    """The compared position of A and its partner in B."""
    from stratascope.models.question import from_front

    tokens = pair.a.run.tokens.tokens
    at = from_front(params.position, len(tokens))
    partner = partners[at]
    if partner is None:
        from_end = params.alignment != "last"
        raise Problem(
            "no_partner",
            f"Position {at} “{tokens[at].text}” of side A has no partner among the {len(pair.b.run.ids)} tokens of side B.",
            field="position",
            remedy="Align from the end" if from_end else "Compare the last position",
            changes={"alignment": "last"} if from_end else {"position": -1},
        )
    return at, partner


def _column(model: Model, run: Run, position: int) -> _Column:
    import torch

    x = run.resid[:, position].float()
    with torch.no_grad():
        return _Column(x, model.unembedding.logits(x).log_softmax(-1))


def _distances(one: _Column, two: _Column) -> dict[str, np.ndarray]:
    """The three measures, each [row]."""
    from stratascope.numerics.difference import cosine_distance, relative_distance
    from stratascope.numerics.divergence import kl

    found = (kl(one.log_p, two.log_p), cosine_distance(one.x, two.x), relative_distance(one.x, two.x))
    return {name: values.double().cpu().numpy() for name, values in zip(MEASURES, found, strict=True)}


def _curve(found: _Found, params: RunDifferenceParams, checks: list[Check]) -> LayerCurve:
    """The measures with their floors."""
    from stratascope.numerics.difference import parts_at
    from stratascope.numerics.lens import row_labels

    pair, labels = found.pair, row_labels(found.pair.a.model.layers)
    series = _series(found)
    values = np.stack(list(series.values())).astype(np.float32)
    parts = parts_at(found.distances["KL"].tolist(), found.floor.get("KL", np.zeros(len(labels))).tolist())
    changed = np.flatnonzero((found.one.x != found.two.x).any(-1).cpu().numpy())
    identical = int(changed[0]) if changed.size else len(labels)
    return LayerCurve(
        arrays={"difference": Array(values=values, dims=("series", "row"), undefined=_undefined(values))},
        quantities=[Quantity(name="difference", label="difference", scale="unc", unit="nats")],
        coords={"series": list(series), "row": labels},
        tokens=pair.a.run.tokens.tokens,
        other_tokens=pair.other_tokens(found.partners),
        facts={
            "position": found.at,
            "other_position": found.other_at,
            "alignment": params.alignment,
            "models": {"a": pair.a.model.id, "b": pair.b.model.id},
            "parts_at": parts,
            "identical_rows": identical,
            "first_difference": pair.first_difference,
            "predictions": {"a": _prediction(pair.a.model, found.one), "b": _prediction(pair.b.model, found.two)},
            "units": MEASURES | {FLOOR[measure]: unit for measure, unit in MEASURES.items() if found.floor},
        },
        summary=_summary(found, labels, parts, identical),
        checks=checks,
        warnings=_warnings(found, params),
    )


def _series(found: _Found) -> dict[str, np.ndarray]:
    """Every measure with its floor behind it."""
    series = {}
    for measure, values in found.distances.items():
        series[measure] = values
        if found.floor:
            series[FLOOR[measure]] = found.floor[measure]
    return series


def _undefined(values: np.ndarray) -> str | None:
    return "a vector of length 0 has no direction" if np.isnan(values).any() else None


def _prediction(model: Model, column: _Column) -> dict[str, Any]:
    """The most likely next token of the output row."""
    best = int(column.log_p[-1].argmax())
    return {"id": best, "text": model.token(best).text, "probability": float(column.log_p[-1, best].exp())}


def _checks(found: _Found, again: dict[str, np.ndarray]) -> list[Check]:
    aligned = sum(partner is not None for partner in found.partners)
    total = max(len(found.partners), len(found.pair.b.run.ids))
    return [
        Check(
            name="same_run",
            label="identical runs give 0",
            value=float(max(np.nan_to_num(values).max() for values in again.values())),
            ok=1e-6,
            warn=1e-3,
            explanation="Largest of the three measures between side A and side A computed a second time.",
        ),
        Check(
            name="matches_output",
            label="matches model output",
            value=max(_gap(side.run) for side in (found.pair.a, found.pair.b)),
            ok=1e-4,
            warn=1e-2,
            explanation="Largest difference, on either side, between the last position's logits decoded from the output row "
            "and those that the model itself returned.",
        ),
        Check(
            name="aligned",
            label=f"aligned {aligned} of {total}",
            value=None,
            explanation="Positions of side A that have a partner in side B, of the positions of the longer side.",
        ),
    ]


def _gap(run: Run) -> float:
    return float((run.logits([len(run.ids) - 1])[0] - run.own_logits).abs().max())


def _warnings(found: _Found, params: RunDifferenceParams) -> list[str]:
    if params.floor == "half_precision" and not found.floor:
        return ["The model is in half precision itself, so there is no floor; small differences may be rounding."]
    return []


def _summary(found: _Found, labels: list[str], parts: int | None, identical: int) -> str:
    """Where the runs part, in words."""
    last = float(found.distances["KL"][-1])
    where = f"At position {found.at} “{found.pair.a.run.tokens.tokens[found.at].text}”"
    if identical == len(labels):
        return f"{where} the two runs are the same in all {identical} rows."
    floor = f" (floor {float(found.floor['KL'][-1]):.2g})" if found.floor else ""
    if parts is None:
        return f"{where} the predictions never part for good: the KL at the output is {last:.3g} nats{floor}."
    return (
        f"{where} the predictions part from row {labels[parts]} on and end {last:.3g} nats apart{floor}; the streams are "
        f"equal in the first {identical} of {len(labels)} rows."
    )

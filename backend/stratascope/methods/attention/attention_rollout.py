"""Attention rollout: attention traced back from one position to the prompt, through all layers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, method, silent
from stratascope.methods.attention import Mixed, MixingParams, unlike_even
from stratascope.models.question import from_front
from stratascope.problem import Problem
from stratascope.result import Array, Check, FlowGraph, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run

MOST_TOKENS = 512
NOT_INPUT = "a token of the prompt lies below all layers"


class AttentionRolloutParams(MixingParams):
    """Which position is traced back, what one layer does to the positions, and which edges are kept."""

    least: float = Field(
        0.02, ge=0.001, le=0.5, title="Smallest edge", description="Edges that carry less than this share are not kept."
    )


def _cost(model: ModelFacts, params: AttentionRolloutParams, tokens: int) -> Cost:
    square = 4 * tokens * tokens
    stored = 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=1.2, bytes=stored + square * (4 * model.layers + 4 * model.heads))


@method(
    title="Attention rollout",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Traces a position back to the tokens of the prompt through the attention of all layers.",
        reading="Follow the lines from the top down: a line is as wide as the share of the position that has come that "
        "way by attention alone, and its ends at the bottom are the tokens of the prompt. It knows nothing of values, "
        "MLPs and norms, and early tokens gain by being passed on at every layer, so compare with even attention and "
        "prefer an attribution for claims.",
        synonyms=(
            "attention flow",
            "trace back",
            "information flow",
            "token mixing",
            "attention hops",
            "path of attention",
        ),
        next=("attention/attention-pattern", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("Quantifying Attention Flow in Transformers", 2020),
        Paper("DecompX: Explaining Transformers Decisions by Propagating Token Decomposition", 2023),
        Paper("Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning", 2025),
    ],
    requires=("causal", "patterns"),
    cost=_cost,
)
def attention_rollout(model: Model, params: AttentionRolloutParams, progress: Progress = silent) -> FlowGraph:
    """Multiply the attention of all layers, R = Ã_{L−1} … Ã_0, and follow one row of R back to the prompt.

    Ã_l = residual · I + (1 − residual) · A_l with A_l the heads' weights as one, rows scaled to sum to 1. An edge of
    layer l leads from position s before it to position t behind it and carries c_{l+1}[t] Ã_l[t, s], where c_{l+1}[t]
    is the share of the traced position that has come down to t; the edges of one layer carry 1 together.

    Arrays: `source`, `target`, `weight` [edge], those that carry at least `least` and the largest of each layer, by
    size; `layer`, `position`, `depth` [node], tokens of the prompt without a layer; `rollout` [position], the row of R;
    `even` [position], the same for attention spread evenly; `by_row` [row, position], what the traced position is mixed
    of before each layer. Shares.
    """
    run = model.read(params)
    size = len(run.ids)
    if size > MOST_TOKENS:
        raise _too_long(size)
    at = from_front(params.position, size)
    found = _followed(run, model.layers, params, at)
    progress(1, 1, "multiplying layers")
    graph = _graph([edges.cpu().numpy() for edges in found.edges], [token.text for token in run.tokens.tokens], params)
    by_row = found.rows[:, at].cpu().numpy()
    even = found.even[at].cpu().numpy()
    return FlowGraph(
        arrays=graph.arrays
        | {
            "rollout": Array(values=by_row[-1], dims=("position",)),
            "even": Array(values=even, dims=("position",)),
            "by_row": Array(values=by_row, dims=("row", "position")),
        },
        quantities=[Quantity(name="weight", label="share that passes", scale="attn", limits=(0.0, 1.0))],
        coords={"node": graph.nodes, "row": [str(row) for row in range(model.layers + 1)]},
        tokens=run.tokens.tokens,
        shown={"edge": len(graph.arrays["weight"].values)},
        total={"edge": graph.total},
        facts={"position": at, "total_weight": float(model.layers), "row_mass": found.mixed.row_mass},
        summary=_summary(run, at, by_row[-1], even),
        checks=[*_checks(found, at), unlike_even(by_row[-1], even)],
        warnings=found.mixed.warnings(),
    )


class _Followed(NamedTuple):
    """The mixtures, their products [row, query, key], the last of even attention, and edges [query, key] by layer."""

    mixed: Mixed
    rows: Tensor
    even: Tensor
    edges: list[Tensor]


def _followed(run: Run, layers: int, params: AttentionRolloutParams, at: int) -> _Followed:
    from stratascope.numerics.rollout import rollout, traced

    mixed = Mixed(run, layers, params)
    return _Followed(mixed, rollout(mixed.own), rollout(mixed.even)[-1], traced(mixed.own, at))


def _too_long(size: int) -> Problem:
    return Problem(
        "prompt_too_long",
        f"Rollout handles at most {MOST_TOKENS} tokens; got {size}.",
        field="prompt",
        remedy=f"Use a prompt of at most {MOST_TOKENS} tokens",
    )


class _Graph(NamedTuple):
    """Arrays over edges and nodes, the nodes' names, and how many edges carry anything at all."""

    arrays: dict[str, Array]
    nodes: list[str]
    total: int


def _graph(edges: list[np.ndarray], texts: list[str], params: AttentionRolloutParams) -> _Graph:
    """Edges that carry enough, and the largest of each layer, between (row, position) nodes: row 0 is the prompt."""
    kept = [np.nonzero(carried >= min(params.least, float(carried.max()))) for carried in edges]
    weight = np.concatenate([carried[cells] for carried, cells in zip(edges, kept, strict=True)])
    ends = [(layer, t, s) for layer, cells in enumerate(kept) for t, s in zip(*cells, strict=True)]
    order = np.argsort(-weight, kind="stable")
    places = sorted({(layer, s) for layer, _, s in ends} | {(layer + 1, t) for layer, t, _ in ends})
    number = {place: node for node, place in enumerate(places)}
    rows, positions = np.array(places, dtype=np.int32).T
    return _Graph(
        {
            "source": Array(values=_numbers([number[layer, s] for layer, _, s in ends], order), dims=("edge",)),
            "target": Array(values=_numbers([number[layer + 1, t] for layer, t, _ in ends], order), dims=("edge",)),
            "weight": Array(values=weight[order], dims=("edge",)),
            "layer": Array(values=rows - 1, dims=("node",)),
            "position": Array(values=positions, dims=("node",)),
            "depth": Array(
                values=np.where(rows > 0, rows, np.nan).astype(np.float32), dims=("node",), undefined=NOT_INPUT
            ),
        },
        [_name(row, position, texts[position]) for row, position in places],
        int(sum((carried > 0).sum() for carried in edges)),
    )


def _numbers(values: list[int], order: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.array(values, dtype=np.int32)[order]
    return found


def _name(row: int, position: int, text: str) -> str:
    """A node by its token and position, behind a layer by that too."""
    return f"{text.strip()} {position}" if row == 0 else f"{text.strip()} {position}, L{row - 1}"


def _checks(found: _Followed, at: int) -> list[Check]:
    whole = found.rows[-1]
    return [
        Check(
            name="edges_add_up",
            label="edges add up to the product",
            value=float((found.edges[0].sum(0) - whole[at]).abs().max()),
            ok=1e-5,
            warn=1e-3,
            explanation="Largest difference between what the edges bring to a token of the prompt and its entry in the "
            "product of all layers.",
        ),
        Check(
            name="rows_sum_to_one",
            label="rows sum to 1",
            value=float((whole.sum(-1) - 1).abs().max()),
            ok=1e-4,
            warn=1e-2,
            explanation="Largest difference of a row's sum in the product of all layers from 1.",
        ),
        Check(
            name="no_look_ahead",
            label="no look-ahead",
            value=float(whole.triu(1).abs().max()),
            ok=0.0,
            warn=1e-6,
            explanation="Largest share that comes from a token after the one it goes to.",
        ),
    ]


def _summary(run: Run, at: int, share: np.ndarray, even: np.ndarray) -> str:
    """Where the traced position comes from, and which token exceeds even attention most."""

    def named(position: int) -> str:
        return f"“{run.tokens.tokens[position].text}” at {position}"

    best, gained = int(share.argmax()), int((share - even).argmax())
    return (
        f"By attention alone {named(at)} is mixed most of {named(best)} ({float(share[best]):.2f}); beyond even "
        f"attention {named(gained)} gains most ({float(share[gained]):.2f}, evenly {float(even[gained]):.2f})."
    )

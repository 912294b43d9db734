"""Attention flow: how much of each token could reach a position at most, if attention were pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stratascope.method import Cost, Guide, ModelFacts, Paper, Progress, method, silent
from stratascope.methods.attention import Mixed, MixingParams, unlike_even
from stratascope.models.question import from_front
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, TokenScores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from stratascope.models.model import Model

MOST_TOKENS, MOST_LAYERS = 64, 32


class AttentionFlowParams(MixingParams):
    """Which position is asked about, and what one layer does to the positions."""


def _cost(model: ModelFacts, params: AttentionFlowParams, tokens: int) -> Cost:
    """A forward pass, and some hundred bytes for each pipe."""
    pipes = model.layers * tokens * tokens // 2
    return Cost(forwards=1.2, bytes=4 * tokens * model.width * 5 * model.layers + 600 * pipes)


@method(
    title="Attention flow",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Measures how much of each token of the prompt could reach a position at most through attention alone.",
        reading="Attention is taken as pipes: a layer lets as much of one position through to another as it attends to "
        "it. A token at 1 could reach the position undiminished, at 0 not at all; each is measured by itself, so they "
        "do not sum to 1. It is a bound and never below the rollout, knows nothing of values, MLPs and norms, and "
        "favours early tokens, which have more ways.",
        synonyms=(
            "maximum flow",
            "max flow",
            "min cut",
            "attention rollout",
            "information flow",
            "trace back",
            "bottleneck",
        ),
        next=("attention/attention-rollout", "attention/attention-pattern", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("Quantifying Attention Flow in Transformers", 2020),
        Paper("DecompX: Explaining Transformers Decisions by Propagating Token Decomposition", 2023),
    ],
    requires=("causal", "patterns"),
    cost=_cost,
    job=True,
)
def attention_flow(model: Model, params: AttentionFlowParams, progress: Progress = silent) -> TokenScores:
    """Find the largest flow from one position behind the last layer to each token of the prompt.

    The network has a node for every position in front of every layer and behind the last. From position t behind layer
    l to position s in front of it leads a pipe of capacity Ã_l[t, s], Ã_l = residual · I + (1 − residual) · A_l with
    A_l the heads' weights as one, rows scaled to sum to 1. Capacities are rounded to millionths.

    Arrays [position], 0 to 1: `flow`, each token's own largest flow; `even`, the same for attention spread evenly;
    `rollout`, the share that arrives when each position passes on what it has in proportion to its attention.
    """
    run = model.read(params)
    size = len(run.ids)
    if size > MOST_TOKENS or model.layers > MOST_LAYERS:
        raise _too_large(size, model.layers)
    at = from_front(params.position, size)
    mixed = Mixed(run, model.layers, params)
    own = _flows(mixed.own, at, progress, 0)
    even = _flows(mixed.even, at, progress, size)
    share = _rollout(mixed.own, at)
    arrays = {"flow": own.flow, "even": even.flow, "rollout": share}
    return TokenScores(
        arrays={name: Array(values=values, dims=("position",)) for name, values in arrays.items()},
        quantities=[
            Quantity(name="flow", label="largest flow", scale="attn", limits=(0.0, 1.0)),
            Quantity(name="rollout", label="rollout", scale="attn", limits=(0.0, 1.0)),
            Quantity(name="even", label="largest flow of even attention", scale="attn", limits=(0.0, 1.0)),
        ],
        tokens=run.tokens.tokens,
        facts={"position": at, "row_mass": mixed.row_mass},
        summary=_summary([token.text for token in run.tokens.tokens], at, own.flow, even.flow),
        checks=[*_checks(own, share), unlike_even(_shares(own.flow), _shares(even.flow))],
        warnings=mixed.warnings(),
    )


class _Flows(NamedTuple):
    """The largest flow to each token [position], and how far any of them is from the cut behind it."""

    flow: np.ndarray
    gap: float


def _flows(mixtures: Sequence[Tensor], at: int, progress: Progress, done: int) -> _Flows:
    from stratascope.numerics.max_flow import UNITS, layered

    size, rows = len(mixtures[0]), len(mixtures)
    network = layered([each.cpu().numpy() for each in mixtures], at)
    flow, gap = np.zeros(size, dtype=np.float32), 0
    for token in range(at + 1):
        found = network.largest(rows * size + at, token)
        flow[token], gap = found.value / UNITS, max(gap, abs(found.value - found.cut))
        progress(done + token + 1, done + size, "finding largest flows")
    return _Flows(flow, gap / UNITS)


def _rollout(mixtures: Sequence[Tensor], at: int) -> np.ndarray:
    from stratascope.numerics.rollout import rollout

    found: np.ndarray = rollout(mixtures)[-1, at].cpu().numpy()
    return found


def _shares(flow: np.ndarray) -> np.ndarray:
    found: np.ndarray = flow / max(float(flow.sum()), 1e-12)
    return found


def _too_large(size: int, layers: int) -> Problem:
    return Problem(
        "prompt_too_long",
        f"Attention flow handles at most {MOST_TOKENS} tokens and {MOST_LAYERS} layers; got {size} tokens, {layers} "
        "layers. Use rollout.",
        field="prompt",
        remedy=f"Use a prompt of at most {MOST_TOKENS} tokens, or attention rollout",
    )


def _checks(own: _Flows, share: np.ndarray) -> list[Check]:
    return [
        Check(
            name="equals_cut",
            label="no larger flow exists",
            value=own.gap,
            ok=0.0,
            warn=1e-6,
            explanation="Largest difference between a flow and the capacity of a cut through the network, which no "
            "flow can exceed; 0 proves that each is the largest.",
        ),
        Check(
            name="not_below_rollout",
            label="not below the rollout",
            value=float((share - own.flow).max()),
            ok=1e-4,
            warn=1e-2,
            explanation="How far the rollout exceeds the largest flow for any token; the rollout is itself a flow "
            "through these pipes, so it cannot, but for rounding.",
        ),
    ]


def _summary(texts: list[str], at: int, flow: np.ndarray, even: np.ndarray) -> str:
    """Which token could reach the position most, and which more than under even attention."""
    best, gained = int(flow.argmax()), int((flow - even).argmax())
    return (
        f"“{texts[at]}” at {at} could be reached most by “{texts[best]}” at {best} ({float(flow[best]):.2f}); beyond "
        f"even attention “{texts[gained]}” at {gained} gains most ({float(flow[gained]):.2f}, evenly "
        f"{float(even[gained]):.2f})."
    )

"""One head on the standard probe of roles, random tokens that stand twice, and what feeds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from stratascope.models.capture import capture
from stratascope.models.probe_tokens import repeated_tokens
from stratascope.numerics.attention import (
    ROLES,
    Role,
    role_mask,
    role_score,
    seen,
    sink_share,
    spread,
    visible_keys,
)
from stratascope.numerics.composition import composition, random_composition

if TYPE_CHECKING:
    from stratascope.models.head_weights import HeadReader
    from stratascope.models.model import Model

Side = Literal["query", "key", "value"]
SIDES: tuple[Side, ...] = ("query", "key", "value")
_LEAST_RANDOM = 200


@dataclass(frozen=True)
class Probe:
    """Means over sequences: `scores` and what even attention scores, by role; `sink` and `entropy` with theirs; `pattern`
    [query, key]; `ids` of the first sequence; `off`, the largest difference of a row's sum from 1."""

    scores: dict[Role, float]
    chance: dict[Role, float]
    sink: float
    even_sink: float
    entropy: float
    pattern: Tensor
    ids: list[int]
    off: float


def probe_head(model: Model, layer: int, head: int, k: int, batch: int, seed: int) -> Probe:
    """Capture the probe and read one head's patterns."""
    sequences = repeated_tokens(model, k, batch, seed)
    patterns = []
    keys = torch.empty(0)
    for ids in sequences:
        run = capture(model, ids)
        patterns.append(run.pattern(layer)[head])
        keys = visible_keys(run.record(layer).additive_mask, len(ids)).to(patterns[-1].device)
    visible = seen(keys).float()
    even = visible / visible.sum(-1, keepdim=True)
    masks = [{role: role_mask(torch.tensor(ids, device=keys.device), role) for role in ROLES} for ids in sequences]
    each = list(zip(patterns, masks, strict=True))
    return Probe(
        scores={role: _mean([role_score(pattern, mask[role]) for pattern, mask in each]) for role in ROLES},
        chance={role: _mean([role_score(even, mask[role]) for mask in masks]) for role in ROLES},
        sink=_mean([sink_share(pattern) for pattern in patterns]),
        even_sink=float(sink_share(even)),
        entropy=_mean([spread(pattern, keys) for pattern in patterns]),
        pattern=torch.stack(patterns).mean(0),
        ids=sequences[0],
        off=max(float((pattern.sum(-1) - 1).abs().max()) for pattern in patterns),
    )


@dataclass(frozen=True)
class Feeds:
    """Composition scores of every head with one side of a later head: `scores` [layer, head], NaN from its own layer on.
    `control` is the mean of heads turned at random, `bound` their 95 % quantile; NaN for a head of the first layer."""

    scores: Tensor
    control: float
    bound: float


def feeds(model: Model, reader: HeadReader, layer: int, head: int, seed: int) -> dict[Side, Feeds]:
    """What the earlier heads write that lies where this head's queries, keys and values are read from."""
    own = reader.layer(layer).folded()
    query, key, value, output = (each[head] for each in (own.query, own.key, own.value, own.output))
    factors: dict[Side, tuple[Tensor, Tensor]] = {
        "query": (query, key), "key": (key, query), "value": (value, output.T),
    }  # fmt: skip
    scores = {side: torch.full((model.layers, model.heads), float("nan"), dtype=torch.float64) for side in SIDES}
    random: dict[Side, list[Tensor]] = {side: [] for side in SIDES}
    draws = -(-_LEAST_RANDOM // max(1, layer * model.heads))
    for earlier in range(layer):
        weights = reader.layer(earlier).folded()
        for side, (left, right) in factors.items():
            scores[side][earlier] = composition(weights.value, weights.output, left, right).cpu()
            drawn = random_composition(weights.value, weights.output, left, right, draws, seed + earlier)
            random[side].append(drawn.flatten().cpu())
    return {side: _fed(scores[side], random[side]) for side in SIDES}


def _fed(scores: Tensor, random: list[Tensor]) -> Feeds:
    nothing = float("nan")
    if not random or bool(torch.cat(random).isnan().all()):
        return Feeds(scores.float(), nothing, nothing)
    drawn = torch.cat(random)
    return Feeds(scores.float(), float(drawn.nanmean()), float(drawn.nanquantile(0.95)))


def _mean(values: list[Tensor]) -> float:
    return float(torch.stack(values).mean())

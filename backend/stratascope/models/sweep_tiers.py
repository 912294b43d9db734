"""How a model's runs are repeated with patches: the cheapest way that is exact for it, found out by trying."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, Protocol
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from stratascope.models.capture import capture
from stratascope.models.edit import Patch, Rerun, Site, values_at
from stratascope.models.probe_tokens import ordinary_tokens
from stratascope.models.sweep import Sweep

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run

Tier = Literal["rows", "prompts"]
TIERS: dict[Tier, str] = {
    "rows": "restarts at the patched layer and position",
    "prompts": "restarts at the patched layer, with the whole prompt",
}
_TRIAL_TOKENS = 5
_TOLERANCE = 1e-3
"""Difference between the two ways, relative to the length of the stream, in single precision."""
_ROUNDED_TOLERANCE = 0.1
"""The same where weights are rounded: rows that are multiplied in other groups are rounded in another way."""

_tiers: WeakKeyDictionary[Model, Tier] = WeakKeyDictionary()


class Sweeper(Protocol):
    """A run that can be repeated with patches."""

    def outcomes(self, site: Site, patches: Sequence[Patch], position: int) -> Iterator[tuple[list[int], Tensor]]:
        """The stream that leaves the last layer at a position under each patch: (which patches, [patch, width]), in groups.

        Groups come as they are done, not in the order of the patches.
        """


def sweeper(model: Model, run: Run) -> Sweeper:
    """What repeats a run of this model. Making one takes a forward pass, in which the layers' arguments are noted."""
    return Sweep(model, run) if tier_of(model) == "rows" else Rerun(model, run)


def tier_of(model: Model) -> Tier:
    """Which way is exact for a model; tried once for each, on a prompt of a few tokens."""
    known = _tiers.get(model)
    if known is None:
        before = model.runs.forwards
        known = _tiers[model] = "rows" if _rows_are_exact(model) else "prompts"
        model.runs.forwards = before  # a trial of the model is no part of the analysis that happened to come first
    return known


def _rows_are_exact(model: Model) -> bool:
    pool = ordinary_tokens(model)[: 2 * _TRIAL_TOKENS]
    one, two = (
        capture(model, [pool[i % len(pool)] for i in range(at, at + _TRIAL_TOKENS)]) for at in (0, _TRIAL_TOKENS)
    )
    whole, rounded = Rerun(model, one), model.unembedding.weight.dtype != torch.float32
    tolerance = _ROUNDED_TOLERANCE if rounded else _TOLERANCE
    try:
        rows = Sweep(model, one)
        return all(_gap(whole, rows, site, values_at(two, site)) <= tolerance for site in _sites(model))
    except Exception:  # whatever a layer says to being called in this way, it says that it cannot be
        return False


def _sites(model: Model) -> list[Site]:
    layers = model.structure.layers
    parts: list[Site] = ["resid_pre"]
    parts += ["attn_out"] if all(layer.attention_output is not None for layer in layers) else []
    parts += ["mlp_out"] if all(layer.mlp_outputs for layer in layers) else []
    return parts


def _gap(whole: Rerun, rows: Sweep, site: Site, given: Tensor) -> float:
    """Largest distance between the two ways over all layers, relative to the length of the stream."""
    patches = [Patch(layer, [1], values[1][None]) for layer, values in enumerate(given)]
    found = []
    for way in (whole, rows):
        stream = torch.empty(len(patches), given.shape[-1])
        for numbers, values in way.outcomes(site, patches, _TRIAL_TOKENS - 1):
            stream[numbers] = values.float().cpu()
        found.append(stream)
    return float(((found[0] - found[1]).norm(dim=-1) / found[0].norm(dim=-1).clamp(min=1e-6)).max())

"""What the structure of a running model cannot tell, by model type. Everything else is found (see `structure`).

Layers, attention, projections, norms and multipliers show themselves while a model runs. What happens to the logits
behind the unembedding does not: it is arithmetic between modules, governed by configuration fields whose names differ.
Whatever is assumed here is measured when a model is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """logits = cap(unembedding · scale / divisor), by the names of configuration fields that may be absent."""

    scale: str = "logit_scale"
    divisor: str = "logits_scaling"
    cap: str = "final_logit_softcapping"


DEFAULT = Family()

FAMILIES: dict[str, Family] = {
    "falcon_h1": Family(scale="lm_head_multiplier"),
}
"""Exceptions only; a model type that is not here gets `DEFAULT`."""

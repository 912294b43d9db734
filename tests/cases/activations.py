"""Requests to the methods of the activations family."""

from typing import Any

SMALL: dict[str, dict[str, Any]] = {}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "activations_residual_norms": ("activations/residual-norms", {}),
    "activations_sublayer_contribution": ("activations/sublayer-contribution", {"per_token": True}),
}

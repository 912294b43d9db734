"""Requests to the latent trajectory."""

from typing import Any

_ID = "activations/latent-trajectory"

SMALL: dict[str, dict[str, Any]] = {_ID: {"segment_tokens": 1}}

PAGE: dict[str, dict[str, Any]] = {_ID: {"segment_tokens": 2}}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "activations_latent_trajectory": (_ID, {"segment_tokens": 2}),
    "activations_latent_trajectory_answer": (_ID, {"new_tokens": 4, "segment_tokens": 1}),
    "activations_latent_trajectory_texts": (_ID, {"prompts": ["w5 w9 w3 w1", "w3 w9 w3 w9"], "segment_tokens": 1}),
}

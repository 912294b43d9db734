"""Requests to the methods of the steering family."""

from typing import Any

_LISTS = {"positive": ["w5 w9", "w6 w9", "w8 w2 w9", "w3 w9"], "negative": ["w1 w9", "w2 w9", "w4 w2 w9", "w7 w9"]}
"""Two groups of texts for a direction."""
_FEW = {"positive": ["w5 w9", "w6 w9", "w8 w9"], "negative": ["w1 w9", "w2 w9", "w4 w9"], "max_new_tokens": 4}

SMALL: dict[str, dict[str, Any]] = {
    "steering/generate-compare": _FEW,
    "steering/strength-sweep": _FEW | {"strengths": [-1.0, 0.0, 1.0]},
}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "steering_generate_compare": ("steering/generate-compare", {**_LISTS, "strength": -1.5, "max_new_tokens": 5}),
    "steering_generate_compare_sampled": (
        "steering/generate-compare",
        {
            **_LISTS,
            "mode": "clamp",
            "positions": "generated",
            "layer": 0,
            "temperature": 0.8,
            "top_p": 0.9,
            "max_new_tokens": 4,
        },
    ),
    "steering_strength_sweep": (
        "steering/strength-sweep",
        {**_LISTS, "strengths": [-2.0, 1.0, 2.0], "target": ["w3", "w4"], "distractor": "w7", "max_new_tokens": 5},
    ),
}

"""Requests to the methods of the comparison family."""

from typing import Any

SMALL: dict[str, dict[str, Any]] = {}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "comparison_run_difference": ("comparison/run-difference", {"floor": "none"}),
    "comparison_run_difference_longer": (
        "comparison/run-difference",
        {"prompt_b": "w9 w5 w9 w3 w5 w9", "alignment": "same", "position": 3, "floor": "none"},
    ),
}

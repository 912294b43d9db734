"""Requests to the methods of the tokenization family."""

from typing import Any

_DATES = ["2025-03-12", "20250312", "March 12, 2025"]

_ENDS = [f"w{i} w{j}" for i in range(1, 9) for j in range(10, 14)]

SMALL: dict[str, dict[str, Any]] = {
    "tokenization/compensation-depth": {"count": 64},
}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "tokenization_token_boundaries": ("tokenization/token-boundaries", {"overlay": "number"}),
    "tokenization_boundary_alignment": ("tokenization/boundary-alignment", {"overlay": "code"}),
    "tokenization_fragmentation": ("tokenization/fragmentation", {"reference": "w5 w9 w3"}),
    "tokenization_tokenizer_compare": ("tokenization/tokenizer-compare", {}),
    "tokenization_rewrite_drift": ("tokenization/rewrite-drift", {"variant": "w5 w9  w7 w5 w9", "continuation": " w3"}),
    "tokenization_compensation_depth": (
        "tokenization/compensation-depth",
        {"positive": [f"{end} w5" for end in _ENDS], "negative": [f"{end} w9" for end in _ENDS]},
    ),
    "tokenization_date_fragmentation": ("tokenization/date-fragmentation", {"dates": _DATES}),
}

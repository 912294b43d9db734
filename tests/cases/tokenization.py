"""Requests to the methods of the tokenization family."""

from typing import Any

SMALL: dict[str, dict[str, Any]] = {}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "tokenization_token_boundaries": ("tokenization/token-boundaries", {"overlay": "number"}),
}

"""Requests to the methods of the specimen family."""

from typing import Any

SMALL: dict[str, dict[str, Any]] = {}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "specimen_finding": ("specimen/finding", {"finding": "attention-sink"}),
}

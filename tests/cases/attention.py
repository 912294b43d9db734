"""Requests to the methods of the attention family."""

from typing import Any

SMALL: dict[str, dict[str, Any]] = {
    "attention/head-scores": {"k": 12, "batch": 1},
}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "attention_attention_pattern": ("attention/attention-pattern", {"layers": [1], "heads": "all"}),
    "attention_attention_pattern_logits": (
        "attention/attention-pattern",
        {"layers": [2], "heads": [0], "view": "logits"},
    ),
    "attention_attention_pattern_values": (
        "attention/attention-pattern",
        {"layers": [0], "heads": [1], "view": "value_weighted"},
    ),
    "attention_head_scores": ("attention/head-scores", {"source": "prompt"}),
}

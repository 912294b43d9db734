"""Requests to the methods of the attention family."""

from typing import Any

_LONG = " ".join(["the cat sat on the capital of paris and"] * 4)
_LONG_WORDS = " ".join(f"w{1 + 7 * number % 50}" for number in range(36))
_STORY = (
    "Alice had a wonderful cat. Every morning the cat sat on the green mountain and looked at the sea. One day a bird came "
    "from Paris and said that the capital of France is Paris. The cat was very happy and went home."
)

SMALL: dict[str, dict[str, Any]] = {
    "attention/head-scores": {"k": 12, "batch": 1},
    "attention/copying-score": {"sample": 20},
    "attention/attention-locality": {"prompts": [_LONG, _LONG]},
    "attention/head-profile": {"layer": 1, "k": 10, "batch": 1, "sample": 50, "top": 2},
}

PAGE: dict[str, dict[str, Any]] = {
    "attention/attention-locality": {"prompts": [_STORY]},
}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "attention_inflection_layers": ("attention/inflection-layers", {"entropy_quantile": 0.67, "decay": 1.0}),
    "attention_inflection_layers_prompts": (
        "attention/inflection-layers",
        {"prompts": ["w5 w9 w3", "w9 w7 w5 w9"], "loss": "last_token"},
    ),
    "attention_attention_drift": ("attention/attention-drift", {"top": 1}),
    "attention_attention_drift_longer": (
        "attention/attention-drift",
        {"prompt_b": "w9 w5 w9 w3 w5 w9", "alignment": "same", "top": 0},
    ),
    "attention_attention_flow": ("attention/attention-flow", {}),
    "attention_attention_rollout": ("attention/attention-rollout", {"drop_sink": True}),
    "attention_attention_pattern": ("attention/attention-pattern", {"layers": [1], "heads": "all"}),
    "attention_attention_pattern_logits": (
        "attention/attention-pattern",
        {"layers": [2], "heads": [0], "view": "logits"},
    ),
    "attention_attention_pattern_values": (
        "attention/attention-pattern",
        {"layers": [0], "heads": [1], "view": "value_weighted"},
    ),
    "attention_copying_score": ("attention/copying-score", {}),
    "attention_copying_score_topk": ("attention/copying-score", {"measure": "topk", "topk": 3}),
    "attention_successor_score": ("attention/successor-score", {"items": ["w1", "w2", "w3", "w4", "w5", "w6"]}),
    "attention_attention_entropy": ("attention/attention-entropy", {}),
    "attention_attention_entropy_several": (
        "attention/attention-entropy",
        {"prompts": ["w5 w9 w3", "w1 w2 w1 w2"], "normalize": False},
    ),
    "attention_attention_sink": ("attention/attention-sink", {}),
    "attention_attention_sink_tokens": ("attention/attention-sink", {"sink_tokens": ["w9"]}),
    "attention_attention_locality": ("attention/attention-locality", {"prompts": [_LONG_WORDS], "window": 4}),
    "attention_attention_received": ("attention/attention-received", {}),
    "attention_span_attention": ("attention/span-attention", {"spans": ["w5 w9", "w3"], "measure": "enrichment"}),
    "attention_head_profile": (
        "attention/head-profile",
        {"layer": 2, "head": 1, "k": 10, "batch": 2, "sample": 50, "top": 2},
    ),
    "attention_head_scores": ("attention/head-scores", {"source": "prompt"}),
}

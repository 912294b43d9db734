"""What is written down: one request per file, answered on the golden model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from stratascope.document import Document
from tests.methods.call import call, catalogue
from tests.planted import golden_model

FOLDER = Path(__file__).parent
PROMPT = "w5 w9 w3 w5 w9"
LISTS = {"positive": ["w5 w9", "w6 w9", "w8 w2 w9", "w3 w9"], "negative": ["w1 w9", "w2 w9", "w4 w2 w9", "w7 w9"]}
"""Two groups of texts for a direction."""

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "lens_logit_lens": ("lens/logit-lens", {"top_k": 3, "targets": ["w3", "w7"]}),
    "lens_logit_lens_mlp": ("lens/logit-lens", {"top_k": 2, "site": "mlp_out", "norm": "none"}),
    "lens_lens_trajectory": ("lens/lens-trajectory", {"metrics": "all", "k": 4}),
    "lens_direct_logit_attribution": ("lens/direct-logit-attribution", {"target": "w3", "distractor": "w7"}),
    "lens_direct_logit_attribution_several": (
        "lens/direct-logit-attribution", {"target": ["w3", "w5"], "distractor": ["w7", "w9", "w1"]},
    ),
    "lens_direct_logit_attribution_single": ("lens/direct-logit-attribution", {"target": "w3", "position": 2}),
    "activations_residual_norms": ("activations/residual-norms", {}),
    "activations_sublayer_contribution": ("activations/sublayer-contribution", {"per_token": True}),
    "attention_attention_pattern": ("attention/attention-pattern", {"layers": [1], "heads": "all"}),
    "attention_attention_pattern_logits": ("attention/attention-pattern", {"layers": [2], "heads": [0], "view": "logits"}),
    "attention_attention_pattern_values": (
        "attention/attention-pattern", {"layers": [0], "heads": [1], "view": "value_weighted"},
    ),
    "attention_head_scores": ("attention/head-scores", {"source": "prompt"}),
    "causal_activation_patching": ("causal/activation-patching", {"answer": ["w3", "w4"], "foil": "w7"}),
    "causal_activation_patching_noise": (
        "causal/activation-patching", {"direction": "noise", "site": "mlp_out", "metric": "logprob", "answer": "w3"},
    ),
    "comparison_run_difference": ("comparison/run-difference", {"floor": "none"}),
    "comparison_run_difference_longer": (
        "comparison/run-difference", {"prompt_b": "w9 w5 w9 w3 w5 w9", "alignment": "same", "position": 3, "floor": "none"},
    ),
    "steering_generate_compare": ("steering/generate-compare", {**LISTS, "strength": -1.5, "max_new_tokens": 5}),
    "steering_generate_compare_sampled": (
        "steering/generate-compare",
        {**LISTS, "mode": "clamp", "positions": "generated", "layer": 0, "temperature": 0.8, "top_p": 0.9, "max_new_tokens": 4},
    ),
    "steering_strength_sweep": (
        "steering/strength-sweep",
        {**LISTS, "strengths": [-2.0, 1.0, 2.0], "target": ["w3", "w4"], "distractor": "w7", "max_new_tokens": 5},
    ),
    "specimen_finding": ("specimen/finding", {"finding": "attention-sink"}),
    "tokenization_token_boundaries": ("tokenization/token-boundaries", {"overlay": "number"}),
}  # fmt: skip


def answer(name: str) -> dict[str, Any]:
    """The answer to a case as it is written down: without versions of libraries, numbers to seven digits."""
    method_id, params = CASES[name]
    method = catalogue()[method_id]
    document = Document.of(call(method_id, golden_model(), PROMPT, **params))
    flat = json.loads(Document(document.head, {n: _rounded(a) for n, a in document.arrays.items()}).to_json())
    return {"method": method_id, "version": method.version, "prompt": PROMPT, "params": params, **flat}


def path(name: str) -> Path:
    """Where a case is written down."""
    return FOLDER / f"{name}.json"


def _rounded(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind != "f":
        return values
    return np.array([float(f"{value:.7g}") for value in values.ravel()]).reshape(values.shape)

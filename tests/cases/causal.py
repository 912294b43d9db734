"""Requests to the methods of the causal family."""

from typing import Any

SMALL: dict[str, dict[str, Any]] = {}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "causal_ablation": ("causal/ablation", {"answer": "w3", "foil": "w7", "reference": ["w5 w9 w3", "w1 w2"]}),
    "causal_ablation_zero": (
        "causal/ablation",
        {"answer": "w3", "value": "zero", "where": "last", "metric": "prob", "control": "none"},
    ),
    "causal_activation_patching": ("causal/activation-patching", {"answer": ["w3", "w4"], "foil": "w7"}),
    "causal_activation_patching_noise": (
        "causal/activation-patching",
        {"direction": "noise", "site": "mlp_out", "metric": "logprob", "answer": "w3"},
    ),
    "causal_patched_run": (
        "causal/patched-run",
        {"layer": 1, "position": 2, "source_layer": 0, "source_position": 3, "answer": ["w3", "w4"], "foil": "w7"},
    ),
    "causal_patched_run_one": (
        "causal/patched-run",
        {"corrupt": "", "layer": 1, "position": 4, "source_position": 1, "top_k": 2},
    ),
}

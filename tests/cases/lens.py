"""Requests to the methods of the lens family."""

from typing import Any

from tests.cases.activations import STORIES

_TEXTS = ["the capital of france is paris and the capital", "the model reads the cat on one", "one cat sat on the model",
          "paris is the capital of the cat", "and the cat reads on", "London is one and paris is one"]  # fmt: skip
_WORDS = " ".join(f"w{1 + 7 * i % 11}" for i in range(70))

SMALL: dict[str, dict[str, Any]] = {
    "lens/current-to-next": {"prompts": _TEXTS * 2},
}

PAGE: dict[str, dict[str, Any]] = {
    "lens/current-to-next": STORIES,
}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "lens_logit_lens": ("lens/logit-lens", {"top_k": 3, "targets": ["w3", "w7"]}),
    "lens_logit_lens_mlp": ("lens/logit-lens", {"top_k": 2, "site": "mlp_out", "norm": "none"}),
    "lens_lens_trajectory": ("lens/lens-trajectory", {"metrics": "all", "k": 4}),
    "lens_lens_trajectory_prompts": (
        "lens/lens-trajectory",
        {"prompts": ["w5 w9 w3", "w1 w2 w3 w4"], "site": "attn_out", "metrics": ["kl", "ce"]},
    ),
    "lens_commitment_layer": ("lens/commitment-layer", {"mode": "margin", "margin": 0.1}),
    "lens_commitment_layer_pair": ("lens/commitment-layer", {"mode": "pair", "target": "w3", "distractor": "w7"}),
    "lens_commitment_layer_prompts": (
        "lens/commitment-layer",
        {"mode": "topk", "k": 3, "prompts": ["w5 w9 w3", "w1 w2 w3 w4"]},
    ),
    "lens_latent_language": ("lens/latent-language", {"positions": "all"}),
    "lens_latent_language_words": ("lens/latent-language", {"mode": "word", "words": ["A: w3, B: w7"]}),
    "lens_early_excitation": ("lens/early-excitation", {"window": 2, "top_k": 2}),
    "lens_early_excitation_groups": (
        "lens/early-excitation",
        {"group": ["w3"], "other_group": ["w7", "w9"], "window": 1, "positions": "last", "new_tokens": 2},
    ),
    "lens_output_signature": ("lens/output-signature", {"top_k": 4}),
    "lens_output_signature_row": ("lens/output-signature", {"top_k": 2, "row": 1, "response": " w4"}),
    "lens_current_to_next": ("lens/current-to-next", {"prompts": [_WORDS]}),
    "lens_current_to_next_lens": ("lens/current-to-next", {"prompts": [_WORDS, "w3 w9 w3 w9"], "space": "lens"}),
    "lens_direct_logit_attribution": ("lens/direct-logit-attribution", {"target": "w3", "distractor": "w7"}),
    "lens_direct_logit_attribution_neurons": (
        "lens/direct-logit-attribution",
        {"target": ["w3", "w7"], "weights": [1.0, -0.5], "granularity": "neuron"},
    ),
    "lens_direct_logit_attribution_sources": (
        "lens/direct-logit-attribution",
        {"target": "w3", "distractor": "w7", "granularity": "source_token"},
    ),
    "lens_direct_logit_attribution_several": (
        "lens/direct-logit-attribution",
        {"target": ["w3", "w5"], "distractor": ["w7", "w9", "w1"]},
    ),
    "lens_direct_logit_attribution_single": ("lens/direct-logit-attribution", {"target": "w3", "position": 2}),
}

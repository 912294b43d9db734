"""Requests to the methods of the activations family."""

from typing import Any

_LONG = {"prompts": ["the capital of the cat is on the one paris"] * 8}
"""As many tokens as a threshold needs, for the tiny models and for the golden one."""

STORIES = {
    "prompts": [
        "When Mary and John went to the store, John gave a drink to Mary.",
        "When Tom and Anna went to the park, Tom gave a book to Anna.",
        "When Paul and Lucy went to the school, Paul gave a ball to Lucy.",
        "When Mary and Tom went to the garden, Mary gave a ring to Tom.",
        "When Anna and John went to the office, Anna gave a letter to John.",
    ]
}
"""Sentences that the bundled model predicts well: of others its MLPs make no sense that could be lost."""

SMALL: dict[str, dict[str, Any]] = {
    "activations/cett-sparsity": _LONG,
    "activations/ppl-sparsity": _LONG | {"ppl_increase_p": 10.0},
    "activations/neuron-contexts": {"prompts": ["the cat sat on one", "of the capital"], "strongest": 2, "others": 1},
}

PAGE: dict[str, dict[str, Any]] = {
    "activations/cett-sparsity": STORIES,
    "activations/ppl-sparsity": STORIES,
}

_WORDS = {"prompts": ["w5 w9 w3 w5 w9 w1 w2 w8 w4", "w7 w2 w7 w2 w1 w1 w6 w3 w3"] * 4}

_PROMPTS = {"prompts": ["w5 w9 w3 w5 w9", "w2 w7 w2", "w8 w1 w6 w8"]}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "activations_angular_distance": ("activations/angular-distance", {"n": [1, 2], "evaluate_removal": True}),
    "activations_block_influence": ("activations/block-influence", _PROMPTS),
    "activations_lac_voids": (
        "activations/lac-voids",
        {"phase": "both", "skip": "identity", "max_new_tokens": 4, "alpha": 1.0},
    ),
    "activations_massive_activations": (
        "activations/massive-activations",
        {**_PROMPTS, "abs_threshold": 2.0, "ratio_threshold": 3.0},
    ),
    "activations_activation_sparsity": ("activations/activation-sparsity", {"epsilon": 0.1}),
    "activations_activation_sparsity_topk": (
        "activations/activation-sparsity",
        {"metric": "topk", "k": 0.2, "prompts": ["w5 w9 w3", "w7 w8 w9 w7 w8"]},
    ),
    "activations_cett_sparsity": ("activations/cett-sparsity", _WORDS),
    "activations_ppl_sparsity": ("activations/ppl-sparsity", _WORDS | {"ppl_increase_p": 10.0}),
    "activations_neuron_profile": ("activations/neuron-profile", {"layer": 1, "top": 8}),
    "activations_neuron_profile_contrast": (
        "activations/neuron-profile",
        {
            "top": 8,
            "prompts": ["w5 w9 w3", "w5 w7 w5", "w5 w1", "w8 w5 w2"],
            "against": ["w4 w9 w3", "w6 w7 w6", "w2 w1", "w8 w4 w2", "w1"],
        },
    ),
    "activations_neuron_contexts": (
        "activations/neuron-contexts",
        {**_WORDS, "neuron": 3, "strongest": 3, "others": 2, "window": 3, "top": 4, "bins": 10},
    ),
    "activations_norm_profile": ("activations/norm-profile", {**_WORDS, "sample": 16}),
    "activations_norm_profile_final": ("activations/norm-profile", {"site": "final", "sample": 16}),
    "activations_residual_norms": ("activations/residual-norms", {}),
    "activations_sublayer_contribution": ("activations/sublayer-contribution", {"per_token": True}),
    "activations_sublayer_io_similarity": ("activations/sublayer-io-similarity", {"skip_count": 2}),
    "activations_sublayer_io_similarity_decode": (
        "activations/sublayer-io-similarity",
        {**_PROMPTS, "phase": "decode", "decode_tokens": 3},
    ),
    "activations_layer_skip_effect": ("activations/layer-skip-effect", _PROMPTS),
    "activations_layer_skip_effect_future": (
        "activations/layer-skip-effect",
        {"part": "attn", "scope": "future", "positions": [2, 4], "reduce": "max"},
    ),
    "activations_layer_skip_effect_local": (
        "activations/layer-skip-effect",
        {"part": "mlp", "scope": "local", "layers": [0, 1]},
    ),
}

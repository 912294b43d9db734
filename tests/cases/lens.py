"""Requests to the methods of the lens family."""

from typing import Any

SMALL: dict[str, dict[str, Any]] = {}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "lens_logit_lens": ("lens/logit-lens", {"top_k": 3, "targets": ["w3", "w7"]}),
    "lens_logit_lens_mlp": ("lens/logit-lens", {"top_k": 2, "site": "mlp_out", "norm": "none"}),
    "lens_lens_trajectory": ("lens/lens-trajectory", {"metrics": "all", "k": 4}),
    "lens_direct_logit_attribution": ("lens/direct-logit-attribution", {"target": "w3", "distractor": "w7"}),
    "lens_direct_logit_attribution_several": (
        "lens/direct-logit-attribution",
        {"target": ["w3", "w5"], "distractor": ["w7", "w9", "w1"]},
    ),
    "lens_direct_logit_attribution_single": ("lens/direct-logit-attribution", {"target": "w3", "position": 2}),
}

"""Requests to the lenses that are trained, and to those that follow a text the model writes."""

from typing import Any

_TRAIN = {"steps": 10, "tokens_per_step": 64, "seq_len": 16}
_WORDS = [" ".join(f"w{(start * start + step * (start % 5 + 1)) % 64}" for step in range(64)) for start in range(36)]

SMALL: dict[str, dict[str, Any]] = {"lens/tuned-lens-train": _TRAIN}

PAGE: dict[str, dict[str, Any]] = {"lens/tuned-lens-train": _TRAIN}

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "lens_logit_lens_written": ("lens/logit-lens", {"top_k": 2, "new_tokens": 3}),
    "lens_tuned_lens": ("lens/tuned-lens", {"top_k": 3, "targets": ["w3"]}),
    "lens_tuned_lens_difference": ("lens/tuned-lens", {"top_k": 1, "view": "difference"}),
    "lens_tuned_lens_train": ("lens/tuned-lens-train", {"prompts": _WORDS, **_TRAIN}),
}

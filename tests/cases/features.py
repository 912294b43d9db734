"""Requests to the methods of the features family."""

from typing import Any

GOLDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "features_feature_count": ("features/feature-count", {}),
    "features_feature_count_all": ("features/feature-count", {"least": 0.0}),
}

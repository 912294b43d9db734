"""The same run in half precision: how much of a difference is nothing but rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from stratascope.models.capture import capture

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run


def half_precision_run(model: Model, run: Run) -> Run | None:
    """The run again with weights and activations rounded to bfloat16 in every product.

    None for a model that is in half precision itself: rounding it once more says nothing.
    """
    if model.unembedding.weight.dtype != torch.float32:
        return None
    with torch.autocast(model.device.type, dtype=torch.bfloat16):
        return capture(model, run.ids, run.tokens)

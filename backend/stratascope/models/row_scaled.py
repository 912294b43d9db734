"""Weights stored as one byte a number: whole numbers from −127 to 127, and for every row the scale they are meant on.

A tensor `w` in this form stands in a weight file as `w`, int8, beside `w.row_scale`, float32, one per row of the first
dimension: w[i] = scale[i] · stored[i]. The largest error of an entry is half its row's scale, that is 1/254 of the row's
largest magnitude. Nothing else about a model folder differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from stratascope.models.headers import TensorFacts

if TYPE_CHECKING:
    from torch import Tensor

SUFFIX = ".row_scale"
_LARGEST = 127
_FORMAT = "I8"


def paired(tensors: Mapping[str, TensorFacts]) -> dict[str, TensorFacts]:
    """The same tensors, with every scale that belongs to another tensor named by that tensor instead of standing alone."""
    scales = {name + SUFFIX: name for name, facts in tensors.items() if _has_scale(name, facts, tensors)}
    named = {tensor: replace(tensors[tensor], scale=scale) for scale, tensor in scales.items()}
    return {name: named.get(name, facts) for name, facts in tensors.items() if name not in scales}


def _has_scale(name: str, facts: TensorFacts, tensors: Mapping[str, TensorFacts]) -> bool:
    scale = tensors.get(name + SUFFIX)
    if scale is None or facts.dtype != _FORMAT or not facts.shape:
        return False
    return scale.dtype == "F32" and scale.shape == facts.shape[:1] and scale.file == facts.file


def packed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of two and more dimensions in this form, the others, which are few and small, in half precision."""
    import torch

    found: dict[str, Tensor] = {}
    for name, tensor in weights.items():
        if tensor.ndim < 2:
            found[name] = tensor.half().contiguous()
            continue
        rows = tensor.float().flatten(1)
        scale = (rows.abs().amax(1) / _LARGEST).clamp(min=torch.finfo(torch.float32).tiny)
        found[name] = (rows / scale[:, None]).round().to(torch.int8).reshape(tensor.shape).contiguous()
        found[name + SUFFIX] = scale
    return found


def widened(stored: Tensor, scale: Tensor) -> Tensor:
    """What a stored tensor and its scales stand for, in single precision."""
    return stored.float() * scale.reshape(-1, *(1 for _ in stored.shape[1:]))

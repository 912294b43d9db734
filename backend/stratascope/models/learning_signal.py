"""What each layer would learn from: how focused its attention is, and how much gradient of a loss reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from stratascope.models.gradients import Gradients, Loss, gradients, loss_at
from stratascope.numerics.attention import spread, visible_keys
from stratascope.numerics.vectors import counted, length

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run

Predicted = Literal["next_token", "last_token"]

STEPS = (1e-3, 1e-4, 1e-5)
"""Lengths of the steps that a gradient is tried with, as shares of the stream's."""


class Signal(NamedTuple):
    """One prompt. `entropy`, `weights` [layer]; `gradient`, `times_stream` [row]; `loss` is per predicted token, nats.

    `gradient` is the mean length over tokens of the gradient of the summed loss at the stream, `times_stream` that of
    the gradient's length times the stream's. `weights` is the root mean square gradient of the mean loss. `gap` is the
    difference between the loss and that of the captured run, `slope_error` how far the loss is from changing as the
    gradient at the embedding says, both relative; the latter is NaN where it was not asked for.
    """

    entropy: np.ndarray
    gradient: np.ndarray
    times_stream: np.ndarray
    weights: np.ndarray
    loss: float
    gap: float
    slope_error: float


def signal(model: Model, run: Run, predicted: Predicted, tried: bool) -> Signal:
    """Measure a prompt of two tokens or more. `tried` compares it with finite differences, six passes more."""
    loss, count = _loss(run.ids, predicted)
    found = gradients(model, run.ids, loss, parameters=True)
    kept = counted([token.special for token in run.tokens.tokens], False)[:-1] or [0]
    lengths = length(found.stream)[:, kept]
    with torch.no_grad():
        own = float(loss(run.logits()))
    return Signal(
        _entropy(model, run),
        lengths.mean(-1).double().cpu().numpy(),
        (lengths * length(run.resid)[:, kept]).mean(-1).double().cpu().numpy(),
        np.array(found.parameters) / count,
        found.loss / count,
        abs(found.loss - own) / max(abs(own), 1e-12),
        _slope_error(model, run, loss, found) if tried else float("nan"),
    )


def _loss(ids: Tensor, predicted: Predicted) -> tuple[Loss, int]:
    """The summed loss of the predicted tokens, in nats, and how many those are."""
    first = 1 if predicted == "next_token" else len(ids) - 1
    wanted = ids[first:]

    def loss(logits: Tensor) -> Tensor:
        log_p = logits[first - 1 : -1].double().log_softmax(-1)
        return -log_p.gather(-1, wanted[:, None]).sum()

    return loss, len(wanted)


def _entropy(model: Model, run: Run) -> np.ndarray:
    """Entropy of the attention over its largest possible value, the mean of a layer's heads: [layer]."""
    found = []
    for layer in range(model.layers):
        pattern = run.pattern(layer)
        keys = visible_keys(run.record(layer).additive_mask, len(run.ids)).to(pattern.device)
        found.append(float(spread(pattern, keys).mean()))
    return np.array(found)


def _slope_error(model: Model, run: Run, loss: Loss, found: Gradients) -> float:
    """How far the loss is from changing by the gradient's length along it, relative, in thousandths: finer is rounding.

    The best of several steps counts: one too long bends off or makes a router choose another expert, one too short
    drowns in the rounding of the loss.
    """
    gradient, size = found.stream[0], float(found.stream[0].norm())
    if size == 0.0:
        return 0.0
    errors = []
    for share in STEPS:
        step = share * float(run.resid[0].float().norm()) * gradient / size
        ends = [loss_at(model, run.ids, loss, 0, sign * step) for sign in (1.0, -1.0)]
        slope = (ends[0] - ends[1]) / (2.0 * float(step.norm()))
        errors.append(abs(slope - size) / size)
    return round(min(errors), 3)

"""A direction followed at many strengths, beside random directions at the same strengths, prompt by prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from stratascope.models.generate import Edit, Positions, streams, write
from stratascope.models.steered import row_edit
from stratascope.numerics.control import DRAWS
from stratascope.numerics.divergence import entropy, kl
from stratascope.numerics.steering import repetition
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.contrast import Reading
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

MOST_ROWS = 64
WRITING = 2
"""Directions along which texts are written: the one in question, and the first random one."""


class Continued(NamedTuple):
    """Of one prompt's continuations, [direction, strength]: summed −ln p, number of tokens, share of repeated runs."""

    surprise: np.ndarray
    tokens: np.ndarray
    repeated: np.ndarray


@dataclass(frozen=True)
class Sweep:
    """Rows of pushes: every strength along the direction first, then along each of `DRAWS` random ones.

    `effect` maps logits [row, vocabulary] to the number in question [row].
    """

    model: Model
    reading: Reading
    strengths: Sequence[float]
    positions: Positions
    seed: int
    effect: Callable[[Tensor], Tensor]

    def measured(self, prompt: Tokens) -> np.ndarray:
        """Effect, KL(unsteered‖steered), entropy, and whether the likeliest token stays: [measure, direction, strength].

        Measured at the last token. Every batch has a row without an edit, which its own rows are compared with.
        """
        last, found = self.model.layers - 1, []
        for start in range(0, len(self._rows), MOST_ROWS):
            edit, ids = self._pushed(prompt, slice(start, start + MOST_ROWS))
            logits = self.model.unembedding.logits(streams(self.model, ids, {last}, edit)[last][:, -1])
            _refuse_nonfinite(logits)
            log_p = logits.log_softmax(-1)
            base, pushed = log_p[:1], log_p[1:]
            same = pushed.argmax(-1) == base.argmax(-1)
            measures = (self.effect(logits[1:]), kl(base, pushed), entropy(pushed), same)
            found.append(torch.stack([each.double() for each in measures]).cpu().numpy())
        return np.concatenate(found, -1).reshape(len(found[0]), 1 + DRAWS, len(self.strengths))

    def continued(self, prompt: Tokens, most: int) -> Continued:
        """Greedy continuations of at most so many tokens, read by the model without an edit."""
        per, values = len(self.strengths), []
        for direction in range(WRITING):
            edit, ids = self._pushed(prompt, slice(direction * per, (direction + 1) * per))
            written = write(self.model, ids, most, lambda logits, step: logits.argmax(-1), edit)
            kept = torch.arange(written.ids.shape[1]) < written.length[:, None]
            surprise = -self._unsteered(torch.cat([ids, written.ids], 1), len(prompt.ids))
            rows = zip(written.ids.tolist(), written.length.tolist(), strict=True)
            repeated = [repetition(row[:length]) for row, length in rows]
            total = torch.where(kept, surprise, 0.0).sum(-1).tolist()
            values.append([total[1:], written.length[1:].tolist(), repeated[1:]])
        surprises, tokens, repetitions = np.array(values, dtype=np.float64).transpose(1, 0, 2)
        return Continued(surprises, tokens, repetitions)

    @cached_property
    def _rows(self) -> Tensor:
        """The direction of every row: [row, width]."""
        contrast = self.reading.contrast
        directions = torch.cat([contrast.direction[None], contrast.random(DRAWS, self.seed)])
        return directions.repeat_interleave(len(self.strengths), 0)

    def _pushed(self, prompt: Tokens, rows: slice) -> tuple[Edit, Tensor]:
        """An edit that leaves the first row alone and pushes these behind it, and the prompt in as many rows."""
        directions, strengths = self._rows[rows], [*self.strengths] * (1 + DRAWS)
        push = row_edit(self.model, self.reading, directions, strengths[rows], "add", self.positions, prompt)
        edit = replace(push, change=lambda h: torch.cat([h[:1], push.change(h[1:])]))
        return edit, torch.tensor([prompt.ids] * (1 + len(directions)))

    def _unsteered(self, ids: Tensor, prompt: int) -> Tensor:
        """Log-probability float64 [row, step] of what stands behind a prompt of so many tokens."""
        last = self.model.layers - 1
        stream = streams(self.model, ids, {last})[last]
        steps = []
        for at in range(prompt, ids.shape[1]):
            log_p = self.model.unembedding.logits(stream[:, at - 1]).double().log_softmax(-1).cpu()
            steps.append(log_p.gather(-1, ids[:, at : at + 1])[:, 0])
        return torch.stack(steps, 1)


def _refuse_nonfinite(logits: Tensor) -> None:
    if not bool(torch.isfinite(logits.amax(-1)).all()):
        raise Problem(
            "not_finite",
            "The logits became NaN or infinite under a push.",
            field="strengths",
            remedy="Use smaller strengths",
        )

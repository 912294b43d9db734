"""One cell of a run replaced by a cell of another: the whole stream that follows, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from stratascope.models.edit import Patch, Rerun
from stratascope.models.lens_grid import Decoded, Place
from stratascope.models.model import Model
from stratascope.models.pair import Side
from stratascope.numerics.lens import lens_rows
from stratascope.numerics.vectors import length


@dataclass(frozen=True)
class Cell:
    """The stream entering a layer at one position of a run."""

    side: Side
    layer: int
    position: int

    @property
    def value(self) -> Tensor:
        """What stands there, [1, width]."""
        return self.side.run.resid[self.layer, self.position][None]


class PatchedRun:
    """The run of `target` with what stands in `source` put there, and everything after it following."""

    def __init__(self, source: Cell, target: Cell) -> None:
        self.source, self.target = source, target
        self.model, self.run = target.side.model, target.side.run
        self._rerun = Rerun(self.model, self.run)

    @cached_property
    def stream(self) -> Tensor:
        """[row, position, width]."""
        return self._with(self.source.value)

    @property
    def cells_in_cone(self) -> int:
        """How many cells can change at all: those at or above the target's row and at or behind its position."""
        rows, positions, _ = self.stream.shape
        return (rows - self.target.layer) * (positions - self.target.position)

    def decode(self, top_k: int, targets: list[int]) -> Decoded:
        """What every row of the patched run would predict."""
        rows, positions, _ = self.stream.shape
        found = lens_rows(self.model.unembedding, self.stream, top_k=top_k, targets=targets)
        place = Place(list(range(rows)), list(range(positions)), rows, positions)
        return Decoded(self.run.tokens.tokens, None, place, (found,), length(self.stream).cpu(), targets)

    def change(self) -> Tensor:
        """KL(unpatched‖patched) of what each cell predicts, in nats: [row, position], 0 outside the cone."""
        start, found = self.target.position, torch.zeros(self.stream.shape[:2])
        for row in range(self.target.layer, len(found)):
            before, after = (x[row : row + 1, start:] for x in (self.run.resid, self.stream))
            found[row, start:] = _divergence(self.model, before[0], after)
        return found

    def last_logits(self) -> tuple[Tensor, Tensor]:
        """What the last position predicts, before and after: [vocabulary] each."""
        head = self.model.unembedding
        return head.logits(self.run.resid[-1, -1]), head.logits(self.stream[-1, -1])

    def outside(self) -> float:
        """How far the stream moved outside the cone, beside the length of the vectors there."""
        moved = self._moved(self.stream)
        moved[self.target.layer :, self.target.position :] = 0.0
        return float(moved.max())

    def identity(self) -> float:
        """How far the stream moves anywhere when the target is replaced by itself, beside the length of the vectors."""
        return float(self._moved(self._with(self.target.value)).max())

    def _with(self, value: Tensor) -> Tensor:
        return self._rerun.stream(Patch(self.target.layer, [self.target.position], value))

    def _moved(self, stream: Tensor) -> Tensor:
        own = self.run.resid
        return length(stream - own) / length(own).clamp(min=1e-12)


def _divergence(model: Model, before: Tensor, after: Tensor) -> Tensor:
    """KL(before‖after) of the predictions of two streams [position, width] and [1, position, width], by position."""

    def unpatched(start: int, stop: int) -> Tensor:
        return model.unembedding.logits(before[start:stop])

    return lens_rows(model.unembedding, after, unpatched, top_k=1).kl[0]

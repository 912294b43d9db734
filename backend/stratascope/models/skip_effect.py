"""What later layers and the output lose when a layer is skipped, over one prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from stratascope.models.edit import BATCH_TOKENS, MOST_ROWS
from stratascope.models.skip import Part, Row, See, Skip, Skipping, row_batches
from stratascope.numerics.output_change import OutputChange, output_change
from stratascope.numerics.vectors import length, reduce

if TYPE_CHECKING:
    from stratascope.models.model import Model

Reduce = Literal["mean", "max"]
OUTPUTS = ("output_l2", "output_kl", "top1_flip", "delta_nll")
_LEAST = 1e-6


@dataclass(frozen=True)
class Effects:
    """Float32: `later` [skipped, affected], NaN up to the skipped layer; `output` [skipped, measure] in the order of OUTPUTS.

    `l2` and `kl` are reduced like the effects; the share of flips and the change of the loss are means.
    """

    later: Tensor
    output: Tensor


class SkipEffects:
    """The effects of skipping one part of each of these layers, position by position of one prompt.

    What a layer writes is Δ = resid_post − resid_pre; an effect is ‖Δ_clean − Δ_skip‖ / max(‖Δ_clean‖, 1e-6).
    """

    def __init__(self, model: Model, skipping: Skipping, part: Part, layers: Sequence[int], how: Reduce) -> None:
        self._model, self._skipping, self._part, self._how = model, skipping, part, how
        self._layers, self._run = list(layers), skipping.run
        self._writes = self._run.resid[1:].float() - self._run.resid[:-1].float()

    def cascaded(self, first: int, ends: Sequence[int], report: Callable[[int, int], None]) -> Effects:
        """Skip at the positions from `first` to before each end, and measure from there on; where the end is `first` itself,
        skip and measure everywhere from there on. The effects of several ends are reduced like those of positions.
        `report` is told how many runs of how many are done.
        """
        tokens = len(self._run.ids)
        spans = [(layer, end) for layer in self._layers for end in ends]
        rows = [[Skip(layer, self._part, range(first, tokens if end == first else end))] for layer, end in spans]
        found: list[Effects] = []
        for batch in row_batches(rows, tokens):
            begins = [end for _, end in spans[len(found) : len(found) + len(batch)]]
            later, see = self._followed(batch, begins)
            output = self._outputs(self._skipping.stream(batch, see), begins)
            found += [Effects(*each) for each in zip(later, output, strict=True)]
            report(len(found), len(rows))
        return self._over_ends(found, len(ends))

    def _followed(self, batch: Sequence[Row], begins: Sequence[int]) -> tuple[Tensor, See]:
        """Effects [row, affected], which are filled in as the layers are followed."""
        later = torch.full((len(batch), self._model.layers), float("nan"))

        def see(number: int, before: Tensor, after: Tensor) -> None:
            change = self._change(number, after.float() - before.float())
            for i, (row, begin) in enumerate(zip(batch, begins, strict=True)):
                if row[0].layer < number:
                    later[i, number] = reduce(change[i, begin:], self._how)

        return later, see

    def local(self, first: int) -> Effects:
        """Take what a layer wrote, from position `first` on, out of the clean input of each later layer and of the output."""
        written = torch.stack([self._written(layer) for layer in self._layers])
        written[:, :first] = 0.0
        later = torch.full((len(self._layers), self._model.layers), float("nan"))
        for number in range(self._model.layers):
            earlier = [i for i, layer in enumerate(self._layers) if layer < number]
            for rows in _parts(earlier, len(self._run.ids)):
                x = (self._run.resid[number].float() - written[rows]).to(self._run.resid.dtype)
                y = self._skipping.rerun.layer(number, x)
                later[rows, number] = reduce(self._change(number, y.float() - x.float())[:, first:], self._how).cpu()
        outputs = [
            self._outputs((self._run.resid[-1].float() - written[rows]).to(self._run.resid.dtype), [first] * len(rows))
            for rows in _parts(range(len(self._layers)), len(self._run.ids))
        ]
        return Effects(later, torch.cat(outputs))

    def _change(self, number: int, writes: Tensor) -> Tensor:
        """How far what a layer writes [row, position, width] is from what it wrote in the run: [row, position]."""
        own = self._writes[number]
        return (length(own - writes) / length(own).clamp(min=_LEAST)).cpu()

    def _written(self, layer: int) -> Tensor:
        """What the skipped part of a layer wrote: [position, width] float32."""
        if self._part == "layer":
            return self._writes[layer].clone()
        return (self._run.attn_out if self._part == "attn" else self._run.mlp_out)[layer].float()

    def _outputs(self, streams: Tensor, begins: Sequence[int]) -> Tensor:
        """How the predictions change in every row, from its own first measured position on: [row, measure]."""
        change: OutputChange = output_change(
            self._model.unembedding.logits, self._run.resid[-1], streams, self._run.ids
        )
        measures = ((change.l2, self._how), (change.kl, self._how), (change.flip, "mean"), (change.delta_nll, "mean"))
        rows = [
            torch.stack([reduce(values[i, begin:], "max" if how == "max" else "mean") for values, how in measures])
            for i, begin in enumerate(begins)
        ]
        return torch.stack(rows)

    def _over_ends(self, found: Sequence[Effects], ends: int) -> Effects:
        """The rows of each layer, one per end, made one."""
        later, output = (
            torch.stack(each).reshape(len(self._layers), ends, -1)
            for each in ([one.later for one in found], [one.output for one in found])
        )
        mean = output.nanmean(1)
        if self._how == "mean":
            return Effects(later.nanmean(1), mean)
        return Effects(reduce(later.movedim(1, -1), "max"), torch.cat([output.amax(1)[:, :2], mean[:, 2:]], 1))


def _parts(rows: Iterable[int], tokens: int) -> Iterator[list[int]]:
    """Rows in lists of as many as a batch holds."""
    whole, most = list(rows), max(1, min(MOST_ROWS, BATCH_TOKENS // tokens))
    yield from (whole[start : start + most] for start in range(0, len(whole), most))

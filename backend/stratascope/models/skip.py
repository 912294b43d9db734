"""Skips: a captured run once more, with layers or parts of layers left out, many such runs as rows of one batch.

Where a layer is skipped, what leaves it is what entered it; where attention or the MLP is, it adds nothing. Later layers
see the stream that this makes. A batch begins at the first layer that one of its rows leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from stratascope.models.edit import BATCH_TOKENS, MOST_ROWS, Rerun
from stratascope.models.run import Run
from stratascope.models.structure import Layer
from stratascope.models.trace import the_tensor
from stratascope.numerics.vectors import relative_error

if TYPE_CHECKING:
    from stratascope.models.model import Model

Part = Literal["layer", "attn", "mlp"]
See = Callable[[int, Tensor, Tensor], None]
"""Is told the number of a layer, and the streams [row, position, width] that enter and leave it."""


@dataclass(frozen=True)
class Skip:
    """One part left out at these positions, at all of them if None: the stream behind it is `scale` times that before."""

    layer: int
    part: Part = "layer"
    positions: Sequence[int] | None = None
    scale: float = 1.0


Row = Sequence[Skip]
"""What is left out in one row of a batch. A layer and its parts are not left out at the same position together."""


class Skipping:
    """A run that can be repeated without some of its parts. Making one takes a forward pass."""

    def __init__(self, model: Model, run: Run) -> None:
        self.run, self.rerun = run, Rerun(model, run)
        self._lock, self._layers = model.lock, model.structure.layers

    @torch.no_grad()
    def stream(self, rows: Sequence[Row], see: See | None = None) -> Tensor:
        """The stream that leaves the last layer: [row, position, width]. `see` follows the layers from the first skip on."""
        first = min((skip.layer for row in rows for skip in row), default=len(self._layers))
        x = self.run.resid[first].expand(len(rows), -1, -1)
        for number in range(first, len(self._layers)):
            y = self._layer(number, x, rows)
            if see is not None:
                see(number, x, y)
            x = y
        return x

    def identity_error(self) -> float:
        """Largest change of the last layer's output when every layer is run again and nothing is left out, relative."""
        return relative_error(self.stream([[Skip(0, positions=[])]])[0], self.run.resid[-1])

    def _layer(self, number: int, x: Tensor, rows: Sequence[Row]) -> Tensor:
        """What leaves one layer when `x` enters it."""
        whole, attention, mlp = (_scales(rows, number, part, x) for part in ("layer", "attn", "mlp"))
        if whole is not None and not bool(whole.isnan().any()):
            return x * whole
        with self._lock, _leaving_out(self._layers[number], x, attention, mlp):
            y = self.rerun.layer(number, x)
        return y if whole is None else torch.where(whole.isnan(), y, x * whole)


def row_batches(rows: Iterable[Row], tokens: int) -> Iterator[list[Row]]:
    """Rows for a prompt of so many tokens in lists to be taken at once. Give them by rising first layer."""
    most = max(1, min(MOST_ROWS, BATCH_TOKENS // tokens))
    batch: list[Row] = []
    for row in rows:
        if len(batch) == most:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _scales(rows: Sequence[Row], layer: int, part: str, x: Tensor) -> Tensor | None:
    """The scale of every cell that one part leaves out, NaN elsewhere: [row, position, 1]; None if it leaves out none."""
    found = torch.full((*x.shape[:2], 1), float("nan"), dtype=x.dtype, device=x.device)
    for number, row in enumerate(rows):
        for skip in row:
            if skip.layer == layer and skip.part == part:
                found[number, slice(None) if skip.positions is None else list(skip.positions)] = skip.scale
    return None if bool(found.isnan().all()) else found


def _leaving_out(layer: Layer, x: Tensor, attention: Tensor | None, mlp: Tensor | None) -> ExitStack:
    """While it is open, attention and MLP of a layer that `x` enters write what the scales of their cells ask for."""
    stack, middle = ExitStack(), [x]
    if attention is None and mlp is None:
        return stack

    def behind_attention(written: Tensor) -> Tensor:
        asked = written if attention is None else _asked(written, x, attention, layer.attention_multiplier)
        if layer.sequential:
            middle[0] = x + asked * layer.attention_multiplier
        return asked

    def behind_mlp(written: Tensor) -> Tensor:
        return written if mlp is None else _asked(written, middle[0], mlp, layer.mlp_multiplier)

    def behind_others(written: Tensor) -> Tensor:
        return written if mlp is None else torch.where(mlp.isnan(), written, 0.0)

    if layer.attention_output is not None:
        _write(stack, layer.attention_output, x, behind_attention)
    for i, part in enumerate(layer.mlp_outputs):
        _write(stack, part, x, behind_others if i else behind_mlp)
    return stack


def _asked(written: Tensor, before: Tensor, scale: Tensor, multiplier: float) -> Tensor:
    """What a part must return so that the stream behind it is the scale times the stream before, where there is one."""
    return torch.where(scale.isnan(), written, before * (scale - 1) / multiplier)


def _write(stack: ExitStack, part: nn.Module, like: Tensor, change: Callable[[Tensor], Tensor]) -> None:
    """Change what a part returns, seen in the shape of the stream, until the stack is closed."""

    def returns(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
        old = the_tensor(output)
        new = change(old.reshape(like.shape)).to(old).reshape(old.shape)
        return new if isinstance(output, Tensor) else tuple(new if value is old else value for value in output)

    stack.callback(part.register_forward_hook(returns).remove)

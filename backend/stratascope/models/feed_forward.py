"""The inside of an MLP: its neurons' input maps, nonlinearity and output map, found by watching one forward pass.

Neurons are what enters the last linear map of the part that writes beside attention. Which map that is, is read from the
pass: the one whose output is what the part returned, or what the norm behind it was given. The maps whose outputs fill
the neurons are those before it. Where no single map writes, as in a mixture of experts, there are no neurons to be had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import Conv1D

from stratascope.models.trace import Call, Trace, same

LinearMap = nn.Linear | Conv1D


@dataclass(frozen=True)
class Reader:
    """The outputs `start` to `start + size` of a linear map: one input weight vector per neuron."""

    module: LinearMap
    start: int
    size: int

    def of(self, x: Tensor) -> Tensor:
        """Its values [..., neuron] of what the MLP reads."""
        values: Tensor = self.module(x)
        return values[..., self.start : self.start + self.size]

    def weights(self) -> Tensor:
        """Its weights [neuron, width], in the model's dtype."""
        return rows_of(self.module)[self.start : self.start + self.size]


@dataclass(frozen=True)
class FeedForward:
    """One MLP. `norms` lie between the stream and it, `post_norms` between it and the stream, each in order.

    `module` holds the maps, and is None where they are themselves parts of the layer. `reader` is what a neuron's value
    is linear in (gated MLPs) or a function of (plain ones), `gate` what is put through the nonlinearity of a gated one,
    None for a plain one. `activation` is the module of the nonlinearity, None if it is none. `writer` is the output map.
    """

    norms: tuple[nn.Module, ...]
    module: nn.Module | None
    reader: Reader
    gate: Reader | None
    activation: nn.Module | None
    writer: LinearMap
    post_norms: tuple[nn.Module, ...]


def rows_of(module: LinearMap) -> Tensor:
    """The weight of a linear map as [output, input]."""
    weight: Tensor = module.weight
    return weight if isinstance(module, nn.Linear) else weight.T


def find_feed_forward(written: Sequence[Call], parts: Sequence[Call], seen: Trace) -> FeedForward | None:
    """The MLP that made what these calls wrote, among the `parts` of its layer; None if it is not one plain or gated MLP."""
    if len(written) != 1:
        return None
    post_norms: list[nn.Module] = []
    part: Call | None = written[0]
    while part is not None:
        writer = _writer(part, seen)
        if writer is not None:
            return _around(writer, part, parts, tuple(post_norms), seen)
        post_norms.insert(0, part.module)
        part = _feeder(part, parts)
    return None


def _writer(part: Call, seen: Trace) -> Call | None:
    """The last linear map inside a part whose output is what the part returned."""
    maps = [call for call in _inside(part, seen) if isinstance(call.module, (nn.Linear, Conv1D))]
    return next((call for call in reversed(maps) if _equal(call.output, part.output)), None)


def _around(
    writer: Call, part: Call, parts: Sequence[Call], post_norms: tuple[nn.Module, ...], seen: Trace
) -> FeedForward | None:
    """The MLP in front of an output map. `part` is the layer's part that holds this map, or the map itself."""
    alone = part is writer
    calls = list(parts) if alone else list(_inside(part, seen))
    before = [
        call for call in calls if call.ended < writer.began and call.input is not None and call.output is not None
    ]
    width = writer.given.shape[-1]
    reads = [call for call in before if _fills(call, width)]
    reads = [call for call in reads if same(call.input, reads[-1].input)]
    activation = _activation(before, reads, writer)
    readers = _readers(reads, activation, width)
    if readers is None or not isinstance(writer.module, (nn.Linear, Conv1D)):
        return None
    norms = tuple(call.module for call in _leading(reads[0] if alone else part, parts))
    module = activation.module if activation is not None else None
    return FeedForward(norms, None if alone else part.module, *readers, module, writer.module, post_norms)


def _fills(call: Call, width: int) -> bool:
    """Whether a call is a linear map onto one value per neuron, or onto two."""
    return isinstance(call.module, (nn.Linear, Conv1D)) and call.result.shape[-1] in (width, 2 * width)


def _activation(before: Sequence[Call], reads: Sequence[Call], writer: Call) -> Call | None:
    """The nonlinearity: the first call after the maps that is no map and returns one value per neuron."""
    if not reads:
        return None
    maps = {id(call.module) for call in reads}
    size = writer.given.numel()
    found = (call for call in before if call.began > reads[0].ended and call.result.numel() == size)
    return next((call for call in found if id(call.module) not in maps), None)


def _readers(reads: Sequence[Call], activation: Call | None, width: int) -> tuple[Reader, Reader | None] | None:
    """(reader, gate) from the maps and from which of their values the nonlinearity was given."""
    maps = [call.module for call in reads if isinstance(call.module, (nn.Linear, Conv1D))]
    pieces = [
        (Reader(module, start, width), call.result[..., start : start + width])
        for call, module in zip(reads, maps, strict=True)
        for start in range(0, call.result.shape[-1], width)
    ]
    if len(pieces) == 1:
        return pieces[0][0], None
    if len(pieces) != 2 or activation is None:
        return None
    gated = [_equal(values, activation.input) for _, values in pieces]
    if sum(gated) != 1:
        return None
    gate = gated.index(True)
    return pieces[1 - gate][0], pieces[gate][0]


def _leading(start: Call, parts: Sequence[Call]) -> list[Call]:
    """The parts through which the stream reached a call, first one first."""
    found: list[Call] = []
    feeder = _feeder(start, parts)
    while feeder is not None:
        found.insert(0, feeder)
        feeder = _feeder(feeder, parts)
    return found


def _feeder(part: Call, parts: Sequence[Call]) -> Call | None:
    """The sibling whose output a part was given, not one that only handed its own input on."""
    feeders = (call for call in parts if call.feeds(part) and not same(call.input, call.output))
    return next(feeders, None)


def _inside(part: Call, seen: Trace) -> Iterator[Call]:
    """A part's own call, if nothing lies in it, or the calls within it, in order of beginning."""
    modules = {id(module) for module in part.module.modules()}
    for call in seen.calls:
        if (
            id(call.module) in modules
            and part.began <= call.began
            and call.ended <= part.ended
            and call.output is not None
        ):
            yield call


def _equal(one: Tensor | None, other: Tensor | None) -> bool:
    if one is None or other is None or one.numel() != other.numel():
        return False
    return same(one, other) or torch.equal(one.reshape(-1), other.reshape(-1))

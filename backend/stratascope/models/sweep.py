"""Sweeps: one prompt run again with single values replaced, thousands of times, at the cost of what each change can reach.

A cell says that at the input of a layer the rows from a position on hold other values. What it can change begins there:
layers below, and positions before, are those of the base run. So the rows of many cells are laid out as one long row of
tokens and walked upward through the library's own layers. Everything in a layer but attention works on each token by
itself; attention is replaced by one that lets each cell's rows read the base run's keys and values and then their own.
Rows behind the measured position are never run, and of the last layer only the measured row is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from stratascope.models.attention import Instead, replaced
from stratascope.models.edit import Patch, Site, edited_rows
from stratascope.models.replay import note_calls
from stratascope.models.sweep_attention import BaseAttention

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run

ROWS = 1024
"""Rows that walk together: more make no processor faster and take more memory."""


class Cell(NamedTuple):
    """At the input of `layer` the rows from `position` on hold `values` [row, width]; `number` is its place in a list."""

    number: int
    layer: int
    position: int
    values: Tensor


class _Segment(NamedTuple):
    """Cells restarted at one position: their numbers, and their rows [cell, row, width] up to the measured position."""

    start: int
    numbers: list[int]
    rows: Tensor


class _KeysKnown(Exception):
    """Leaves a layer as soon as its keys and values are there."""


class Sweep:
    """A base run from which cells restart. Making one takes a forward pass, in which the layers' arguments are noted."""

    def __init__(self, model: Model, run: Run, rows: int = ROWS) -> None:
        self._model, self._run, self._most = model, run, rows
        self._layers = model.structure.layers
        self._calls = note_calls(model, run)
        self._attention = [BaseAttention(run.record(layer)) for layer in range(model.layers)]
        self._rows_run = 0

    def outcomes(self, site: Site, patches: Sequence[Patch], position: int) -> Iterator[tuple[list[int], Tensor]]:
        """The stream that leaves the last layer at a position under each patch: (which patches, [patch, width]), in groups.

        Groups come as they are done, not in the order of the patches.
        """
        cells = self._cells(site, patches)
        known = [cell for cell in cells if cell.layer == len(self._layers) or cell.position > position]
        if known:
            yield [cell.number for cell in known], torch.stack([self._left(cell, position) for cell in known])
        left = set(map(id, known))
        for group in self._groups([cell for cell in cells if id(cell) not in left], position):
            numbers, stream = self._walk(group, position)
            yield numbers, stream

    def _left(self, cell: Cell, position: int) -> Tensor:
        """What leaves the last layer where a cell reaches no further layer."""
        offset = position - cell.position
        return cell.values[offset] if 0 <= offset < len(cell.values) else self._run.resid[-1, position]

    def _groups(self, cells: list[Cell], position: int) -> Iterator[list[Cell]]:
        """Cells that walk together, those of one position beside each other, as many as their rows allow."""
        group: list[Cell] = []
        rows = 0
        for cell in sorted(cells, key=lambda cell: (cell.position, cell.layer)):
            own = position + 1 - cell.position
            if group and rows + own > self._most:
                yield group
                group, rows = [], 0
            group.append(cell)
            rows += own
        if group:
            yield group

    # --- into cells

    def _cells(self, site: Site, patches: Sequence[Patch]) -> list[Cell]:
        """Patches as cells: the rows between a patch's first and last position, the base run's where it says nothing."""
        own = self._run.resid if site == "resid_pre" else None
        if own is not None:
            return [
                Cell(number, patch.layer, min(patch.positions), _laid_into(own[patch.layer], patch))
                for number, patch in enumerate(patches)
            ]
        by_layer: dict[int, list[int]] = {}
        for number, patch in enumerate(patches):
            by_layer.setdefault(patch.layer, []).append(number)
        cells = [
            cell
            for layer, numbers in by_layer.items()
            for cell in self._through(site, layer, numbers, [patches[number] for number in numbers])
        ]
        return sorted(cells)

    @torch.no_grad()
    def _through(self, site: Site, layer: int, numbers: Sequence[int], patches: Sequence[Patch]) -> Iterator[Cell]:
        """Edits inside a layer as cells of the next one: only the edited rows pass, and what their heads read is known."""
        entering, leaving = self._run.resid[layer], self._run.resid[layer + 1]
        positions = [torch.tensor(list(patch.positions), device=entering.device) for patch in patches]
        for chosen in _chunks([len(each) for each in positions], self._most):
            at = torch.cat([positions[i] for i in chosen])
            with edited_rows(self._layers[layer], site, torch.cat([patches[i].values for i in chosen]).to(entering)):
                y = self._call(layer, entering[at], at, _reading(self._attention[layer].z[at]))
            for i, rows in zip(chosen, torch.split(y, [len(positions[i]) for i in chosen]), strict=True):
                moved = Patch(layer + 1, patches[i].positions, rows)
                yield Cell(numbers[i], layer + 1, min(moved.positions), _laid_into(leaving, moved))

    # --- upward

    @torch.no_grad()
    def _walk(self, group: list[Cell], position: int) -> tuple[list[int], Tensor]:
        """Take a group's cells through all layers: (their numbers, the stream [cell, width] at the position)."""
        segments: dict[int, _Segment] = {}
        for layer in range(min(cell.layer for cell in group), len(self._layers)):
            self._join(segments, [cell for cell in group if cell.layer == layer], position)
            walking = list(segments.values())
            if layer + 1 < len(self._layers):
                segments = {each.start: each for each in self._layer(layer, walking)}
        return [number for each in walking for number in each.numbers], self._last(walking, position)

    def _join(self, segments: dict[int, _Segment], cells: Sequence[Cell], position: int) -> None:
        """Add the cells that begin at this layer to those that walk already."""
        for _, layer, start, values in cells:
            assert layer < len(self._layers)  # noqa: S101  # those behind the last layer do not walk
            base = self._run.resid[layer]
            kept = values[: position + 1 - start]
            rows = torch.cat([kept.to(base), base[start + len(kept) : position + 1]])[None]
            known = segments.get(start)
            segments[start] = (
                _Segment(start, [], rows) if known is None else known._replace(rows=torch.cat([known.rows, rows]))
            )
        for number, _, start, _ in cells:
            segments[start].numbers.append(number)

    def _layer(self, layer: int, segments: list[_Segment]) -> list[_Segment]:
        """The segments behind a layer."""
        shapes = [each.rows.shape[:2] for each in segments]
        sizes = [cells * rows for cells, rows in shapes]

        def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            read = []
            parts = zip(*(torch.split(x[0], sizes, 1) for x in (query, key, value)), strict=True)
            for segment, shape, (q, k, v) in zip(segments, shapes, parts, strict=True):
                own = (_by_cell(q, shape), _by_cell(k, shape), _by_cell(v, shape))
                read.append(self._attention[layer].of(*own, segment.start).flatten(0, 1))
            return torch.cat(read)[None]

        y = self._call(layer, *_flat(segments), attend)
        return [
            each._replace(rows=rows.view(*shape, -1))
            for each, rows, shape in zip(segments, torch.split(y, sizes), shapes, strict=True)
        ]

    def _last(self, segments: list[_Segment], position: int) -> Tensor:
        """The stream [cell, width] that leaves the last layer at the position: other rows are run up to their keys only."""
        layer, cells = len(self._layers) - 1, [len(each.rows) for each in segments]
        before = [each._replace(rows=each.rows[:, :-1]) for each in segments]
        sizes = [each.rows.shape[0] * each.rows.shape[1] for each in before]
        keys = self._keys(layer, before) if sum(sizes) else None

        def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            own = [torch.split(x[0], cells, 1) for x in (query, key, value)]
            earlier = None if keys is None else [torch.split(x, sizes, 1) for x in keys]
            read = []
            for i, segment in enumerate(segments):
                q, k, v = (x[i].unsqueeze(2) for x in own)
                if earlier is not None:
                    shape = before[i].rows.shape[:2]
                    k, v = (torch.cat([_by_cell(x[i], shape), new], 2) for x, new in zip(earlier, (k, v), strict=True))
                read.append(self._attention[layer].of(q, k, v, segment.start).flatten(0, 1))
            return torch.cat(read)[None]

        x = torch.cat([each.rows[:, -1] for each in segments])
        return self._call(layer, x, torch.full((len(x),), position, device=x.device), attend)

    def _keys(self, layer: int, segments: list[_Segment]) -> tuple[Tensor, Tensor]:
        """Keys and values [key-value head, row, width] of all rows; the layer is left once they are known."""
        found: list[Tensor] = []

        def note(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            found.extend((key[0], value[0]))
            raise _KeysKnown

        with suppress(_KeysKnown):
            self._call(layer, *_flat(segments), note)
        return found[0], found[1]

    def _call(self, layer: int, x: Tensor, positions: Tensor, attend: Instead) -> Tensor:
        """The library's layer on rows [row, width] at these positions [row], with another attention."""
        with self._model.lock, replaced(attend):
            y = self._calls[layer].on_rows(self._layers[layer].module, x, positions)
        self._count(len(x))
        return y

    def _count(self, rows: int) -> None:
        """Add to the model's forwards what so many rows of one layer amount to."""
        whole, self._rows_run = divmod(self._rows_run + rows, len(self._layers) * len(self._run.ids))
        self._model.runs.forwards += whole


def _laid_into(base: Tensor, patch: Patch) -> Tensor:
    """The rows from a patch's first position to its last: its values, and the base's [position, width] between them."""
    start, end = min(patch.positions), max(patch.positions) + 1
    if end - start == len(patch.positions):
        return patch.values
    rows = base[start:end].clone()
    rows[[at - start for at in patch.positions]] = patch.values.to(rows)
    return rows


def _flat(segments: Sequence[_Segment]) -> tuple[Tensor, Tensor]:
    """All rows one behind the other [row, width], and the positions they stand at [row]."""
    x = torch.cat([each.rows.flatten(0, 1) for each in segments])
    at = [
        torch.arange(each.start, each.start + each.rows.shape[1], device=x.device).repeat(len(each.rows))
        for each in segments
    ]
    return x, torch.cat(at)


def _by_cell(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Rows [head, cell · row, width] as [head, cell, row, width]."""
    return x.view(len(x), *shape, x.shape[-1])


def _reading(z: Tensor) -> Instead:
    """An attention whose heads read what is known already: [row, head, width]."""
    return lambda query, key, value: z[None]


def _chunks(sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Indices of consecutive things whose sizes add up to `most` at the most, or of one that is larger alone."""
    chunk: list[int] = []
    total = 0
    for i, size in enumerate(sizes):
        if chunk and total + size > most:
            yield chunk
            chunk, total = [], 0
        chunk.append(i)
        total += size
    if chunk:
        yield chunk

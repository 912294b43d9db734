"""Pooling: a grid of layers and tokens shrunk to what a screen can show.

Neighbouring rows and columns become blocks. Of an effect a block keeps the largest, by size and with its sign, so that
nothing that stands out is averaged away; of everything else it keeps the mean. Ranked tokens are those of the block's
cell that counts most. What was done is in `facts.pooled`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from stratascope.document import Document
from stratascope.problem import Problem

KINDS: dict[str, str] = {"token_grid": "row", "patch_grid": "layer"}
"""Kinds that can be pooled, with the name of their rows."""

How = Literal["mean", "maximum"]
_SIGNED = ("eff", "dif")


class Window(NamedTuple):
    """The part of a grid that is looked at: rows and columns from .. up to but not including `to`; None is the end."""

    from_row: int = 0
    to_row: int | None = None
    from_column: int = 0
    to_column: int | None = None


@dataclass(frozen=True)
class _Blocks:
    """Neighbours along one axis, `size` of them in each block, the last block with what is left."""

    starts: np.ndarray
    size: int
    end: int

    @classmethod
    def of(cls, dim: str, total: int, first: int, last: int | None, most: int) -> _Blocks:
        end = total if last is None else min(last, total)
        if not 0 <= first < end:
            raise Problem(
                "bad_window",
                f"The {dim}s from {first} to {end} are none of the {total} there are.",
                field=f"from_{'column' if dim == 'position' else 'row'}",
                remedy="Ask for a part of the grid that exists",
            )
        size = -(-(end - first) // most)
        return cls(np.arange(first, end, size), size, end)

    def lists(self) -> list[np.ndarray]:
        return [np.arange(start, min(start + self.size, self.end)) for start in self.starts]


def pooled(document: Document, rows: int, columns: int, window: Window | None = None) -> Document:
    """The document of a grid with at most so many rows and columns of a window, blocks in place of single cells.

    A grid that is small enough keeps its cells. Raises `not_a_grid` for kinds that are none, and `bad_window`.
    """
    body, arrays = document.head["result"], document.labelled()
    window = window or Window()
    if body["kind"] not in KINDS:
        raise Problem(
            "not_a_grid",
            f"A {body['kind'].replace('_', ' ')} has no layers and tokens to pool.",
            remedy="Ask for the result as it is stored",
        )
    row = KINDS[body["kind"]]
    drawn = arrays[body["quantities"][0]["name"]].values
    down = _Blocks.of(row, drawn.shape[0], window.from_row, window.to_row, rows)
    across = _Blocks.of("position", drawn.shape[1], window.from_column, window.to_column, columns)
    effects = {each["name"] for each in body["quantities"] if each["scale"] in _SIGNED}
    best = _counting_most(drawn, down, across)
    shrunk: dict[str, np.ndarray] = {}
    how: dict[str, How] = {}
    for name, array in arrays.items():
        if array.dims[:2] != (row, "position"):
            shrunk[name] = _along(array.values, array.dims, {row: down, "position": across})
        elif array.is_text or array.values.dtype.kind != "f":
            shrunk[name] = array.values[best]
        else:
            how[name] = "maximum" if name in effects else "mean"
            shrunk[name] = _reduced(array.values, down, across, how[name])
    ranked = [name for name in how if len(arrays[name].dims) > 2 and arrays[name].dims[2] == "rank"]
    for name in ranked:  # they belong to the ranked tokens of one cell
        shrunk[name] = arrays[name].values[best]
    kept = {name: how[name] for name in how if name not in ranked}
    return _document(document, shrunk, {row: down, "position": across}, kept)


def _counting_most(drawn: np.ndarray, down: _Blocks, across: _Blocks) -> tuple[np.ndarray, np.ndarray]:
    """Row and column [block row, block column] of each block's cell with the largest drawn value by size."""
    sizes = np.where(np.isnan(drawn), -1.0, np.abs(drawn))
    found = np.zeros((2, len(down.starts), len(across.starts)), dtype=np.int64)
    for i, rows in enumerate(down.lists()):
        for j, columns in enumerate(across.lists()):
            at = np.unravel_index(int(sizes[np.ix_(rows, columns)].argmax()), (len(rows), len(columns)))
            found[:, i, j] = rows[at[0]], columns[at[1]]
    return found[0], found[1]


def _reduced(values: np.ndarray, down: _Blocks, across: _Blocks, how: How) -> np.ndarray:
    """[row, position, ...] -> [block row, block column, ...]; a block without any defined value stays undefined."""
    for axis, blocks in ((0, down), (1, across)):
        part = np.take(values, range(blocks.starts[0], blocks.end), axis=axis).astype(np.float64)
        edges = blocks.starts - blocks.starts[0]
        values = _largest(part, edges, axis) if how == "maximum" else _mean(part, edges, axis)
    return values.astype(np.float32)


def _largest(values: np.ndarray, edges: np.ndarray, axis: int) -> np.ndarray:
    filled = np.where(np.isnan(values), 0.0, values)
    high, low = np.maximum.reduceat(filled, edges, axis=axis), np.minimum.reduceat(filled, edges, axis=axis)
    known = np.add.reduceat((~np.isnan(values)).astype(np.int64), edges, axis=axis)
    return np.where(known == 0, np.nan, np.where(high >= -low, high, low))


def _mean(values: np.ndarray, edges: np.ndarray, axis: int) -> np.ndarray:
    known = np.add.reduceat((~np.isnan(values)).astype(np.float64), edges, axis=axis)
    total = np.add.reduceat(np.where(np.isnan(values), 0.0, values), edges, axis=axis)
    return np.where(known == 0, np.nan, total / np.maximum(known, 1.0))


def _along(values: np.ndarray, dims: tuple[str, ...], blocks: Mapping[str, _Blocks]) -> np.ndarray:
    """An array over only one of the two dimensions: its entries at the blocks' first places."""
    for axis, dim in enumerate(dims):
        if dim in blocks:
            values = np.take(values, blocks[dim].starts, axis=axis)
    return values


def _document(
    document: Document, arrays: dict[str, np.ndarray], blocks: Mapping[str, _Blocks], how: Mapping[str, How]
) -> Document:
    """The same document with smaller arrays. A block is named after its first row or position."""
    body: dict[str, Any] = dict(document.head["result"])
    coords = dict(body["coords"])
    for dim, each in blocks.items():
        labels = coords.get(dim)
        coords[dim] = [labels[start] if labels else str(start) for start in each.starts]
    sizes = {dim: each.size for dim, each in blocks.items()}
    body["coords"] = coords
    body["shown"] = body["shown"] | {dim: len(each.starts) for dim, each in blocks.items()}
    body["facts"] = body["facts"] | {"pooled": {**sizes, "how": dict(how)}}
    body["text"] = {name: arrays[name].tolist() for name in body["text"]}
    numeric = {name: np.ascontiguousarray(values) for name, values in arrays.items() if name not in body["text"]}
    return Document({**document.head, "result": body}, numeric)

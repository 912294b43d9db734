"""Table: the drawing of last resort. Every array is a column; what has several dimensions gets one column per index."""

from __future__ import annotations

import numpy as np

from stratascope.figures.sheet import MONO, Figure, Sheet, frame
from stratascope.figures.text import plot_text
from stratascope.result import Array

_MOST_ROWS = 1000


def draw(sheet: Sheet) -> Figure:
    """Arrays that share the dimensions of the first become the columns of one table of at most 1000 rows."""
    first = next(iter(sheet.arrays.values()), None)
    if first is None:
        return frame(sheet, [_table(sheet, [], [])])
    columns = {name: array for name, array in sheet.arrays.items() if array.dims == first.dims}
    indices = list(np.ndindex(*first.values.shape))[:_MOST_ROWS]
    labels = [sheet.labels(dim, size) for dim, size in zip(first.dims, first.values.shape, strict=True)]
    places = [[labels[axis][index[axis]] for index in indices] for axis in range(first.values.ndim)]
    cells = places + [[_cell(array, index) for index in indices] for array in columns.values()]
    return frame(sheet, [_table(sheet, [*first.dims, *columns], cells)])


def _cell(array: Array, index: tuple[int, ...]) -> str:
    value = array.values[index]
    if array.is_text:
        return plot_text(str(value))
    if not np.isfinite(value):
        return "–"
    return f"{value:.6g}".replace("-", "−")


def _table(sheet: Sheet, names: list[str], cells: list[list[str]]) -> dict[str, object]:
    colours = sheet.palette
    font = {"family": MONO, "size": 11, "color": colours.ink}
    shared = {"align": "left", "line": {"color": colours.line}, "fill": {"color": colours.surface}, "font": font}
    return {
        "type": "table",
        "header": {"values": [plot_text(name) for name in names], **shared},
        "cells": {"values": cells, **shared},
    }

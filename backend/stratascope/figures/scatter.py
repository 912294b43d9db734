"""Scatter: points in the plane, coloured by the first quantity that is neither coordinate, or by class."""

from __future__ import annotations

from typing import Any

import numpy as np

from stratascope.figures.sheet import Figure, Sheet, axis, caption, frame, plain
from stratascope.figures.text import plot_text

_SHAPES = ("circle", "square", "cross", "diamond", "triangle-up", "x")


def draw(sheet: Sheet) -> Figure:
    """Arrays `x` and `y` over `point`, `label` as hover text, `class` as colour and shape."""
    x, y = (sheet.arrays[name].values.astype(np.float64) for name in ("x", "y"))
    hover = [plot_text(label) for label in _texts(sheet, "label", len(x))]
    classes = _texts(sheet, "class", len(x))
    traces = []
    for order, name in enumerate(dict.fromkeys(classes)):
        chosen = [i for i, other in enumerate(classes) if other == name]
        marker = {"symbol": _SHAPES[order % len(_SHAPES)], "color": sheet.palette.categories[order % 6], "size": 7}
        points: dict[str, Any] = {"type": "scatter", "mode": "markers", "name": plot_text(name), "marker": marker}
        points |= {"x": plain(x[chosen]), "y": plain(y[chosen]), "hovertext": [hover[i] for i in chosen]}
        traces.append(points | {"hovertemplate": "%{hovertext}<br>%{x}, %{y}<extra></extra>"})
    titles = {q["name"]: caption(q) for q in sheet.quantities}
    axes = {f"{name}axis": axis(sheet, titles.get(name, name)) for name in ("x", "y")}
    return frame(sheet, traces, showlegend=len(traces) > 1, **axes)


def _texts(sheet: Sheet, name: str, size: int) -> list[str]:
    """A text array of the result, empty strings without one."""
    array = sheet.arrays.get(name)
    return [str(value) for value in array.values] if array is not None else [""] * size

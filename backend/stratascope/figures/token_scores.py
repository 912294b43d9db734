"""Token scores: one bar per token, shaded by its value."""

from __future__ import annotations

import numpy as np

from stratascope.figures.sheet import MONO, Figure, Sheet, axis, caption, frame, plain
from stratascope.figures.text import plot_text


def draw(sheet: Sheet) -> Figure:
    """Bars over the tokens; hovering adds every text array of the result."""
    quantity = sheet.quantities[0]
    values = sheet.arrays[quantity["name"]].values.astype(np.float64)
    low, high = sheet.limits(quantity)
    tokens = sheet.labels("position", len(values))
    words = [array.values for array in sheet.arrays.values() if array.is_text and array.dims == ("position",)]
    extra = ["<br>".join([tokens[i], *(plot_text(str(word[i])) for word in words)]) for i in range(len(values))]
    bars = {
        "type": "bar",
        "x": list(range(len(values))),
        "y": plain(values),
        "marker": {
            "color": [sheet.palette.step(quantity["scale"], float(v), low, high) for v in values],
            "line": {"color": sheet.palette.line_strong, "width": 1},
        },
        "hovertext": extra,
        "hovertemplate": "%{hovertext}<br>%{y}<extra></extra>",
    }
    across = axis(sheet, "", tokens, tickfont={"family": MONO, "size": 11}, tickangle=-60)
    return frame(sheet, [bars], xaxis=across, yaxis=axis(sheet, caption(quantity)))

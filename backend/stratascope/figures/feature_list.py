"""Feature list: ranked bars, the largest on top."""

from __future__ import annotations

import numpy as np

from stratascope.figures.sheet import Figure, Sheet, axis, caption, frame, plain


def draw(sheet: Sheet) -> Figure:
    """Horizontal bars of the first quantity, labelled by the features' coordinates."""
    quantity = sheet.quantities[0]
    values = sheet.arrays[quantity["name"]].values.astype(np.float64)
    low, high = sheet.limits(quantity)
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": plain(values),
        "y": list(range(len(values))),
        "marker": {"color": [sheet.palette.step(quantity["scale"], float(v), low, high) for v in values]},
        "hovertemplate": "%{x}<extra></extra>",
    }
    down = axis(sheet, "", sheet.labels("feature", len(values)), autorange="reversed")
    return frame(sheet, [bars], xaxis=axis(sheet, caption(quantity)), yaxis=down)

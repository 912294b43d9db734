"""Histogram: counts per bin."""

from __future__ import annotations

import numpy as np

from stratascope.figures.sheet import Figure, Sheet, axis, caption, frame, plain


def draw(sheet: Sheet) -> Figure:
    """Bars of `count` between consecutive `edges`."""
    count, edges = (sheet.arrays[name].values.astype(np.float64) for name in ("count", "edges"))
    scale = sheet.quantities[0]["scale"]
    bars = {
        "type": "bar",
        "x": plain((edges[:-1] + edges[1:]) / 2),
        "width": plain(np.diff(edges)),
        "y": plain(count),
        "marker": {"color": sheet.palette.ramps[scale][-4]},
        "hovertemplate": "%{x}: %{y}<extra></extra>",
    }
    return frame(sheet, [bars], xaxis=axis(sheet, caption(sheet.quantities[0])), yaxis=axis(sheet, "count"), bargap=0)

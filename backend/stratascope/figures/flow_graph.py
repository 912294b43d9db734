"""Flow graph: weighted edges between named nodes, drawn as a Sankey diagram."""

from __future__ import annotations

import numpy as np

from stratascope.figures.sheet import Figure, Sheet, frame, plain


def draw(sheet: Sheet) -> Figure:
    """Edges as ribbons as wide as their weight's size, coloured by its sign."""
    source, target = (sheet.arrays[name].values.astype(int).tolist() for name in ("source", "target"))
    weight = sheet.arrays["weight"].values.astype(np.float64)
    largest = float(np.nanmax(np.abs(weight), initial=1e-12))
    colours = [sheet.palette.step("eff", float(w), -largest, largest) for w in weight]
    count = max([*source, *target], default=-1) + 1
    nodes = {
        "label": sheet.labels("node", count),
        "color": sheet.palette.ink_soft,
        "line": {"width": 0},
        "pad": 12,
        "thickness": 12,
    }
    link = {"source": source, "target": target, "value": plain(np.abs(weight)), "color": colours}
    return frame(sheet, [{"type": "sankey", "node": nodes, "link": link, "valueformat": ".4g"}])

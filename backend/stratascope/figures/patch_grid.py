"""Patch grid: the effect of replacing each cell, values inside the control's band left neutral."""

from __future__ import annotations

import numpy as np

from stratascope.figures.sheet import MONO, Figure, Sheet, axis, frame, heatmap
from stratascope.figures.text import token_label


def draw(sheet: Sheet) -> Figure:
    """A diverging heat map over layers and tokens; cells between `control_low` and `control_high` are blanked to zero.

    Where the other prompt has another token, it stands under the first one's.
    """
    quantity = sheet.quantities[0]
    values = sheet.arrays[quantity["name"]].values.astype(np.float64)
    low, high = (sheet.arrays[name].values if name in sheet.arrays else 0.0 for name in ("control_low", "control_high"))
    inside = (values >= low) & (values <= high) & np.isfinite(values)
    trace = heatmap(sheet, quantity, np.where(inside, 0.0, values))
    trace["hovertemplate"] = "layer %{y}, position %{x}: %{z}<extra></extra>"
    return frame(
        sheet,
        [trace],
        xaxis=axis(sheet, "", _labels(sheet, values.shape[1]), tickfont={"family": MONO, "size": 11}),
        yaxis=axis(sheet, "layer", sheet.labels("layer", values.shape[0])),
    )


def _labels(sheet: Sheet, size: int) -> list[str]:
    labels, others = sheet.labels("position", size), sheet.result.get("other_tokens") or []
    if len(others) != size:
        return labels
    return [f"{label}<br>{token_label(token)}" if token else label for label, token in zip(labels, others, strict=True)]

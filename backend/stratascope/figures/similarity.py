"""Similarity: a matrix of likenesses, origin bottom left."""

from __future__ import annotations

from stratascope.figures.sheet import Figure, Sheet, axis, frame, heatmap


def draw(sheet: Sheet) -> Figure:
    """A heat map over the two dimensions of the first quantity."""
    quantity = sheet.quantities[0]
    array = sheet.arrays[quantity["name"]]
    rows, columns = array.values.shape
    trace = heatmap(sheet, quantity, array.values, hovertemplate="%{y}, %{x}: %{z}<extra></extra>")
    down, across = array.dims
    return frame(
        sheet,
        [trace],
        xaxis=axis(sheet, across, sheet.labels(across, columns)),
        yaxis=axis(sheet, down, sheet.labels(down, rows), scaleanchor="x", constrain="domain"),
    )

"""Head matrices: one matrix large, or a mosaic of thumbnails, layers upward and heads across."""

from __future__ import annotations

from typing import Any

import numpy as np

from stratascope.figures.sheet import MONO, Figure, Sheet, axis, caption, frame, heatmap

_THUMBNAIL = 24
_GAP = 2


def draw(sheet: Sheet) -> Figure:
    """The single matrix with its tokens, or thumbnails of all."""
    quantity = sheet.quantities[0]
    values = sheet.arrays[quantity["name"]].values.astype(np.float64)
    layers, heads = values.shape[:2]
    return _one(sheet, quantity, values[0, 0]) if layers * heads == 1 else _mosaic(sheet, quantity, values)


def _one(sheet: Sheet, quantity: dict[str, Any], values: np.ndarray) -> Figure:
    """Looking tokens down, looked-at tokens across; what a causal model cannot see stays empty."""
    rows, columns = sheet.labels("query", values.shape[0]), sheet.labels("key", values.shape[1])
    trace = heatmap(sheet, quantity, _unseen_empty(values))
    trace["hovertemplate"] = "query %{y} → key %{x}: %{z}<extra></extra>"
    text = {"family": MONO, "size": 11}
    down = axis(sheet, "query (looks)", rows, autorange="reversed", tickfont=text, scaleanchor="x", constrain="domain")
    return frame(sheet, [trace], xaxis=axis(sheet, "key (is looked at)", columns, tickfont=text), yaxis=down)


def _mosaic(sheet: Sheet, quantity: dict[str, Any], values: np.ndarray) -> Figure:
    """Every matrix as a thumbnail: the largest value of each block, its square root for attention so that faint cells show."""
    layers, heads = values.shape[:2]
    small = _thumbnails(_unseen_empty(values))
    low, high = sheet.limits(quantity)
    rooted = quantity["scale"] == "attn" and low == 0
    drawn = np.sqrt(small.clip(min=0)) if rooted else small
    size, pitch = small.shape[-1], small.shape[-1] + _GAP
    canvas = np.full((layers * pitch - _GAP, heads * pitch - _GAP), np.nan)
    for layer in range(layers):
        for head in range(heads):
            top, left = layer * pitch, head * pitch
            canvas[top : top + size, left : left + size] = drawn[layer, head, ::-1]
    trace = heatmap(sheet, quantity, canvas, xgap=0, ygap=0, hoverinfo="skip")
    if rooted:
        trace |= {"zmin": 0.0, "zmax": high**0.5}
        trace["colorbar"]["title"]["text"] = "√ " + caption(quantity)
    across, upward = (_ticks(sheet, dim, count, pitch, size) for dim, count in (("head", heads), ("layer", layers)))
    return frame(sheet, [trace], xaxis=axis(sheet, "head", **across), yaxis=axis(sheet, "layer", **upward))


def _ticks(sheet: Sheet, dim: str, count: int, pitch: int, size: int) -> dict[str, Any]:
    """One tick in the middle of each thumbnail."""
    middle = [i * pitch + (size - 1) / 2 for i in range(count)]
    return {"tickvals": middle, "ticktext": sheet.labels(dim, count), "showgrid": False, "zeroline": False}


def _thumbnails(values: np.ndarray) -> np.ndarray:
    """Matrices pooled to at most 24 × 24 by the largest value of each block; NaN where a block holds none."""
    size = values.shape[-1]
    block = -(-size // _THUMBNAIL)
    padded = np.full((*values.shape[:-2], -(-size // block) * block, -(-size // block) * block), np.nan)
    padded[..., :size, : values.shape[-1]] = values
    count = padded.shape[-1] // block
    tiles = padded.reshape(*values.shape[:-2], count, block, count, block)
    filled = np.where(np.isnan(tiles), -np.inf, tiles).max(axis=(-3, -1))
    return np.where(np.isinf(filled), np.nan, filled)


def _unseen_empty(values: np.ndarray) -> np.ndarray:
    """The matrices with the part above the diagonal undefined where it is zero in all of them."""
    above = np.triu(np.ones(values.shape[-2:], dtype=bool), k=1)
    seen = np.nansum(np.abs(np.where(above, values, 0.0))) > 0
    return values if seen else np.where(above, np.nan, values)

"""Head grid: layers upward, heads across, the largest heads listed beside it and the other parts below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stratascope.figures.sheet import Figure, Sheet, axis, caption, frame, heatmap, plain, switch

_LISTED = 10


def draw(sheet: Sheet) -> Figure:
    """A heat map and a list of its largest cells per quantity, with a menu; bars of `components` when there are any."""
    traces: list[dict[str, Any]] = []
    layers, heads = sheet.arrays[sheet.quantities[0]["name"]].values.shape
    parts = _parts(sheet)
    bottom = 0.42 if parts else 0.0
    for i, quantity in enumerate(sheet.quantities):
        values = sheet.arrays[quantity["name"]].values.astype(np.float64)
        cells = heatmap(sheet, quantity, values, visible=i == 0, hovertemplate="head %{y}.%{x}: %{z}<extra></extra>")
        cells["colorbar"] |= {
            "x": 0.6,
            "xanchor": "left",
            "len": 1.0 - bottom,
            "y": (1.0 + bottom) / 2,
            "title": {"text": ""},
        }
        traces += [cells, _largest(sheet, quantity, values, visible=i == 0)]
    layout: dict[str, Any] = {
        "xaxis": axis(sheet, "head", sheet.labels("head", heads), domain=[0.0, 0.58]),
        "yaxis": axis(sheet, "layer", sheet.labels("layer", layers), domain=[bottom, 1.0]),
        "xaxis2": axis(sheet, caption(sheet.quantities[0]), domain=[0.76, 1.0], anchor="y2"),
        "yaxis2": axis(sheet, "", domain=[bottom, 1.0], anchor="x2", autorange="reversed", type="category", dtick=1),
    }
    if len(sheet.quantities) > 1:
        groups = [i // 2 for i in range(len(traces))]
        layout["updatemenus"] = switch(sheet, [caption(q) for q in sheet.quantities], groups)
        layout["xaxis2"]["title"]["text"] = ""  # the menu names what is shown
        layout["margin"] = {"l": 56, "r": 24, "t": 56, "b": 48}
    if parts:
        layout |= {
            "height": 560,
            "xaxis3": axis(sheet, "", [str(x) for x in parts["x"]], domain=[0.0, 1.0], anchor="y3")
            | {"tickvals": None},
            "yaxis3": axis(sheet, "", domain=[0.0, 0.26], anchor="x3", zeroline=True),
        }
        traces.append(parts)
        for menu in layout.get("updatemenus", []):
            for button in menu["buttons"]:
                button["args"][0]["visible"].append(True)
    return frame(sheet, traces, **layout)


def _largest(sheet: Sheet, quantity: Mapping[str, Any], values: np.ndarray, visible: bool) -> dict[str, Any]:
    """Bars of the heads with the largest size, layer.head beside each, in the colours of the grid."""
    low, high = sheet.limits(quantity)
    size = np.where(np.isfinite(values), np.abs(values), -1.0).ravel()
    order = [int(i) for i in np.argsort(-size, kind="stable")[:_LISTED] if size[i] >= 0]
    found = values.ravel()[order]
    layers, heads = (sheet.labels(dim, n) for dim, n in zip(("layer", "head"), values.shape, strict=True))
    return {
        "type": "bar",
        "orientation": "h",
        "x": plain(found),
        "y": [f"{layers[i // len(heads)]}.{heads[i % len(heads)]}" for i in order],
        "marker": {"color": [sheet.palette.step(quantity["scale"], float(v), low, high) for v in found]},
        "xaxis": "x2",
        "yaxis": "y2",
        "visible": visible,
        "hovertemplate": "head %{y}: %{x}<extra></extra>",
    }


def _parts(sheet: Sheet) -> dict[str, Any] | None:
    """Bars of the array `components`, in order of depth."""
    array = sheet.arrays.get("components")
    if array is None or array.values.ndim != 1:
        return None
    values = array.values.astype(np.float64)
    largest = float(np.nanmax(np.abs(values), initial=1e-12))
    return {
        "type": "bar",
        "x": sheet.labels(array.dims[0], len(values)),
        "y": plain(values),
        "marker": {"color": [sheet.palette.step("eff", float(v), -largest, largest) for v in values]},
        "xaxis": "x3",
        "yaxis": "y3",
        "hovertemplate": "%{x}: %{y}<extra></extra>",
    }

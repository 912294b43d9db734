"""What rides along with a figure: small bars under it, one chart per quantity and series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stratascope.figures.palette import signed
from stratascope.figures.sheet import Figure, Sheet, axis, caption, plain
from stratascope.figures.text import plot_text

_HEIGHT, _CHART, _GAP, _ROOM = 480, 110, 60, 50
"""Pixels: of a figure, of a chart of bars, between two, and for the names of the figure's own axis."""
_FIRST_AXIS = 50
"""Numbers of axes that no figure of its own reaches."""
_STEP, _NEGATIVE, _POSITIVE = 8, 4, 20
"""Steps of a ramp that stand out against the surface."""


def with_bars(drawn: Figure, sheet: Sheet) -> Figure:
    """The figure with its bars under it; the figure itself where it has none or no axes."""
    charts = [chart for quantity in sheet.result.get("beside") or [] for chart in _charts(sheet, quantity)]
    layout = drawn["layout"]
    if not charts or not any(name.startswith("yaxis") for name in layout):
        return drawn
    height = layout.get("height", _HEIGHT)
    total = height + _ROOM + len(charts) * (_CHART + _GAP)
    _lift(drawn, 1 - height / total)
    layout["height"] = total
    for i, (quantity, title, dim, values) in enumerate(charts):
        number = _FIRST_AXIS + i
        bottom = (len(charts) - 1 - i) * (_CHART + _GAP) / total
        top = bottom + _CHART / total
        labels = sheet.labels(dim, len(values))
        drawn["data"].append(_bars(sheet, quantity, values, number, labels))
        layout[f"xaxis{number}"] = axis(sheet, "", labels, anchor=f"y{number}")
        layout[f"yaxis{number}"] = axis(sheet, "", domain=[bottom, top], anchor=f"x{number}", nticks=3, zeroline=True)
        if quantity["limits"]:
            layout[f"yaxis{number}"]["range"] = list(quantity["limits"])
        layout.setdefault("annotations", []).append(
            {
                "text": title, "showarrow": False, "xref": "paper", "x": 0, "xanchor": "left",
                "yref": "paper", "y": top, "yanchor": "bottom", "yshift": 4,
            }
        )  # fmt: skip
    for menu in layout.get("updatemenus", []):
        for button in menu["buttons"]:
            button["args"][0]["visible"] += [True] * len(charts)
    return drawn


def _charts(sheet: Sheet, quantity: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str, str, np.ndarray]]:
    """(quantity, title, dimension, values) of every series of a quantity."""
    array = sheet.arrays[quantity["name"]]
    values = np.atleast_2d(array.values.astype(np.float64))
    dim = array.dims[-1]
    title = f"{caption(quantity)}, by {plot_text(dim)}"
    if array.values.ndim == 1:
        return [(quantity, title, dim, values[0])]
    names = sheet.labels(array.dims[0], len(values))
    return [(quantity, f"{title}: {name}", dim, row) for name, row in zip(names, values, strict=True)]


def _bars(
    sheet: Sheet, quantity: Mapping[str, Any], values: np.ndarray, number: int, labels: list[str]
) -> dict[str, Any]:
    ramp = sheet.palette.ramps[quantity["scale"]]
    either = signed(quantity["scale"])
    colours = [ramp[(_NEGATIVE if value < 0 else _POSITIVE) if either else _STEP] for value in values.tolist()]
    return {
        "type": "bar",
        "x": list(range(len(values))),
        "y": plain(values),
        "marker": {"color": colours},
        "customdata": labels,
        "hovertemplate": "%{customdata}: %{y}<extra></extra>",
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
    }


def _lift(drawn: Figure, share: float) -> None:
    """Move all there is into the upper part, above `share` of the height."""

    def lifted(y: float) -> float:
        return share + (1 - share) * y

    layout = drawn["layout"]
    for name in [name for name in layout if name.startswith("yaxis")]:
        low, high = layout[name].get("domain", (0.0, 1.0))
        layout[name]["domain"] = [lifted(low), lifted(high)]
    layout.get("xaxis", {}).setdefault("anchor", "y")
    for each in [*layout.get("annotations", []), *layout.get("shapes", [])]:
        if each.get("yref") == "paper":
            each |= {name: lifted(each[name]) for name in ("y", "y0", "y1") if name in each}
    for trace in drawn["data"]:
        if "colorbar" in trace:
            bar = trace["colorbar"]
            bar |= {"y": lifted(bar.get("y", 0.5)), "len": bar.get("len", 1.0) * (1 - share)}

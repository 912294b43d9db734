"""Layer curve: series over depth with their bands, one panel per unit, labels at the line ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from stratascope.figures.sheet import Figure, Sheet, axis, caption, frame, plain

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "x")
_SPACE = 0.08
_PANEL_PIXELS, _LABEL_PIXELS = 190, 13
Panel = tuple[dict[str, Any], list[int], str]


def draw(sheet: Sheet) -> Figure:
    """Panels stacked over one shared axis of depth: a panel for each quantity, and for each unit among its series."""
    panels = _panels(sheet)
    height = (1.0 - _SPACE * (len(panels) - 1)) / len(panels)
    traces: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    height_pixels = max(330, _PANEL_PIXELS * len(panels))
    layout: dict[str, Any] = {"height": height_pixels, "margin": {"l": 64, "r": 120, "t": 24, "b": 48}}
    for i, (quantity, members, unit) in enumerate(panels):
        suffix = "" if i == 0 else str(i + 1)
        ends: list[dict[str, Any]] = []
        for order, series in enumerate(members):
            lines, note = _series(sheet, quantity, series, order, suffix)
            traces += lines
            ends += note
        flat = _is_flattened(sheet, quantity, members)
        notes += _apart(ends, _range(sheet, quantity, members, flat), flat)
        top = 1.0 - i * (height + _SPACE)
        layout[f"yaxis{suffix}"] = axis(sheet, caption(quantity | {"unit": unit}), domain=[max(0.0, top - height), top])
        if flat:
            layout[f"yaxis{suffix}"] |= {"type": "log", "dtick": "D2", "exponentformat": "power"}
    array = sheet.arrays[panels[0][0]["name"]]
    layout["xaxis"] = axis(sheet, array.dims[-1], sheet.labels(array.dims[-1], array.values.shape[-1]))
    layout["xaxis"]["anchor"] = "y" if len(panels) == 1 else f"y{len(panels)}"
    return frame(sheet, traces, annotations=notes, **layout)


def _panels(sheet: Sheet) -> list[Panel]:
    """(quantity, its series, unit) per panel; `facts.units` names the unit of a series where they differ."""
    units: dict[str, str] = sheet.facts.get("units") or {}
    panels: list[Panel] = []
    for quantity in sheet.quantities:
        array = sheet.arrays[quantity["name"]]
        names = sheet.result["coords"].get(array.dims[0]) or [""] * np.atleast_2d(array.values).shape[0]
        names = names if array.values.ndim > 1 else [""]
        found = [str(units.get(name, quantity["unit"])) for name in names]
        for unit in dict.fromkeys(found):
            panels.append((quantity, [i for i, other in enumerate(found) if other == unit], unit))
    return panels


def _series(
    sheet: Sheet, quantity: dict[str, Any], series: int, order: int, suffix: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The line of one series with its band, and the label at its end."""
    array = sheet.arrays[quantity["name"]]
    values = np.atleast_2d(array.values.astype(np.float64))[series]
    name = sheet.labels(array.dims[0], array.values.shape[0])[series] if array.values.ndim > 1 else caption(quantity)
    colour = sheet.palette.categories[order % len(sheet.palette.categories)]
    where = {"xaxis": "x", "yaxis": f"y{suffix}"}
    control = name == "control"
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(values))),
        "y": plain(values),
        "name": name,
        "line": {"color": colour, "width": 2, "dash": "dash" if control else _DASHES[order % len(_DASHES)]},
        "marker": {"symbol": _SHAPES[order % len(_SHAPES)], "size": 6},
        "hovertemplate": f"{name}, %{{x}}: %{{y}}<extra></extra>",
        **where,
    }
    defined = np.flatnonzero(np.isfinite(values))
    label = [_label(name, int(defined[-1]), float(values[defined[-1]]), colour, where)] if defined.size else []
    return [*_band(sheet, array.dims, series, colour, where), line], label


def _band(sheet: Sheet, dims: tuple[str, ...], series: int, colour: str, where: dict[str, str]) -> list[dict[str, Any]]:
    """The area between `low` and `high`, where the result has both with the series' dimensions."""
    ends = [sheet.arrays.get(name) for name in ("low", "high")]
    if any(end is None or end.dims != dims for end in ends):
        return []
    low, high = (np.atleast_2d(end.values)[series] for end in ends if end is not None)
    known = np.flatnonzero(np.isfinite(low) & np.isfinite(high)).tolist()
    if not known:
        return []
    edge = plain(high[known]) + plain(low[known])[::-1]
    area = {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "opacity": 0.15,
    }
    return [area | {"x": known + known[::-1], "y": edge, "hoverinfo": "skip", **where}]


def _label(name: str, x: int, y: float, colour: str, where: dict[str, str]) -> dict[str, Any]:
    """A series' name at the end of its line."""
    return {
        "text": name,
        "x": x, "y": y, "xref": where["xaxis"], "yref": where["yaxis"],
        "xanchor": "left", "xshift": 8, "showarrow": False, "font": {"color": colour},
    }  # fmt: skip


def _known(sheet: Sheet, quantity: dict[str, Any], members: list[int]) -> np.ndarray:
    values = np.atleast_2d(sheet.arrays[quantity["name"]].values.astype(np.float64))[members]
    return values[np.isfinite(values)]


def _is_flattened(sheet: Sheet, quantity: dict[str, Any], members: list[int]) -> bool:
    """Whether most values of a panel would lie on the ground of a linear axis, where a logarithmic one shows them all."""
    known = _known(sheet, quantity, members)
    if quantity["limits"] or not known.size or known.min() <= 0:
        return False
    return bool(known.max() > 40 * known.min() and np.median(known) < known.max() / 20)


def _range(sheet: Sheet, quantity: dict[str, Any], members: list[int], logarithmic: bool) -> float:
    """How far the values of a panel reach from the lowest to the highest; 0 without two of them."""
    known = _known(sheet, quantity, members)
    return float(np.ptp(np.log10(known) if logarithmic else known)) if known.size else 0.0


def _apart(labels: list[dict[str, Any]], reach: float, logarithmic: bool) -> list[dict[str, Any]]:
    """The labels of one panel whose values reach so far, those of close line ends moved apart."""
    top = float("-inf")
    for label in labels if logarithmic else []:
        label["y"] = float(np.log10(label["y"]))  # plotly wants the exponent there
    for label in sorted(labels, key=lambda label: float(label["y"])):
        pixels = label["y"] / reach * _PANEL_PIXELS * 0.7 if reach else 0.0
        placed = max(pixels, top + _LABEL_PIXELS)
        label["yshift"], top = round(placed - pixels), placed
    return labels

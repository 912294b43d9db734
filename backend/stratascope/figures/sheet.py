"""What every figure starts from: the arrays of a document by name, their labels, and the frame around a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stratascope.document import Document
from stratascope.figures.palette import Palette, Theme, palette, signed
from stratascope.figures.text import plot_text, token_label
from stratascope.result import Array

Figure = dict[str, Any]
FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", Inter, "Noto Sans", system-ui, sans-serif'
MONO = 'ui-monospace, "SF Mono", Menlo, "JetBrains Mono", "Liberation Mono", Consolas, monospace'
_TOKEN_DIMS = ("position", "query", "key")
_MOST_TICKS = 40


@dataclass(frozen=True)
class Sheet:
    """One document to be drawn in one palette."""

    result: Mapping[str, Any]
    arrays: dict[str, Array]
    palette: Palette

    @classmethod
    def of(cls, document: Document, theme: Theme) -> Sheet:
        """The sheet of a document."""
        return cls(document.head["result"], document.labelled(), palette(theme))

    @property
    def quantities(self) -> list[dict[str, Any]]:
        """What is drawn; when the result names nothing, its first numeric array."""
        if self.result["quantities"]:
            return list(self.result["quantities"])
        numeric = [name for name, array in self.arrays.items() if not array.is_text]
        return [{"name": name, "label": name, "scale": "mag", "unit": "", "limits": None} for name in numeric[:1]]

    @property
    def facts(self) -> Mapping[str, Any]:
        """The result's small facts."""
        return self.result.get("facts") or {}

    def labels(self, dim: str, size: int) -> list[str]:
        """Escaped names of the entries of a dimension: its coordinates, the tokens of the prompt, or indices."""
        coords = self.result["coords"].get(dim)
        if coords:
            return [plot_text(label) for label in coords]
        tokens = self.result["tokens"]
        if dim in _TOKEN_DIMS and len(tokens) == size:
            return [token_label(token) for token in tokens]
        return [str(i) for i in range(size)]

    def limits(self, quantity: Mapping[str, Any]) -> tuple[float, float]:
        """The ends of a quantity's colour scale: fixed ones, symmetric about zero, or from zero to the largest value."""
        if quantity["limits"]:
            low, high = quantity["limits"]
            return float(low), float(high)
        values = self.arrays[quantity["name"]].values.astype(np.float64)
        values = values[np.isfinite(values)]
        largest = float(np.abs(values).max()) if values.size else 1.0
        if signed(quantity["scale"]):
            return -(largest or 1.0), largest or 1.0
        low = min(0.0, float(values.min())) if values.size else 0.0
        return low, max(float(values.max()) if values.size else 1.0, low + 1e-12)


def caption(quantity: Mapping[str, Any]) -> str:
    """A quantity's label with its unit, escaped."""
    unit = f" ({quantity['unit']})" if quantity["unit"] else ""
    return plot_text(quantity["label"] + unit)


def plain(values: np.ndarray) -> list[Any]:
    """Nested lists with six significant digits and None for what is not finite."""
    numbers = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(numbers)
    safe = np.where(finite & (numbers != 0), numbers, 1.0)
    factor = 10.0 ** (5 - np.floor(np.log10(np.abs(safe))))
    rounded = np.where(numbers == 0, 0.0, np.round(safe * factor) / factor).astype(object)
    rounded[~finite] = None
    listed: list[Any] = rounded.tolist()
    return listed


def axis(sheet: Sheet, title: str, labels: Sequence[str] | None = None, **more: Any) -> dict[str, Any]:
    """An axis; with `labels` one tick per entry, thinned out when there are too many. All text is already escaped."""
    found: dict[str, Any] = {
        "title": {"text": title, "standoff": 8},
        "gridcolor": sheet.palette.line,
        "linecolor": sheet.palette.line_strong,
        "zerolinecolor": sheet.palette.line_strong,
        "automargin": True,
    }
    if labels is not None:
        every = -(-len(labels) // _MOST_TICKS)
        shown = list(range(0, len(labels), every))
        found |= {"tickvals": shown, "ticktext": [labels[i] for i in shown], "showgrid": False, "zeroline": False}
    return found | more


def heatmap(sheet: Sheet, quantity: Mapping[str, Any], values: np.ndarray, **more: Any) -> dict[str, Any]:
    """A heat-map trace of a matrix in the colours of its quantity, undefined cells left empty."""
    low, high = sheet.limits(quantity)
    return {
        "type": "heatmap",
        "z": plain(values),
        "zmin": low,
        "zmax": high,
        "colorscale": sheet.palette.colorscale(quantity["scale"]),
        "colorbar": {"title": {"text": caption(quantity), "side": "right"}, "thickness": 10, "outlinewidth": 0},
        "hoverongaps": False,
        "xgap": 1 if values.shape[1] <= 64 else 0,
        "ygap": 1 if values.shape[0] <= 64 else 0,
        **more,
    }


def frame(sheet: Sheet, data: list[dict[str, Any]], **layout: Any) -> Figure:
    """The figure: traces with the layout every figure shares."""
    colours = sheet.palette
    shared: dict[str, Any] = {
        "font": {"family": FONT, "size": 12, "color": colours.ink_soft},
        "paper_bgcolor": colours.surface,
        "plot_bgcolor": colours.surface,
        "margin": {"l": 56, "r": 24, "t": 24, "b": 48},
        "hoverlabel": {
            "bgcolor": colours.raised,
            "bordercolor": colours.line_strong,
            "font": {"family": MONO, "color": colours.ink},
            "align": "left",
        },
        "showlegend": False,
    }
    return {"data": data, "layout": shared | layout}


def switch(sheet: Sheet, labels: Sequence[str], groups: Sequence[int]) -> list[dict[str, Any]]:
    """A menu that shows one group of traces at a time; `groups` names the group of each trace."""
    buttons = [
        {"label": label, "method": "update", "args": [{"visible": [group == i for group in groups]}]}
        for i, label in enumerate(labels)
    ]
    placed = {"x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "pad": {"t": 0, "b": 4}}
    return [{"buttons": buttons, "bgcolor": sheet.palette.surface, "bordercolor": sheet.palette.line_strong, **placed}]

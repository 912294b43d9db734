"""Figures: a document as a plotly figure, the same in the browser, an export and a notebook.

One module per result kind, found by the kind's name, each with `draw(sheet) -> {"data": …, "layout": …}`. A kind without
a module is drawn as a table. No torch, and plotly itself is not needed to build one.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from stratascope.document import Document
from stratascope.figures.beside import with_bars
from stratascope.figures.palette import Theme
from stratascope.figures.sheet import Figure, Sheet
from stratascope.figures.text import plot_text
from stratascope.result import KINDS

__all__ = ["Figure", "Theme", "figure"]

_FADED = 0.38


def figure(document: Document, theme: Theme = "light") -> Figure:
    """The figure of a document as plotly JSON: {"data": [traces], "layout": {…}}, free of NaN.

    A failed check greys the drawing and is printed above it, so that no export can lose it.
    """
    sheet = Sheet.of(document, theme)
    kind = sheet.result["kind"]
    module = importlib.import_module(f"stratascope.figures.{kind if kind in KINDS else 'table'}")
    drawn: Figure = with_bars(module.draw(sheet), sheet)
    return _marked(drawn, sheet, [check for check in document.head["checks"] if check["verdict"] == "fail"])


def _marked(drawn: Figure, sheet: Sheet, failed: Sequence[Mapping[str, Any]]) -> Figure:
    """The figure, faded and labelled when a check failed."""
    if not failed:
        return drawn
    for trace in drawn["data"]:
        if trace["type"] != "table":
            trace["opacity"] = _FADED
    words = "; ".join(f"{check['label']} {_number(check['value'])}" for check in failed)
    note = {
        "text": plot_text(f"Check failed: {words}"),
        "xref": "paper", "yref": "paper", "x": 0, "y": 1.0, "xanchor": "left", "yanchor": "bottom",
        "showarrow": False, "font": {"color": sheet.palette.bad},
    }  # fmt: skip
    drawn["layout"]["annotations"] = [*drawn["layout"].get("annotations", []), note]
    return drawn


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2g}".replace("-", "−")

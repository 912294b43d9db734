"""Token grid: rows of the stream upward, tokens across, the top token written into each cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stratascope.figures.sheet import MONO, Figure, Sheet, axis, caption, frame, heatmap, switch
from stratascope.figures.text import LONGEST, token_label

_MOST_CELLS_WITH_TEXT = 1500
_CELL_TEXT = 10


def draw(sheet: Sheet) -> Figure:
    """One heat map per quantity with a menu to choose it; hovering lists the best tokens of a cell."""
    first = sheet.arrays[sheet.quantities[0]["name"]]
    height, width = first.values.shape
    across, upward = sheet.labels("position", width), sheet.labels(first.dims[0], height)
    best = _best_tokens(sheet, LONGEST)
    inside = _best_tokens(sheet, _CELL_TEXT) if height * width <= _MOST_CELLS_WITH_TEXT else None
    traces = []
    for i, quantity in enumerate(sheet.quantities):
        values = sheet.arrays[quantity["name"]].values
        trace = heatmap(sheet, quantity, values, visible=i == 0, hoverinfo="text")
        trace["hovertext"] = _hover(quantity, values, upward, across, best)
        if inside is not None:
            font = {"family": MONO, "size": 11}
            trace |= {"text": inside[..., 0].tolist(), "texttemplate": "%{text}", "textfont": font}
        traces.append(trace)
    layout: dict[str, Any] = {
        "xaxis": axis(sheet, "", across, tickfont={"family": MONO, "size": 11}),
        "yaxis": axis(sheet, first.dims[0], upward),
    }
    if len(traces) > 1:
        layout["updatemenus"] = switch(sheet, [caption(q) for q in sheet.quantities], range(len(traces)))
        layout["margin"] = {"l": 56, "r": 24, "t": 56, "b": 48}
    return frame(sheet, traces, **layout)


def _best_tokens(sheet: Sheet, longest: int) -> np.ndarray | None:
    """Labels of the best tokens [row, position, rank], None where the result holds none."""
    if "topk_text" not in sheet.arrays:
        return None
    texts = sheet.arrays["topk_text"].values
    ids = sheet.arrays["topk_ids"].values if "topk_ids" in sheet.arrays else np.full(texts.shape, -1)
    tokens = {token["id"]: token for token in sheet.result["vocabulary"]}
    pairs = list(zip(ids.ravel().tolist(), texts.ravel().tolist(), strict=True))
    labels = {pair: token_label(tokens.get(pair[0], {"text": pair[1]}), longest) for pair in dict.fromkeys(pairs)}
    return np.array([labels[pair] for pair in pairs], dtype=object).reshape(texts.shape)


def _hover(
    quantity: Mapping[str, Any], values: np.ndarray, upward: list[str], across: list[str], best: np.ndarray | None
) -> list[list[str]]:
    """What hovering a cell says, line by line."""

    def lines(row: int, position: int) -> str:
        value = values[row, position]
        shown = f"{value:.4g}".replace("-", "−") if np.isfinite(value) else "–"
        found = [f"row {upward[row]}, position {position}, {across[position]}", f"{caption(quantity)}: {shown}"]
        return "<br>".join(found + (list(best[row, position, :5]) if best is not None else []))

    return [[lines(row, position) for position in range(len(across))] for row in range(len(upward))]

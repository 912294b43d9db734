"""Text pair: texts side by side, token by token."""

from __future__ import annotations

from stratascope.figures import table
from stratascope.figures.sheet import Figure, Sheet


def draw(sheet: Sheet) -> Figure:
    """The texts and their values as the columns of a table."""
    return table.draw(sheet)

"""One result as a file to keep: a table for a spreadsheet, or a page that needs no server and no network."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
import orjson

from stratascope.document import Document

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ROWS_PER_CHUNK = 2000


def csv_chunks(document: Document) -> Iterator[bytes]:
    """The arrays as one table: a row per cell, a column per dimension, label and array.

    Arrays with the same dimensions share their rows; columns that do not apply to a row stay empty.
    """
    table = _Table(document)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in table.header()])
    for count, row in enumerate(table.rows(), start=1):
        writer.writerow([guarded(cell) for cell in row])
        if count % _ROWS_PER_CHUNK == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def guarded(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def _drain(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8")


class _Table:
    """The arrays of a document side by side, grouped by their dimensions."""

    def __init__(self, document: Document) -> None:
        body: dict[str, Any] = document.flat()["result"]
        self.dims_of: dict[str, tuple[str, ...]] = {name: tuple(dims) for name, dims in body["dims"].items()}
        self.cells = {name: _cells(body[name]) for name in self.dims_of}
        self.labels: dict[str, list[str]] = dict(body["coords"])
        if body["tokens"]:
            self.labels["position"] = [token["text"] for token in body["tokens"]]
        self.sizes = {dim: size for name in self.dims_of for dim, size in self._axes(name, body[name])}

    def header(self) -> list[str]:
        """Column names: dimensions, their labels, arrays."""
        return [*self.sizes, *(f"{dim}_label" for dim in self._labelled()), *self.cells]

    def rows(self) -> Iterator[list[object]]:
        """One row per cell, the arrays of one group of dimensions after the other."""
        for dims in dict.fromkeys(self.dims_of.values()):
            columns = [self.cells[name] if self.dims_of[name] == dims else None for name in self.cells]
            for number, index in enumerate(product(*(range(self.sizes[dim]) for dim in dims))):
                place = dict(zip(dims, index, strict=True))
                labels = [self._label(dim, place) for dim in self._labelled()]
                cells = [None if column is None else column[number] for column in columns]
                yield [*(place.get(dim) for dim in self.sizes), *labels, *cells]

    def _axes(self, name: str, values: Any) -> Iterator[tuple[str, int]]:
        """The dimensions of an array with their sizes; text comes as nested lists."""
        return zip(self.dims_of[name], np.shape(values), strict=True)

    def _labelled(self) -> list[str]:
        return [dim for dim in self.sizes if dim in self.labels]

    def _label(self, dim: str, place: dict[str, int]) -> str:
        labels = self.labels[dim]
        return labels[place[dim]] if dim in place and place[dim] < len(labels) else ""


def _cells(values: object) -> list[object]:
    """The entries in order, with the digits JSON has; undefined numbers are None, which is an empty cell."""
    return _flattened(orjson.loads(orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)))


def _flattened(nested: object) -> list[object]:
    return [cell for row in nested for cell in _flattened(row)] if isinstance(nested, list) else [nested]


def page(document: Document, figure: dict[str, Any]) -> bytes:
    """A page with the figure and the whole document inside. It loads nothing and runs only the two scripts it holds."""
    scripts = (_plotly(), _DRAW)
    title = escape(f"{document.head['method']} · {document.head['model']['id']}")
    return _PAGE.format(
        policy=escape(_policy(scripts)),
        title=title,
        summary=escape(document.head["result"]["summary"]),
        figure=_embedded(figure),
        document=_embedded(document.flat()),
        plotly=scripts[0],
        draw=scripts[1],
    ).encode("utf-8")


def _embedded(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _policy(scripts: tuple[str, ...]) -> str:
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{value}'" for value in hashes)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:"


@cache
def _plotly() -> str:
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


_DRAW = """
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const figure = read("figure");
Plotly.newPlot("drawing", figure.data, figure.layout, { responsive: true, displaylogo: false });
document.getElementById("provenance").textContent = JSON.stringify(read("document").provenance, null, 2);
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>body {{ font: 15px system-ui, sans-serif; margin: 2rem; max-width: 75rem }} pre {{ color: #555 }}</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary}</p>
<div id="drawing"></div>
<pre id="provenance"></pre>
<script type="application/json" id="figure">{figure}</script>
<script type="application/json" id="document">{document}</script>
<script>{plotly}</script>
<script>{draw}</script>
</body>
</html>
"""

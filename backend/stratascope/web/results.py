"""Stored results: the document, its figure, and the files to keep."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from stratascope.document import JSON_TYPE, TENSORS_TYPE, Document
from stratascope.figures import figure
from stratascope.pooling import Window, pooled
from stratascope.problem import Problem
from stratascope.web import exports, schemas
from stratascope.web.deps import ServicesDep, Tensors
from stratascope.web.responses import IMMUTABLE, SafeJSON, document_response, encode, holds, tag

router = APIRouter(prefix="/results", tags=["results"])

DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"model": schemas.Document, "content": {TENSORS_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
"""How a document stands in OpenAPI: typed JSON, or one safetensors file."""

_KEY = re.compile(r"[0-9a-f]{64}")


def unknown_result(key: str) -> Problem:
    """No result is stored under `key`."""
    return Problem(
        "unknown_result",
        f"There is no stored result {key[:64]!r}.",
        status=404,
        remedy="Run the method again: the server keeps results for a while, and saved analyses for good",
    )


async def _stored(key: str, services: ServicesDep) -> bytes:
    body = await services.stored(key) if _KEY.fullmatch(key) else None
    if body is None:
        raise unknown_result(key)
    return body


async def _document(body: Annotated[bytes, Depends(_stored)]) -> Document:
    return await asyncio.to_thread(Document.from_tensors, body)


MOST_ROWS, MOST_COLUMNS = 64, 256
Most = Annotated[int, Query(ge=1, le=4096, description="Rows or columns at most.")]
Edge = Annotated[int, Query(ge=0, le=1_000_000, description="Where the part of the grid begins or ends.")]

Stored = Annotated[bytes, Depends(_stored)]
StoredDocument = Annotated[Document, Depends(_document)]


@router.get("/{key}.csv", operation_id="result_csv", responses={200: {"content": {"text/csv": {}}}})
async def result_csv(key: str, document: StoredDocument) -> Response:
    """The arrays as one table; cells that a spreadsheet would run begin with an apostrophe."""
    return StreamingResponse(
        exports.csv_chunks(document), media_type="text/csv; charset=utf-8", headers=_attachment(key, "csv")
    )


@router.get("/{key}.html", operation_id="result_html", responses={200: {"content": {"text/html": {}}}})
async def result_html(key: str, document: StoredDocument) -> Response:
    """One page with figure and document inside, which needs neither server nor network."""
    page = await asyncio.to_thread(lambda: exports.page(document, figure(document)))
    return Response(page, media_type="text/html; charset=utf-8", headers=_attachment(key, "html"))


@router.get("/{key}/figure", operation_id="result_figure", responses={200: {"model": schemas.Figure}})
async def result_figure(document: StoredDocument, theme: Literal["light", "dark"] = "light") -> Response:
    """The result as a plotly figure."""
    drawn = await asyncio.to_thread(figure, document, theme)
    return SafeJSON(drawn, headers={"cache-control": IMMUTABLE})


@router.get("/{key}/pooled", operation_id="result_pooled", responses=DOCUMENT)
async def result_pooled(
    request: Request,
    key: str,
    document: StoredDocument,
    tensors: Tensors,
    rows: Most = MOST_ROWS,
    columns: Most = MOST_COLUMNS,
    from_row: Edge = 0,
    to_row: Edge | None = None,
    from_column: Edge = 0,
    to_column: Edge | None = None,
) -> Response:
    """A grid of layers and tokens, or a part of it, with at most so many rows and columns: blocks in place of cells.

    Of effects a block holds the largest, of everything else the mean; `facts.pooled` says what a block is.
    """
    window = Window(from_row, to_row, from_column, to_column)
    own = tag(f"{key}-{rows}x{columns}-" + "-".join("" if edge is None else str(edge) for edge in window), tensors)
    headers = {"etag": f'"{own}"', "cache-control": IMMUTABLE, "vary": "accept"}
    if holds(request.headers.get("if-none-match"), own):
        return Response(status_code=304, headers=headers)
    small = await asyncio.to_thread(pooled, document, rows, columns, window)
    content = await asyncio.to_thread(small.to_tensors if tensors else small.to_json)
    return Response(content, media_type=TENSORS_TYPE if tensors else JSON_TYPE, headers=headers)


@router.get("/{key}", operation_id="result", responses=DOCUMENT)
async def result(request: Request, key: str, body: Stored, tensors: Tensors) -> Response:
    """The document. It never changes under its key."""
    return await stored_response(request, body, key, tensors)


async def stored_response(request: Request, body: bytes, key: str, tensors: bool) -> Response:
    """A stored document in the asked encoding, or 304 for a client that has it."""
    own = tag(key, tensors)
    if holds(request.headers.get("if-none-match"), own):
        return Response(status_code=304, headers={"etag": f'"{own}"', "cache-control": IMMUTABLE, "vary": "accept"})
    content = await asyncio.to_thread(encode, body, tensors)
    return document_response(content, tensors, key, **{"cache-control": IMMUTABLE})


def _attachment(key: str, extension: str) -> dict[str, str]:
    name = f"stratascope-{key[:16]}.{extension}"
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": IMMUTABLE}

"""The API's own description: one OpenAPI document, generated from the routes and the catalogue."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from stratascope.web import schemas
from stratascope.web.responses import REVALIDATE, SafeJSON

router = APIRouter(include_in_schema=False)

ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {"model": schemas.Error, "description": "What went wrong, and what to do about it."}
}
"""Every operation answers errors in one shape."""


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The OpenAPI document."""
    return SafeJSON(request.app.openapi(), headers={"cache-control": REVALIDATE})

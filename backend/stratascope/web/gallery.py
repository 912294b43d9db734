"""The gallery: findings that came with their results, so that it opens without a model or the worker."""

from __future__ import annotations

import asyncio
import hashlib

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from stratascope.document import JSON_TYPE
from stratascope.problem import Problem
from stratascope.web import schemas
from stratascope.web.deps import ServicesDep
from stratascope.web.responses import REVALIDATE, holds

router = APIRouter(tags=["gallery"])


@router.get("/gallery", operation_id="list_findings", responses={200: {"model": schemas.Gallery}})
async def list_findings(request: Request, services: ServicesDep) -> Response:
    """Findings measured on the bundled models, each with its number, its control and the analysis it opens as."""
    body = await asyncio.to_thread(services.bundled.index)
    content = _checked(body)
    tag = hashlib.sha256(content).hexdigest()
    headers = {"etag": f'"{tag}"', "cache-control": REVALIDATE}
    if holds(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=JSON_TYPE, headers=headers)


def _checked(body: bytes | None) -> bytes:
    """The index as it is answered; without one, an empty gallery. Raises a 410 `Problem` if it cannot be read."""
    if body is None:
        return schemas.Gallery(findings=[]).model_dump_json().encode()
    try:
        schemas.Gallery.model_validate_json(body)
    except ValidationError:
        raise Problem(
            "gallery_damaged",
            "The gallery was damaged on the server's disk and cannot be shown.",
            status=410,
            remedy="Install the package again",
        ) from None
    return body

"""Drafts: states of the page that are too long for a link, found again under a short name."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from stratascope.web import bodies, schemas
from stratascope.web.deps import Id, ServicesDep
from stratascope.web.requests import JsonRoute
from stratascope.web.responses import SafeJSON

router = APIRouter(prefix="/drafts", tags=["drafts"], route_class=JsonRoute)

PRIVATE = {"x-robots-tag": "noindex", "cache-control": "no-store"}
"""A draft may hold a prompt, and asking for it is what keeps it from going."""


@router.post("", operation_id="keep_draft", status_code=201)
async def keep(wanted: bodies.DraftRequest, services: ServicesDep) -> schemas.DraftName:
    """Keep a state of the page. The same text always has the same name; drafts not used for longest go first."""
    return schemas.DraftName(id=await asyncio.to_thread(services.saved.drafts.put, wanted.address))


@router.get("/{id}", operation_id="draft", responses={200: {"model": schemas.Draft}})
async def draft(draft_id: Id, services: ServicesDep) -> Response:
    """A state of the page by its name."""
    address = await asyncio.to_thread(services.saved.drafts.get, draft_id)
    return SafeJSON(schemas.Draft(address=address).model_dump(), headers=PRIVATE)

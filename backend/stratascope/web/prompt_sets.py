"""The bundled prompt sets: prompts whose answers, pairs and labels are known."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from stratascope.specimen.prompt_sets.reading import SetEntry, find_set, list_sets, read_set
from stratascope.specimen.prompts import bundle_path
from stratascope.web import schemas
from stratascope.web.deps import Id
from stratascope.web.responses import REVALIDATE, SafeJSON, holds

router = APIRouter(prefix="/prompt-sets", tags=["prompt sets"])

MOST = 500
"""Items in one answer."""

Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Items to leave out before the first.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Items at most.")]


@router.get("", operation_id="list_prompt_sets")
async def list_prompt_sets() -> schemas.PromptSetList:
    """Every set with what is known about it; none where the bundle has none."""
    return schemas.PromptSetList(
        sets=[_described(entry) for entry in await asyncio.to_thread(list_sets, bundle_path())]
    )


@router.get("/{id}", operation_id="prompt_set", responses={200: {"model": schemas.PromptItems}})
async def prompt_set(request: Request, set_id: Id, offset: Offset = 0, limit: Limit = 50) -> Response:
    """Items of one set in their order, from the one at `offset` on."""
    entry = await asyncio.to_thread(find_set, bundle_path(), set_id)
    tag = f"{entry.sha256}-{offset}-{limit}"
    headers = {"etag": f'"{tag}"', "cache-control": REVALIDATE}
    if holds(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    items = await asyncio.to_thread(read_set, bundle_path(), set_id, offset, limit)
    body = schemas.PromptItems(id=entry.id, total=entry.count, items=[schemas.PromptItem(**item) for item in items])
    return SafeJSON(body.model_dump(), headers=headers)


def _described(entry: SetEntry) -> schemas.PromptSet:
    """A set without what only its file is about."""
    fields = asdict(entry)
    return schemas.PromptSet(**{name: fields[name] for name in schemas.PromptSet.model_fields})

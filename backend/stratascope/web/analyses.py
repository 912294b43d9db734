"""Saved analyses: an address that opens without a model, a worker or the cache."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from stratascope.document import Document
from stratascope.problem import Problem
from stratascope.store.analysis import SavedAnalysis
from stratascope.store.bundled import Bundled, is_bundled
from stratascope.store.saved import Saved
from stratascope.web import bodies, schemas
from stratascope.web.deps import Id, Operator, ServicesDep, Tensors
from stratascope.web.requests import JsonRoute
from stratascope.web.responses import REVALIDATE
from stratascope.web.results import DOCUMENT, stored_response, unknown_result
from stratascope.web.services import Services

router = APIRouter(prefix="/analyses", tags=["analyses"], route_class=JsonRoute)

MAX_WORKSPACE = 256 * 1024
PRIVATE = {"x-robots-tag": "noindex", "cache-control": REVALIDATE}
"""Deleting must be seen at once, and no search engine may list a secret address."""


async def _secret(authorization: Annotated[str, Header()] = "") -> str:
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


Secret = Annotated[str, Depends(_secret)]
"""The bearer token of the request, empty without one."""


@router.post("", operation_id="save_analysis", status_code=201)
async def save(request: bodies.AnalysisRequest, services: ServicesDep) -> schemas.SavedLink:
    """Keep results under a secret address. They are copied: nothing has to stay in the cache."""
    _check_workspace(request.workspace)
    documents = [await _computed_here(services, key) for key in request.results]
    link, secret = await asyncio.to_thread(
        services.saved.create, request.title, request.notes, request.workspace, documents
    )
    return schemas.SavedLink(id=link, url=f"/a/{link}", delete_secret=secret)


@router.get("", operation_id="list_analyses", dependencies=[Operator])
async def list_analyses(services: ServicesDep) -> schemas.AnalysisList:
    """Every saved analysis, newest first. Only for the operator."""
    lines = await asyncio.to_thread(services.saved.list)
    return schemas.AnalysisList(
        analyses=[
            schemas.AnalysisEntry(id=it.id, title=it.title, created=it.created, bytes=it.size, results=it.results)
            for it in lines
        ]
    )


@router.get("/{id}", operation_id="analysis", responses={200: {"model": schemas.Analysis}})
async def analysis(analysis_id: Id, services: ServicesDep, arrays: bool = True) -> Response:
    """A saved analysis with its documents, or with links to them in place of their arrays."""
    body = await asyncio.to_thread(lambda: _written(_store(services, analysis_id).get(analysis_id), arrays))
    return Response(body, media_type="application/json", headers=PRIVATE)


@router.get("/{id}/results/{key}", operation_id="analysis_result", responses=DOCUMENT)
async def analysis_result(
    request: Request, analysis_id: Id, key: str, services: ServicesDep, tensors: Tensors
) -> Response:
    """One document of a saved analysis."""
    body = await asyncio.to_thread(_store(services, analysis_id).document, analysis_id, key)
    response = await stored_response(request, body, key, tensors)
    response.headers.update(PRIVATE)
    return response


@router.patch("/{id}", operation_id="edit_analysis", status_code=204)
async def edit(analysis_id: Id, change: bodies.AnalysisChange, services: ServicesDep, secret: Secret) -> None:
    """Change title, notes or workspace. Needs the secret that saving it answered, as a bearer token."""
    _check_workspace(change.workspace)
    await asyncio.to_thread(_store(services, analysis_id).edit, analysis_id, secret, change.changes())


@router.delete("/{id}", operation_id="delete_analysis", status_code=204)
async def delete(analysis_id: Id, services: ServicesDep, secret: Secret) -> None:
    """Delete an analysis for good. Needs the secret that saving it answered, as a bearer token."""
    await asyncio.to_thread(_store(services, analysis_id).delete, analysis_id, secret)


def _store(services: Services, analysis_id: str) -> Saved | Bundled:
    """Where an analysis lies: among those that were saved here, or among those that came with the product."""
    return services.bundled if is_bundled(analysis_id) else services.saved


async def _computed_here(services: Services, key: str) -> bytes:
    body = await services.stored(key)
    if body is None:
        raise unknown_result(key)
    return body


def _check_workspace(workspace: dict[str, Any] | None) -> None:
    try:
        size = len(orjson.dumps(workspace))
    except orjson.JSONEncodeError:
        raise Problem("workspace_too_deep", "The workspace is nested too deeply.", field="workspace") from None
    if size > MAX_WORKSPACE:
        raise Problem(
            "workspace_too_large",
            f"The workspace has {size:,} bytes; at most {MAX_WORKSPACE:,} are kept.",
            field="workspace",
            remedy="Leave out what can be computed again",
        )


def _written(saved: SavedAnalysis, arrays: bool) -> bytes:
    """The answer as JSON. With arrays a document is written once, by its own writer."""
    documents = (Document.from_tensors(body) for body in saved.documents)
    results = [orjson.Fragment(it.to_json()) if arrays else _linked(saved.id, it) for it in documents]
    return orjson.dumps(
        {
            "id": saved.id,
            "title": saved.title,
            "notes": saved.notes,
            "workspace": saved.workspace,
            "created": saved.created,
            "results": results,
        }
    )


def _linked(analysis_id: str, document: Document) -> dict[str, Any]:
    return {**document.head, "href": f"/api/v1/analyses/{analysis_id}/results/{document.head['key']}"}

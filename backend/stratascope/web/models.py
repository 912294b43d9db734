"""Models: what there is, how it stands, loading, unloading, and how each cuts text."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from stratascope.models import hub
from stratascope.models.library import ModelEntry
from stratascope.problem import Problem
from stratascope.web import bodies, schemas
from stratascope.web.deps import Asynchronous, Id, ServicesDep, require_operator
from stratascope.web.requests import JsonRoute, while_present
from stratascope.web.responses import SafeJSON
from stratascope.web.runs import accepted
from stratascope.web.services import Services

router = APIRouter(prefix="/models", tags=["models"], route_class=JsonRoute)


@router.get("", operation_id="list_models")
async def list_models(services: ServicesDep) -> schemas.ModelList:
    """Every model, loaded or not."""
    entries = await asyncio.to_thread(services.library.list)
    return schemas.ModelList(models=[described(entry, services) for entry in entries])


@router.get("/{id}", operation_id="model")
async def model(model_id: Id, services: ServicesDep) -> schemas.Model:
    """One model."""
    return described(await find_model(model_id, services), services)


@router.post("", operation_id="load_model", responses={200: {"model": schemas.Model}, 202: {"model": schemas.Run}})
async def load(
    wanted: bodies.LoadRequest, request: Request, services: ServicesDep, asynchronous: Asynchronous
) -> Response:
    """Load a model. A folder or a hub id is for the operator only."""
    entry = await _wanted(wanted, services)
    refuse_unusable(entry)
    await services.fingerprints.of(entry)
    if asynchronous and services.jobs.model_state(entry.id).state != "ready":
        return accepted(services.jobs.submit_load(entry))
    await while_present(request, services.jobs.load(entry))
    return SafeJSON(described(entry, services).model_dump(mode="json"))


@router.delete("/{id}", operation_id="unload_model", status_code=204)
async def unload(model_id: Id, services: ServicesDep) -> None:
    """Give back the memory of a model. It stays listed and is loaded again when asked for."""
    entry = await find_model(model_id, services)
    await services.jobs.unload(entry.id)


@router.post("/{id}/tokenize", operation_id="tokenize", responses={200: {"model": schemas.Tokenization}})
async def tokenize(model_id: Id, wanted: bodies.TokenizeRequest, request: Request, services: ServicesDep) -> Response:
    """The tokens the model reads for a text, or for chat messages laid out by its template."""
    entry = await find_model(model_id, services)
    refuse_unusable(entry)
    messages = [message.model_dump() for message in wanted.messages] if wanted.messages else None
    return SafeJSON(await while_present(request, services.jobs.tokenize(entry, wanted.text, messages)))


async def find_model(model_id: str, services: Services) -> ModelEntry:
    """The library's entry. Raises a 404 `Problem`."""
    return await asyncio.to_thread(services.library.find, model_id)


def refuse_unusable(entry: ModelEntry) -> None:
    """Raise the `Problem` that keeps a listed folder from being loaded."""
    if entry.problem is not None:
        raise Problem(entry.problem["code"], entry.problem["message"], remedy=entry.problem.get("remedy"))


def described(entry: ModelEntry, services: Services) -> schemas.Model:
    """A model as it is answered: its files, and what was measured if it is in memory."""
    state = services.jobs.model_state(entry.id)
    facts = state.facts or {}
    measured = {name: facts.get(name) for name in ("fidelity", "capabilities", "missing")}
    standing: dict[str, Any] = {
        "fingerprint": services.fingerprints.peek(entry),
        "state": "failed" if entry.problem else state.state,
        "stage": state.stage,
        "problem": entry.problem or state.problem,
    }
    files = entry.model_dump(exclude={"path", "prepend_bos", "problem"})
    return schemas.Model(**files, **measured, **standing)


async def _wanted(wanted: bodies.LoadRequest, services: Services) -> ModelEntry:
    if wanted.id is not None:
        return await find_model(wanted.id, services)
    await require_operator(services)
    if wanted.path is not None:
        return await asyncio.to_thread(services.library.add, _folder(wanted.path), "path")
    return await asyncio.to_thread(_fetched, wanted, services)


def _folder(path: str) -> Path:
    """The folder an operator named; ~ is the home of whoever runs the server."""
    try:
        if "\0" not in path:
            return Path(path).expanduser()
    except RuntimeError:  # ~somebody, whom this machine does not know
        pass
    raise Problem("no_model_here", "This is no path on the server.", field="path", remedy="Name a model folder")


def _fetched(wanted: bodies.LoadRequest, services: Services) -> ModelEntry:
    if not services.settings.hub:
        raise Problem(
            "hub_off",
            "This server does not download models.",
            status=403,
            remedy="Start it with --hub, or copy the model folder here and load it by path",
        )
    folder = hub.fetch(wanted.hub or "", wanted.revision, services.settings.data / "hub")
    return services.library.add(folder, "hub")

"""Models: what there is, how it stands, what loading would take, loading, unloading, and how each cuts text."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from stratascope.jobs.room import leaving
from stratascope.models import hub
from stratascope.models.library import ModelEntry
from stratascope.models.precision import chosen
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
    """Every model, loaded or not, and the memory they take."""
    entries = await asyncio.to_thread(services.library.list)
    for entry in entries:
        # Small, and asked for: a page that comes with results of this model must know whether they are still its own.
        # What is wrong with the folder is said to whoever asks for the model; it must not hide the others.
        if entry.source == "bundled":
            with suppress(Problem):
                await services.fingerprints.of(entry)
    models = [described(_as_loaded(entry, services), services) for entry in entries]
    return schemas.ModelList(models=models, memory=await _memory(services))


@router.get("/{id}", operation_id="model")
async def model(model_id: Id, services: ServicesDep) -> schemas.Model:
    """One model."""
    return described(await find_model(model_id, services), services)


@router.post("", operation_id="load_model", responses={200: {"model": schemas.Model}, 202: {"model": schemas.Run}})
async def load(
    wanted: bodies.LoadRequest, request: Request, services: ServicesDep, asynchronous: Asynchronous
) -> Response:
    """Load a model. A folder or a hub id is for the operator only."""
    entry = _in_precision(await _wanted(wanted, services), wanted)
    refuse_unusable(entry)
    if asynchronous and not services.jobs.holds(entry):
        services.fingerprints.prepare(entry)
        return accepted(services.jobs.submit_load(entry))
    await services.fingerprints.of(entry)
    await while_present(request, services.jobs.load(entry))
    return SafeJSON(described(entry, services).model_dump(mode="json"))


@router.post("/inspect", operation_id="inspect_model", responses={200: {"model": schemas.Inspection}})
async def inspect(wanted: bodies.InspectRequest, request: Request, services: ServicesDep) -> Response:
    """What loading a model would take, and whether it could be loaded at all. Looking at a folder is for the operator."""
    entry = _in_precision(await _looked_at(wanted, services), wanted)
    refuse_unusable(entry)
    await while_present(request, services.jobs.inspect(entry))
    return SafeJSON(_inspected(entry, services).model_dump(mode="json"))


@router.delete("/{id}", operation_id="unload_model", status_code=204)
async def unload(model_id: Id, services: ServicesDep, force: bool = False) -> None:
    """Give back the memory of a model. It stays listed and is loaded again when asked for.

    A model that runs or loads are using is not unloaded, but with `force`: then these end with an error.
    """
    entry = await find_model(model_id, services)
    await services.jobs.unload(entry.id, force)


@router.get("/{id}/vocabulary", operation_id="search_vocabulary")
async def vocabulary(
    model_id: Id,
    request: Request,
    services: ServicesDep,
    query: Annotated[str, Query(max_length=200, description="Text of a token or part of it, or # and an id.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="The most tokens to answer.")] = 20,
) -> schemas.VocabularyMatches:
    """Tokens that are, begin with or contain a text, in this order. The model need not be loaded for it."""
    entry = await find_model(model_id, services)
    refuse_unusable(entry)
    found = await while_present(request, services.vocabularies.of(entry))
    tokens, total = await asyncio.to_thread(found.search, query, limit)
    return schemas.VocabularyMatches(tokens=tokens, total=total)


@router.post("/{id}/tokenize", operation_id="tokenize", responses={200: {"model": schemas.Tokenization}})
async def tokenize(model_id: Id, wanted: bodies.TokenizeRequest, request: Request, services: ServicesDep) -> Response:
    """The tokens the model reads for a text, or for chat messages laid out by its template."""
    entry = await find_model(model_id, services)
    refuse_unusable(entry)
    messages = [message.model_dump() for message in wanted.messages] if wanted.messages else None
    return SafeJSON(await while_present(request, services.jobs.tokenize(entry, wanted.text, messages)))


async def find_model(model_id: str, services: Services) -> ModelEntry:
    """The library's entry, in the precision the model was loaded in last. Raises a 404 `Problem`."""
    return _as_loaded(await asyncio.to_thread(services.library.find, model_id), services)


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
        "problem": entry.problem or state.problem,
        "memory_bytes": facts.get("bytes"),
        "device": facts.get("device"),
        **{name: getattr(state, name) for name in ("stage", "done", "total", "run", "position")},
    }
    files = entry.model_dump(exclude={"path", "prepend_bos", "problem"})
    return schemas.Model(**files, **measured, **standing)


def _as_loaded(entry: ModelEntry, services: Services) -> ModelEntry:
    return entry.model_copy(update={"precision": services.jobs.precision(entry.id) or entry.precision})


def _in_precision(entry: ModelEntry, wanted: bodies.InspectRequest) -> ModelEntry:
    if wanted.precision is None:
        return entry
    return entry.model_copy(update={"precision": chosen(wanted.precision, entry.dtype)})


async def _memory(services: Services) -> schemas.Memory:
    models = services.jobs.model_bytes
    return schemas.Memory(
        limit_bytes=services.settings.weights,
        used_bytes=sum(models.values()),
        models=models,
        captures_bytes=services.jobs.captured_bytes,
        results_bytes=await asyncio.to_thread(services.cache.stored_bytes),
    )


def _inspected(entry: ModelEntry, services: Services) -> schemas.Inspection:
    """The room there is for a model, by the rule that the worker makes room by. It takes the place of itself."""
    others = {name: size for name, size in services.jobs.model_bytes.items() if name != entry.id}
    needed, limit = entry.weight_bytes, services.settings.weights
    free = max(0, limit - sum(others.values()))
    return schemas.Inspection(
        model=described(entry, services),
        needed_bytes=needed,
        free_bytes=free,
        limit_bytes=limit,
        fits=needed <= free,
        unload=leaving(others, needed, limit),
    )


async def _looked_at(wanted: bodies.InspectRequest, services: Services) -> ModelEntry:
    if wanted.id is not None:
        return await find_model(wanted.id, services)
    await require_operator(services)
    found = await asyncio.to_thread(services.library.look, _folder(wanted.path or ""), "path")
    return _as_loaded(found, services)


async def _wanted(wanted: bodies.LoadRequest, services: Services) -> ModelEntry:
    if wanted.id is not None:
        return await find_model(wanted.id, services)
    await require_operator(services)
    if wanted.path is not None:
        added = await asyncio.to_thread(services.library.add, _folder(wanted.path), "path")
    else:
        added = await asyncio.to_thread(_fetched, wanted, services)
    return _as_loaded(added, services)


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

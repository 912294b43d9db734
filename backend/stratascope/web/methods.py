"""Methods: one route each, generated from the catalogue, and the way from a request to its document.

A request is validated, named by its key, looked up, and only then computed: a stored result is answered without the
worker.
"""

# No `from __future__ import annotations`: the routes below take classes that exist only at run time.

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from stratascope.catalog import Catalog
from stratascope.jobs.orders import JobSpec
from stratascope.method import Method, Params, Reference
from stratascope.models.fingerprint import tokenizer_fingerprint
from stratascope.models.lens_files import LENSES
from stratascope.models.library import ModelEntry
from stratascope.problem import Problem
from stratascope.web import schemas
from stratascope.web.deps import Anew, Asynchronous, ServicesDep, Tensors
from stratascope.web.identity import lenses_read, result_key
from stratascope.web.models import find_model, refuse_unusable
from stratascope.web.requests import JsonRoute, while_present
from stratascope.web.responses import SafeJSON, document_response, encode
from stratascope.web.results import DOCUMENT
from stratascope.web.runs import accepted
from stratascope.web.services import Services

Endpoint = Callable[..., Awaitable[Response]]


def methods_router(catalog: Catalog) -> APIRouter:
    """The catalogue, one pair of routes per method, and an answer for methods that do not exist."""
    router = APIRouter(prefix="/methods", route_class=JsonRoute)
    router.add_api_route("", _list(catalog), methods=["GET"], operation_id="list_methods", tags=["methods"])
    for method in catalog.values():
        _add(router, method)
    describe = _describe(catalog)
    router.add_api_route("/{family}/{name}", describe, methods=["GET"], operation_id="method", tags=["methods"])
    for path in ("/{family}/{name}", "/{family}/{name}/cost"):
        router.add_api_route(path, _unknown(catalog), methods=["POST"], include_in_schema=False)
    return router


def _list(catalog: Catalog) -> Callable[..., Awaitable[schemas.MethodList]]:
    listed = schemas.MethodList(
        methods=[schemas.Method(**method.describe()) for method in catalog.values()], errors=catalog.errors
    )

    async def list_methods() -> schemas.MethodList:
        """The catalogue."""
        return listed

    return list_methods


def _describe(catalog: Catalog) -> Callable[..., Awaitable[schemas.Method]]:
    async def method(family: str, name: str) -> schemas.Method:
        """One method."""
        return schemas.Method(**catalog.find(f"{family}/{name}").describe())

    return method


def _unknown(catalog: Catalog) -> Endpoint:
    async def unknown(family: str, name: str) -> Response:
        catalog.find(f"{family}/{name}")
        raise Problem("not_found", "There is nothing at this address.", status=404)

    return unknown


def _add(router: APIRouter, method: Method) -> None:
    """The two routes of one method: run it, and ask what running it would take."""
    operation = method.id.replace("/", "_").replace("-", "_")
    description = f"{method.guide.purpose}\n\n{method.description}"

    async def run(
        body: method.request,  # type: ignore[name-defined]
        request: Request,
        services: ServicesDep,
        tensors: Tensors,
        asynchronous: Asynchronous,
        anew: Anew,
    ) -> Response:
        call = await _call(method, body, services)
        return await _answer(call, request, services, tensors=tensors, asynchronous=asynchronous, anew=anew)

    async def cost(
        body: method.request,  # type: ignore[name-defined]
        request: Request,
        services: ServicesDep,
    ) -> Response:
        call = await _call(method, body, services)
        return SafeJSON(await while_present(request, services.jobs.cost(call.spec)))

    router.add_api_route(
        f"/{method.id}",
        run,
        methods=["POST"],
        operation_id=operation,
        summary=method.title,
        description=description,
        tags=[method.family],
        responses={**DOCUMENT, 202: {"model": schemas.Run, "description": "Accepted, for Prefer: respond-async."}},
    )
    router.add_api_route(
        f"/{method.id}/cost",
        cost,
        methods=["POST"],
        operation_id=f"{operation}_cost",
        summary=f"{method.title}: cost",
        description="What a run would take, and smaller ones that fit if it would take too much.",
        tags=[method.family],
        responses={200: {"model": schemas.CostEstimate}},
    )


@dataclass(frozen=True)
class _Call:
    """A validated request: the key of its result, and what the worker is asked if there is none."""

    key: str
    spec: JobSpec


async def _call(method: Method, body: Params, services: Services) -> _Call:
    """Look up what the request refers to. Raises `Problem`s for models that are unknown or cannot do it."""
    references, params = method.split(body)
    entries, tokenizers = await _found(references, services)
    for entry in entries.values():
        refuse_unusable(entry)
        _require(method, entry, services)
    fingerprints = {name: await services.fingerprints.of(entry) for name, entry in entries.items()}
    cuts = await asyncio.to_thread(_cuts, tokenizers)
    lenses = await asyncio.to_thread(lenses_read, params, services.settings.data / LENSES)
    head = {"model": _model(entries, fingerprints), "request": body.model_dump(mode="json")}
    spec = JobSpec(method.id, entries, params.model_dump(mode="json"), head, tokenizers, method.job)
    return _Call(result_key(method, {**fingerprints, **cuts, **lenses}, params), spec)


async def _found(
    references: Mapping[str, Reference], services: Services
) -> tuple[dict[str, ModelEntry], dict[str, list[ModelEntry]]]:
    """The models that a request names, and the lists of those whose tokenizers alone it wants."""
    models = {name: await find_model(it, services) for name, it in references.items() if isinstance(it, str)}
    lists = {name: ids for name, ids in references.items() if isinstance(ids, list)}
    return models, {name: [await find_model(it, services) for it in ids] for name, ids in lists.items()}


def _cuts(tokenizers: Mapping[str, list[ModelEntry]]) -> dict[str, list[str]]:
    """What tells tokenizers apart in a key. Raises the `Problem` of a folder that cannot be read."""
    return {name: [tokenizer_fingerprint(entry.path) for entry in entries] for name, entries in tokenizers.items()}


def _model(entries: dict[str, ModelEntry], fingerprints: dict[str, str]) -> dict[str, str]:
    """The first model a result was computed with, by id and content."""
    return next(({"id": entry.id, "fingerprint": fingerprints[name]} for name, entry in entries.items()), {})


def _require(method: Method, entry: ModelEntry, services: Services) -> None:
    """Raise a 409 `Problem` if the model was measured and found unable. The worker says so for the others."""
    missing: dict[str, Any] = (services.jobs.model_state(entry.id).facts or {}).get("missing", {})
    for capability in method.requires:
        if capability in missing:
            raise Problem("capability_missing", missing[capability], status=409, remedy="Choose another model")


async def _answer(
    call: _Call, request: Request, services: Services, *, tensors: bool, asynchronous: bool, anew: bool
) -> Response:
    """The document: stored, or computed now while the client is there, or later on if it would rather not wait."""
    body, cache = None if anew else await services.stored(call.key), "hit"
    if body is None:
        if asynchronous:
            return accepted(services.jobs.submit(call.key, call.spec, anew))
        body, cache = await while_present(request, services.jobs.run(call.key, call.spec, anew)), "miss"
    content = await asyncio.to_thread(encode, body, tensors)
    return document_response(content, tensors, call.key, **{"x-cache": cache})

"""Runs: work that a client does not wait for, its progress as events, and leaving it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends
from fastapi.sse import format_sse_event
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from stratascope.jobs.runs import Event, Run
from stratascope.problem import Problem
from stratascope.web import schemas
from stratascope.web.deps import Id, ServicesDep
from stratascope.web.errors import request_id
from stratascope.web.responses import SafeJSON, encode

router = APIRouter(prefix="/runs", tags=["runs"])

HEARTBEAT_SECONDS = 10.0
_HEARTBEAT = format_sse_event(comment="still here")
_ENDS = ("done", "error")
_BROKEN = Problem("internal", "The stream ended early. The run may still finish.", status=500)


async def _run(run_id: Id, services: ServicesDep) -> Run:
    return services.jobs.runs.get(run_id)


RunDep = Annotated[Run, Depends(_run)]


@router.get("/{id}", operation_id="run")
async def run(run: RunDep) -> schemas.Run:
    """Where the run stands."""
    return described(run)


@router.delete("/{id}", operation_id="leave_run", status_code=204)
async def leave(run: RunDep) -> None:
    """Stop waiting. The work ends once nobody waits for it."""
    run.leave()


@router.get("/{id}/events", operation_id="run_events", responses={200: {"content": {"text/event-stream": {}}}})
async def events(run: RunDep, request: Request) -> Response:
    """Events `queued`, `progress` and `partial` as they happen, then exactly one `done` or `error`."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_stream(run, request_id(request.scope)), media_type="text/event-stream", headers=headers)


def described(run: Run) -> schemas.Run:
    """A run as it is answered. Loading a model ends without a result of its own."""
    fields = run.describe()
    return schemas.Run.model_validate(fields | ({} if _names_result(run.key) else {"result": None}))


def accepted(run: Run) -> Response:
    """The answer before the work is done: where to ask for it."""
    body = described(run).model_dump(mode="json")
    return SafeJSON(body, 202, {"location": f"/api/v1/runs/{run.id}", "preference-applied": "respond-async"})


def _names_result(key: str) -> bool:
    """Whether a run's key is that of a result. The others, like `load:…`, only tell runs apart."""
    return ":" not in key


async def _stream(run: Run, request: str) -> AsyncIterator[bytes]:
    """The run's events on the wire. Whatever happens, the last one is an end."""
    async for event in _with_pauses(run.events()):
        yield _HEARTBEAT if event is None else await _written(event, request)
        if event is not None and event[0] in _ENDS:
            return
    yield await _written(("error", {"error": _BROKEN.describe()}), request)


async def _with_pauses(events: AsyncIterator[Event]) -> AsyncIterator[Event | None]:
    """The events, and None whenever none came for a while."""
    pending: asyncio.Future[Event] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_SECONDS)
            if not done:
                yield None
                continue
            try:
                event = pending.result()
            except StopAsyncIteration:
                return
            pending = None
            yield event
    finally:
        if pending is not None:
            pending.cancel()


async def _written(event: Event, request: str) -> bytes:
    """One event. A partial result is written as a document, an error with the id of the request it ends."""
    name, data = event
    if name == "done" and not _names_result(data["key"]):
        data = {**data, "url": None}
    if name == "partial":
        text = await asyncio.to_thread(encode, data, False)
    elif name == "error":
        text = orjson.dumps({"error": {**data["error"], "request_id": request}})
    else:
        text = orjson.dumps(data)
    return format_sse_event(event=name, data_str=text.decode())

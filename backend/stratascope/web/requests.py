"""How requests are read: JSON in UTF-8 and nothing looser, and whether the one who asked is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import orjson
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")


class JsonRequest(Request):
    """A request whose body is strict JSON: no NaN, no lone surrogates, no UTF-16."""

    async def json(self) -> Any:
        """The parsed body. Raises `json.JSONDecodeError`."""
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler behind a strict request."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(JsonRequest(request.scope, request.receive))

        return strict


class ClientGone(Exception):
    """The client left before its answer was ready."""


async def while_present(request: Request, work: Awaitable[T]) -> T:
    """The outcome of `work`, which is cancelled if the client leaves first. Raises `ClientGone`.

    Call it once the body has been read: the next message a server sends is then the client's leaving.
    """
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_leaving(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()


async def _leaving(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def prefers_async(prefer: str | None) -> bool:
    """Whether a Prefer header asks for an answer before the work is done."""
    return "respond-async" in (part.partition(";")[0].strip().lower() for part in (prefer or "").split(","))


def wants_anew(cache_control: str | None) -> bool:
    """Whether a Cache-Control header refuses what is stored."""
    return "no-cache" in (part.strip().lower() for part in (cache_control or "").split(","))

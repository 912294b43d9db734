"""What routes may ask for, as annotated types: a signature reads like a list of requirements."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Header, Path
from starlette.requests import Request

from stratascope.problem import Problem
from stratascope.web.requests import prefers_async, wants_anew
from stratascope.web.responses import wants_tensors
from stratascope.web.services import Services


async def _services(request: Request) -> Services:
    return cast(Services, request.app.state.services)


ServicesDep = Annotated[Services, Depends(_services)]
"""The parts of this server."""


async def _tensors(request: Request) -> bool:
    return wants_tensors(request.headers.get("accept"))


async def _asynchronous(request: Request) -> bool:
    return prefers_async(request.headers.get("prefer"))


async def _anew(
    cache_control: Annotated[
        str | None,
        Header(
            description="`no-cache` computes anew, even if the result is stored, and stores the new document in its place. "
            "Identical requests under way may still share one computation. The document keeps its address: a client that "
            "cached it there has to reload it.",
            max_length=1000,
        ),
    ] = None,
) -> bool:
    return wants_anew(cache_control)


async def require_operator(services: ServicesDep) -> None:
    """Raise a 403 `Problem` unless only this machine can reach the server: then whoever asks is its operator."""
    if not services.settings.on_loopback:
        raise Problem(
            "operator_only",
            "Only the operator may do that, and this server can be reached from other machines.",
            status=403,
            remedy="Start the server on 127.0.0.1, or name model folders with --models at start",
        )


Id = Annotated[str, Path(alias="id")]
"""The id in the address."""

Tensors = Annotated[bool, Depends(_tensors)]
"""Whether the client asked for tensors in place of JSON."""

Asynchronous = Annotated[bool, Depends(_asynchronous)]
"""Whether the client wants to be answered before the work is done."""

Anew = Annotated[bool, Depends(_anew)]
"""Whether the client wants a result computed although it is stored."""

Operator = Depends(require_operator)
"""Only for the operator."""

"""One shape for everything that goes wrong, and nothing in it that came from a library or from the request's values."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from stratascope.problem import Problem
from stratascope.web.requests import ClientGone
from stratascope.web.responses import SafeJSON

log = logging.getLogger("stratascope.web")

MOST_FIELDS = 20
LONGEST_MESSAGE = 500

INTERNAL = Problem(
    "internal",
    "The server failed on this request. It was logged under the request id.",
    status=500,
    remedy="Try again, and report the request id if it happens again",
)

_CODES: Mapping[int, tuple[str, str]] = {
    400: ("bad_json", "The body is not JSON in UTF-8."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not answer that method."),
    413: ("body_too_large", "The body is larger than 2 MiB."),
}


def request_id(scope: Scope) -> str:
    """The id of this request, made once."""
    state = scope.setdefault("state", {})
    return str(state.setdefault("request_id", secrets.token_hex(8)))


def error_response(problem: Problem, scope: Scope, fields: Sequence[Mapping[str, str]] = ()) -> Response:
    """The answer for a problem. `fields` names several faults at once, when there are several."""
    body = problem.describe() | {"request_id": request_id(scope)}
    body["message"] = body["message"][:LONGEST_MESSAGE]
    if fields:
        body["fields"] = list(fields)
    headers = {"cache-control": "no-store"}
    if problem.retry_after is not None:
        headers["retry-after"] = str(problem.retry_after)
    return SafeJSON({"error": body}, status_code=problem.status, headers=headers)


async def on_problem(request: Request, problem: Problem) -> Response:
    """A refusal, as it was worded."""
    return error_response(problem, request.scope)


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """A request that does not fit its schema: which fields, and what they may be. Values are never repeated."""
    found = error.errors()
    if any(fault["type"] == "json_invalid" for fault in found):
        return error_response(Problem("bad_json", _CODES[400][1], status=400), request.scope)
    fields = [_field(fault) for fault in found[:MOST_FIELDS]]
    return error_response(Problem("invalid_input", _sentence(fields, len(found))), request.scope, fields)


async def on_http(request: Request, error: HTTPException) -> Response:
    """Refusals of the framework itself: no such address, wrong method, body too large."""
    phrase = HTTPStatus(error.status_code).phrase
    code, message = _CODES.get(error.status_code, (phrase.lower().replace(" ", "_"), f"{phrase}."))
    response = error_response(Problem(code, message, status=error.status_code), request.scope)
    if error.status_code == 405:
        response.headers["allow"] = ", ".join(_allowed(request))
    return response


def unexpected(error: BaseException, scope: Scope) -> Response:
    """A defect: logged with the request id, answered without its text."""
    log.error("request %s failed", request_id(scope), exc_info=error)
    return error_response(INTERNAL, scope)


async def on_gone(request: Request, error: ClientGone) -> Response:
    """Nobody is left to read this."""
    return Response(status_code=499)


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    RequestValidationError: on_invalid,
    HTTPException: on_http,
    ClientGone: on_gone,
}


def _field(fault: Mapping[str, Any]) -> dict[str, str]:
    place = [str(part)[:64] for part in fault["loc"]]
    name = ".".join(place[1:] if place[:1] in (["body"], ["query"], ["path"], ["header"]) else place)
    return {"field": name or "body", "message": str(fault["msg"]).removeprefix("Value error, ")[:200]}


def _sentence(fields: Sequence[Mapping[str, str]], count: int) -> str:
    first = f"{fields[0]['field']}: {fields[0]['message']}."
    return first if count == 1 else f"{first} {count - 1} more {'field is' if count == 2 else 'fields are'} wrong."


def _allowed(request: Request) -> list[str]:
    """Every method that this address answers: several routes may share one path."""
    contexts = iter_route_contexts(request.app.routes)
    found = [set(c.methods or ()) for c in contexts if c.path_regex.match(request.scope["path"])]
    methods = set().union(*found)
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))

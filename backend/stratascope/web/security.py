"""The outermost layer, in plain ASGI: who may ask, how much they may send, and the headers of every answer.

Plain ASGI and never an `http` middleware of the framework: those hide a client's leaving from the code that would stop
its work.
"""

from __future__ import annotations

import asyncio
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stratascope.problem import Problem
from stratascope.settings import LOOPBACK, Settings
from stratascope.web.errors import error_response, request_id, unexpected

MAX_BODY = 2 << 20
"""Bytes a request body may have."""

# Plotly writes style attributes, so styles need 'unsafe-inline'; scripts never have it.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), payment=(), interest-cohort=()",
}

SHUTTING_DOWN = Problem("shutting_down", "The server is shutting down.", status=503, retry_after=5)

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
_BODY_METHODS = {"POST", "PUT", "PATCH"}


def host_names(settings: Settings) -> frozenset[str]:
    """The names this server answers to, as they stand in a Host header."""
    names = {*LOOPBACK, settings.host, *settings.allowed_hosts}
    return frozenset(f"[{name}]" if ":" in name else name for name in (n.lower() for n in names))


class Edge:
    """Refuses before anything is read, caps what is read, marks what is answered, and keeps defects inside."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request. Other kinds of connection pass through: the application has no sockets."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        reply = _Reply(scope, receive, send)
        try:
            self._admit(scope["method"], Headers(scope=scope))
            await self.app(_as_get(scope), _Counted(reply.receive), reply.send)
        except (Exception, asyncio.CancelledError) as error:
            if reply.started:
                raise
            await _answer_to(error, scope)(scope, receive, reply.send)

    def _admit(self, method: str, headers: Headers) -> None:
        _check_host(headers, self.hosts)
        if method not in _SAFE_METHODS:
            _check_site(headers)
        if method in _BODY_METHODS:
            _check_body(headers)


def _answer_to(error: BaseException, scope: Scope) -> Response:
    """What a client gets for whatever came out of the application."""
    if isinstance(error, Problem):
        return error_response(error, scope)
    if isinstance(error, asyncio.CancelledError):  # the server ends, and its patience with it
        return error_response(SHUTTING_DOWN, scope)
    return unexpected(error, scope)


def _check_host(headers: Headers, hosts: frozenset[str]) -> None:
    """Stops pages that point their own name at this machine: their requests carry that name."""
    given = headers.getlist("host")
    match = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
    if match is None or match[1] not in hosts:
        raise Problem(
            "bad_host",
            "This server does not answer to the name in the Host header.",
            status=400,
            remedy="Use the address the server printed at start, or start it with --allowed-hosts and this name",
        )


def _check_site(headers: Headers) -> None:
    """Stops other pages open in the same browser. Programs send neither header and pass."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    same = site in ("same-origin", "none") if site else origin is None or _is_own(origin, headers)
    if not same:
        raise Problem("cross_site", "A page of another site may not change anything here.", status=403)


def _is_own(origin: str, headers: Headers) -> bool:
    return origin.partition("://")[2].lower() == headers.get("host", "").lower()


def _check_body(headers: Headers) -> None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(
            "unsupported_media_type",
            "Requests with a body must have Content-Type application/json.",
            status=415,
            remedy="Send JSON with the header Content-Type: application/json",
        )
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length[:20]) > MAX_BODY:
        raise Problem("body_too_large", "The body is larger than 2 MiB.", status=413)


def _as_get(scope: Scope) -> Scope:
    """HEAD is GET without its body: `_Reply` drops that."""
    return dict(scope, method="GET") if scope["method"] == "HEAD" else scope


class _Counted:
    """The body as it arrives, refused once it is too large: Content-Length may be missing or untrue."""

    def __init__(self, receive: Receive) -> None:
        self.receive, self.seen = receive, 0

    async def __call__(self) -> Message:
        message = await self.receive()
        self.seen += len(message.get("body", b""))
        if self.seen > MAX_BODY:
            raise HTTPException(413)
        return message


class _Reply:
    """The answer on its way out: marked with the headers every answer has, cut short after the head for HEAD."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.started = self.finished = False

    async def send(self, message: Message) -> None:
        """Pass one ASGI message on."""
        if self.finished:
            return
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers.update({**SECURITY_HEADERS, "x-request-id": request_id(self.scope)})
        await self._send(message)
        if self.started and self.scope["method"] == "HEAD":
            self.finished = True
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def receive(self) -> Message:
        """The client's next message. After a finished HEAD there is none: a stream behind it ends."""
        return {"type": "http.disconnect"} if self.finished else await self._receive()

"""The HTTP parser's edge: a request must arrive whole within a deadline, with a head of bounded size.

The server library has no such limits. This leans on its method names; the slow-client tests guard them.
"""

from __future__ import annotations

import asyncio
import secrets
from http import HTTPStatus
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stratascope.web.security import SECURITY_HEADERS

MAX_HEAD = 64 << 10
"""Bytes the request line and the headers may have together."""


class Protocol(HttpToolsProtocol):
    """Closes connections whose request does not arrive, or whose answer is not read."""

    receipt_seconds = 15.0
    stall_seconds = 30.0
    linger_seconds = 2.0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._receipt: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._head = 0
        self._in_head = True
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first request is due from here on."""
        super().connection_made(transport)
        self._await_request()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and refuse a head that never ends."""
        if self._refused:
            return
        self._head += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._head > MAX_HEAD:
            self._refuse_head()

    def on_headers_complete(self) -> None:
        """The head is here. One that came in a single packet is measured now."""
        self._in_head = False
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD:
            self._refuse_head()
            raise ValueError("stops the parser")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: the deadline is over, however long the answer takes."""
        self._cancel("_receipt")
        self._head, self._in_head = 0, True
        super().on_message_complete()
        if self.cycle.response_complete:  # refused before its body was here: nothing else would end an idle connection
            self._await_request()

    def on_response_complete(self) -> None:
        """The next request on this connection has its own deadline."""
        super().on_response_complete()
        if self.cycle.response_complete:  # else a pipelined request is being answered already
            self._await_request()

    def pause_writing(self) -> None:
        """The client does not read: it has a while to begin again."""
        super().pause_writing()
        self._stall = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        self._cancel("_stall")
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing may fire on a connection that is gone."""
        self._cancel("_receipt")
        self._cancel("_stall")
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What the parser cannot read, in the shape of every other error."""
        self._refuse(400, "bad_request", "This is not a valid HTTP request.")

    def _await_request(self) -> None:
        self._cancel("_receipt")
        if not self.transport.is_closing():
            self._receipt = self.loop.call_later(self.receipt_seconds, self.transport.close)

    def _cancel(self, timer: str) -> None:
        handle: asyncio.TimerHandle | None = getattr(self, timer)
        if handle is not None:
            handle.cancel()
            setattr(self, timer, None)

    def _refuse_head(self) -> None:
        self._refuse(431, "head_too_large", "The request's line and headers are larger than 64 KiB.")

    def _refuse(self, status: int, code: str, message: str) -> None:
        """Answer outside of any application, then read on for a moment: closing at once could lose the answer."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self.transport.write(_refusal(status, code, message))
        self._cancel("_receipt")
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write_eof()
            self._receipt = self.loop.call_later(self.linger_seconds, self.transport.close)
        else:
            self.transport.close()


def _refusal(status: int, code: str, message: str) -> bytes:
    """A whole answer in the shape of every other error."""
    error = {"code": code, "message": message, "request_id": secrets.token_hex(8)}
    body = orjson.dumps({"error": error})
    headers = {
        **SECURITY_HEADERS,
        "x-request-id": error["request_id"],
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + body

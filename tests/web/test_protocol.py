"""Slow, endless and broken requests on a real socket. Deadlines are made short; nothing here measures time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from stratascope.web.protocol import MAX_HEAD, Protocol

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]


class Hasty(Protocol):
    receipt_seconds = 0.2
    stall_seconds = 0.2


class Patient(Protocol):
    receipt_seconds = 600.0


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def refuse(request: Request) -> Response:
    return PlainTextResponse("no", 413)


async def drip(request: Request) -> Response:
    async def pieces() -> Any:
        for _ in range(5):
            await asyncio.sleep(0.1)
            yield b"x"

    return StreamingResponse(pieces())


async def flood(request: Request) -> Response:
    async def pieces() -> Any:
        while True:
            await asyncio.sleep(0)
            yield b"x" * (1 << 20)

    return StreamingResponse(pieces())


APP = Starlette(
    routes=[
        Route("/", hello),
        Route("/echo", echo, methods=["POST"]),
        Route("/refuse", refuse, methods=["POST"]),
        Route("/drip", drip),
        Route("/flood", flood),
    ]
)


def talk(conversation: Talk, protocol: type[Protocol] = Patient) -> Any:
    """What a conversation with a server of this protocol comes to."""

    async def served() -> Any:
        server = uvicorn.Server(uvicorn.Config(APP, port=0, http=protocol, log_level="critical", ws="none"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            port = server.servers[0].sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                return await asyncio.wait_for(conversation(reader, writer), 20)
            finally:
                writer.close()
        finally:
            server.should_exit = True
            await serving

    return asyncio.run(served())


def sending(*parts: bytes) -> Talk:
    """Send these, and read until the server closes."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await reader.read()

    return conversation


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123",
        b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n12",
        b"POST /refuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123",
    ],
)
def test_a_request_that_does_not_arrive_is_closed(beginning: bytes) -> None:
    assert not talk(sending(beginning), Hasty).startswith(b"HTTP/1.1 200")


def test_a_dripping_request_is_closed_however_much_it_drips() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"GET / HTTP/1.1\r\n")
        closed = asyncio.create_task(reader.read())
        for number in range(1000):
            if closed.done():
                break
            writer.write(b"X-%d: a\r\n" % number)
            await asyncio.sleep(0.02)
        with suppress(ConnectionResetError):  # what was written after the end is answered so
            return await closed
        return b""

    assert talk(conversation, Hasty) == b""


def test_an_answer_may_take_longer_than_the_request() -> None:
    answer = talk(sending(b"GET /drip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Hasty)
    assert answer.count(b"1\r\nx\r\n") == 5
    assert answer.endswith(b"0\r\n\r\n")


def test_a_client_that_does_not_read_is_closed() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        writer.write(b"GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n")
        transport: asyncio.Transport = writer.transport  # type: ignore[assignment]
        transport.pause_reading()
        await asyncio.sleep(1.0)
        transport.resume_reading()
        return len(await _until_closed(reader))

    assert talk(conversation, Hasty) > 0


async def _until_closed(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b"reset"


def test_a_connection_is_kept_for_the_next_request() -> None:
    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[bytes]:
        answers = []
        for _ in range(3):
            writer.write(ASK)
            answers.append((await reader.readuntil(b"\r\n\r\n")) + await reader.readexactly(5))
        return answers

    assert [answer[-5:] for answer in talk(conversation)] == [b"hello"] * 3


def test_pipelined_requests_are_answered_in_order() -> None:
    post = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
    last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = talk(sending(ASK + post % (3, b"abc") + post % (100_000, b"a" * 100_000) + last))
    bodies = [part.split(b"\r\n")[0] for part in answer.split(b"\r\n\r\n")[1:]]
    assert bodies == [b"helloHTTP/1.1 200 OK", b"3HTTP/1.1 200 OK", b"100000HTTP/1.1 200 OK", b"hello"]


def test_a_pipelined_request_has_no_deadline_while_it_waits() -> None:
    ask = b"GET /drip HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"GET /drip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert talk(sending(ask + last), Hasty).count(b"1\r\nx\r\n") == 10


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * MAX_HEAD + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * (MAX_HEAD * 4), 431),
        (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * MAX_HEAD, 431),
    ],
)
def test_what_the_parser_refuses_is_refused_like_everything_else(raw: bytes, expected: int) -> None:
    answer = talk(sending(raw))
    assert status(answer) == expected
    head, _, body = answer.partition(b"\r\n\r\n")
    assert set(json.loads(body)["error"]) == {"code", "message", "request_id"}
    assert b"content-security-policy: default-src 'none'" in head
    assert b"connection: close" in head


def test_a_large_but_bounded_head_passes() -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"a" * (MAX_HEAD - 200) + b"\r\n\r\n"
    assert status(talk(sending(head[:1000], head[1000:]))) == 200


def test_a_refused_body_does_not_spoil_the_next_request() -> None:
    refused = b"POST /refuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n" + b"a" * 200_000
    last = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = talk(sending(refused, last))
    assert status(answer) == 413
    assert answer.endswith(b"hello")

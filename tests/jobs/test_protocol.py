"""Messages arrive as they were sent, and what is no message is refused without being believed."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import struct
import threading
from typing import Any

import pytest

from stratascope.jobs.protocol import (
    MAX_BODY_BYTES,
    MAX_HEADER_BYTES,
    FrameReader,
    ProtocolError,
    encode,
    receive,
    send,
)

MESSAGES: list[tuple[dict[str, Any], bytes]] = [
    ({}, b""),
    ({"op": "ping", "n": 3}, b""),
    ({"event": "done", "text": "é\u2028\U0001f680\x00", "list": [1, None, 2.5]}, b"\x00body\xff"),
    ({"event": "done"}, os.urandom(3 << 20)),
]
LENGTHS = [
    struct.pack("<I", MAX_HEADER_BYTES + 1),
    b"\xff\xff\xff\xff",
    struct.pack("<I", 2) + b"{}" + struct.pack("<Q", MAX_BODY_BYTES + 1),
    struct.pack("<I", 2) + b"{}" + b"\xff" * 8,
]
HEADERS = [b"", b"[]", b"null", b"7", b'"text"', b"{", b"\xff\xfe", b'{"a": NaN}', b"{}{}"]


def framed(header: bytes) -> bytes:
    return struct.pack("<I", len(header)) + header + struct.pack("<Q", 0)


async def parsed(data: bytes) -> tuple[dict[str, Any], bytes]:
    stream = asyncio.StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    return await FrameReader(stream).read()


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_crosses_a_socket_unchanged(message: tuple[dict[str, Any], bytes]) -> None:
    left, right = socket.socketpair()
    with left, right:
        sender = threading.Thread(target=send, args=(left, *message))
        sender.start()
        assert receive(right) == message
        sender.join()


@pytest.mark.anyio
@pytest.mark.parametrize("message", MESSAGES)
async def test_the_asynchronous_reader_reads_the_same(message: tuple[dict[str, Any], bytes]) -> None:
    assert await parsed(encode(message[0], len(message[1])) + message[1]) == message


@pytest.mark.anyio
async def test_messages_follow_one_another() -> None:
    stream = asyncio.StreamReader()
    stream.feed_data(b"".join(encode(header, len(body)) + body for header, body in MESSAGES[:3]))
    reader = FrameReader(stream)
    assert [await reader.read() for _ in range(3)] == MESSAGES[:3]


@pytest.mark.anyio
@pytest.mark.parametrize("data", LENGTHS + [framed(header) for header in HEADERS])
async def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        await parsed(data)
    left, right = socket.socketpair()
    with left, right:
        left.sendall(data)
        with pytest.raises(ProtocolError):
            receive(right)


@pytest.mark.anyio
async def test_every_cut_of_a_message_is_an_end_of_file() -> None:
    whole = encode({"event": "done", "job": "1"}, 4) + b"body"
    for length in range(len(whole)):
        with pytest.raises(EOFError):
            await parsed(whole[:length])


@pytest.mark.anyio
async def test_random_bytes_never_raise_anything_else() -> None:
    chance = random.Random(5)
    for _ in range(2000):
        data = bytearray(encode({"event": "progress", "done": 1}, 3) + b"abc")
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            header, body = await parsed(bytes(data))
        except (ProtocolError, EOFError):
            continue
        assert isinstance(header, dict)
        assert isinstance(body, bytes)


def test_a_message_too_large_to_read_is_not_sent() -> None:
    with pytest.raises(ProtocolError):
        encode({"text": "x" * MAX_HEADER_BYTES})
    with pytest.raises(ProtocolError):
        encode({}, MAX_BODY_BYTES + 1)


def test_the_other_side_being_gone_is_an_end_of_file() -> None:
    left, right = socket.socketpair()
    with right:
        left.close()
        with pytest.raises(EOFError):
            receive(right)

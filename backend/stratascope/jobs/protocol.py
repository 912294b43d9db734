"""Messages between the api process and its worker: a JSON header and a raw body, both preceded by their lengths.

    4 bytes   length of the header, little-endian
    ...       the header, a JSON object
    8 bytes   length of the body, little-endian
    ...       the body: nothing, or a document in the tensors encoding

Nothing that crosses can carry code, in either direction: a worker that was taken over by a hostile model can at worst
send numbers. Lengths are bounded before anything is read.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

import orjson

MAX_HEADER_BYTES = 16 << 20
MAX_BODY_BYTES = 1 << 30
_HEADER_SIZE = struct.Struct("<I")
_BODY_SIZE = struct.Struct("<Q")

Header = dict[str, Any]
Frame = tuple[Header, bytes]
"""A header and its body."""


class ProtocolError(Exception):
    """The other side sent something that is no message. Nothing after it can be understood."""


def encode(header: Header, body_size: int = 0) -> bytes:
    """Everything of a message that precedes its body."""
    text = orjson.dumps(header)
    if len(text) > MAX_HEADER_BYTES or body_size > MAX_BODY_BYTES:
        raise ProtocolError(f"a message of {len(text)} + {body_size} bytes is too large to send")
    return _HEADER_SIZE.pack(len(text)) + text + _BODY_SIZE.pack(body_size)


def send(sock: socket.socket, header: Header, body: bytes = b"") -> None:
    """Write one message to a blocking socket. Raises `OSError` if the other side is gone."""
    sock.sendall(encode(header, len(body)))
    if body:
        sock.sendall(body)


def receive(sock: socket.socket) -> Frame:
    """Read one message from a blocking socket. Raises `EOFError` if the other side is gone."""
    header = _header(_exactly(sock, _header_size(_exactly(sock, _HEADER_SIZE.size))))
    return header, _exactly(sock, _body_size(_exactly(sock, _BODY_SIZE.size)))


class FrameReader:
    """Reads messages from an asyncio stream."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream

    async def read(self) -> Frame:
        """The next message. Raises `EOFError` when the other side is gone, `ProtocolError` for anything else."""
        size = _header_size(await self._stream.readexactly(_HEADER_SIZE.size))
        header = _header(await self._stream.readexactly(size))
        return header, await self._stream.readexactly(_body_size(await self._stream.readexactly(_BODY_SIZE.size)))


def _header_size(data: bytes) -> int:
    return _bounded(_HEADER_SIZE.unpack(data)[0], MAX_HEADER_BYTES)


def _body_size(data: bytes) -> int:
    return _bounded(_BODY_SIZE.unpack(data)[0], MAX_BODY_BYTES)


def _bounded(size: int, most: int) -> int:
    if size > most:
        raise ProtocolError(f"{size} bytes announced, at most {most} allowed")
    return size


def _header(data: bytes) -> Header:
    try:
        header = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ProtocolError("the header is not JSON") from None
    if not isinstance(header, dict):
        raise ProtocolError("the header is not an object")
    return header


def _exactly(sock: socket.socket, size: int) -> bytes:
    data, filled = bytearray(size), 0
    while filled < size:
        count = sock.recv_into(memoryview(data)[filled:])
        if count == 0:
            raise EOFError("the other side is gone")
        filled += count
    return bytes(data)

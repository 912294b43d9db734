"""One worker process as the api process sees it: a socket on which it answers, until the socket closes."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from types import ModuleType
from typing import Any, TypeVar

from stratascope.jobs.flight import Reply
from stratascope.jobs.protocol import Frame, FrameReader, Header, ProtocolError, encode
from stratascope.problem import Cancelled, Problem

PRELOAD = ("stratascope.jobs.worker", "stratascope.jobs.bench", "transformers.models.gpt2.modeling_gpt2")
"""What the fork server imports once, so that a worker is there in a fraction of a second. It never computes."""

START_SECONDS = 120.0
_BUFFER_BYTES = 4 << 20
_REAP_SECONDS = 5.0

Target = Callable[[socket.socket, dict[str, Any]], None]
"""Entry point of a worker process."""

Returned = TypeVar("Returned")
Hear = Callable[[Header, bytes], None]

log = logging.getLogger(__name__)
_starting = threading.Lock()
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="stratascope-worker")
"""Threads of their own: replacing a worker must not wait until somebody's file is hashed."""


class WorkerDied(Exception):
    """The worker is gone, and with it whatever it was doing."""


class Link:
    """A live worker.

    `models` are those in its memory by id, the one used last at the end, `captures` the bytes of captured runs beside
    them; `closed` is set when it is gone, `killed` if by order.
    """

    def __init__(self, process: ForkServerProcess, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process, self._frames, self._writer = process, FrameReader(reader), writer
        self._answers: dict[str, tuple[asyncio.Future[Reply], Hear]] = {}
        self._unanswered_ping = False
        self.heard = time.monotonic()
        self.models: dict[str, dict[str, Any]] = {}
        self.captures = 0
        self.killed = False
        self.closed = asyncio.Event()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid or 0

    @classmethod
    async def start(cls, target: Target, settings: Mapping[str, Any]) -> Link:
        """Start a worker and wait until it is ready. Raises `WorkerDied`, or the `Problem` it reported."""
        ours, theirs = socket.socketpair()
        spawning = _in_thread(_spawn, target, theirs, dict(settings))
        try:
            process = await asyncio.shield(spawning)  # a fork that has begun is always seen through
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_BUFFER_BYTES)
        except BaseException:
            ours.close()
            raise
        link = cls(process, reader, writer)
        try:
            await link._greet()
        except BaseException:
            await link._bury()
            raise
        return link

    def request(self, job: str, message: Header, hear: Hear) -> asyncio.Future[Reply]:
        """Order a job. The future holds its reply, its `Problem`, `Cancelled` or `WorkerDied`."""
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if self.closed.is_set():
            answer.set_exception(WorkerDied())
            return answer
        self._answers[job] = answer, hear
        self._say({**message, "job": job})
        return answer

    def cancel(self, job: str) -> None:
        """Ask the worker to stop a job at its next step."""
        self._say({"op": "cancel", "job": job})

    def ping(self) -> None:
        """Ask for a sign of life; one question is open at a time, however long the answer takes."""
        if not self._unanswered_ping:
            self._unanswered_ping = True
            self._say({"op": "ping", "n": 0})

    def kill(self) -> None:
        """End the worker now, whatever it is doing."""
        self.killed = True
        self._end_process()

    async def end(self, seconds: float) -> None:
        """Let the worker see that nobody is here any more; after `seconds`, kill it. Returns when it is gone."""
        with suppress(OSError, RuntimeError):  # it was faster
            self._writer.write_eof()
        try:
            await asyncio.wait_for(self.closed.wait(), seconds)
        except TimeoutError:
            self.kill()
            await self.closed.wait()

    async def listen(self) -> None:
        """Hear the worker out. Returns when it is gone, and sees to it that it is."""
        try:
            while True:
                self._hear(*await self._frames.read())
        except (EOFError, OSError):
            pass
        except (ProtocolError, KeyError, TypeError, ValueError) as error:
            log.error("the worker sent something that is no message (%s) and was ended", error)
        finally:
            await self._bury()

    async def _greet(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                header, _ = await self._frames.read()
        except (EOFError, OSError, ProtocolError, TimeoutError) as error:
            raise WorkerDied("the worker did not start") from error
        if header.get("event") == "unusable":
            raise Problem.from_wire(header["problem"])
        self.heard = time.monotonic()

    def _say(self, message: Header) -> None:
        if not self._writer.is_closing():
            self._writer.write(encode(message))

    def _hear(self, header: Header, body: bytes) -> None:
        event = header["event"]
        self.heard = time.monotonic()
        if event == "pong":
            self._unanswered_ping = False
        elif event == "memory":
            self.models = {model["id"]: model for model in header["loaded"]}
            self.captures = int(header["captures"])
        elif event == "dying":
            log.error("the worker gives up: %s", header.get("text"))
        elif event in ("progress", "partial"):
            answer, hear = self._answers[header["job"]]
            if not answer.done():
                hear(header, body)
        else:
            answer, _ = self._answers[header["job"]]
            if not answer.done():
                _settle(answer, (header, body))
            del self._answers[header["job"]]

    def _end_process(self) -> None:
        if self._process.exitcode is None:
            self._process.kill()

    async def _bury(self) -> None:
        """The socket is closed or useless: end the process, collect it, and tell whoever still waits."""
        try:
            self._end_process()
            self._writer.close()
            await asyncio.shield(_in_thread(self._process.join, _REAP_SECONDS))
        finally:
            self.closed.set()
            for answer, _ in self._answers.values():
                if not answer.done():
                    answer.set_exception(WorkerDied())
                    answer.exception()
            self._answers.clear()


def _in_thread(function: Callable[..., Returned], *arguments: object) -> asyncio.Future[Returned]:
    return asyncio.get_running_loop().run_in_executor(_threads, function, *arguments)


def _settle(answer: asyncio.Future[Reply], frame: Frame) -> None:
    """Turn a job's last message into the future's outcome."""
    header, body = frame
    event = header["event"]
    if event == "done":
        answer.set_result(Reply(header.get("value"), body))
    elif event == "problem":
        answer.set_exception(Problem.from_wire(header["problem"]))
    elif event == "cancelled":
        answer.set_exception(Cancelled())
    elif event == "failed":
        log.error("a job failed: %s", header["text"])
        answer.set_exception(_defect())
    else:
        raise ProtocolError(f"there is no event {event!r}")


def _defect() -> Problem:
    return Problem(
        "internal",
        "This run failed because of a mistake in the program. The server's log says where.",
        status=500,
        remedy="Report it with the request that led to it",
    )


def _spawn(target: Target, sock: socket.socket, settings: dict[str, Any]) -> ForkServerProcess:
    """Fork a worker and close our copy of its socket, without which its end would go unseen.

    Blocks: for seconds the first time, while the fork server imports what it preloads.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))
    process = context.Process(target=target, args=(sock, settings), name="stratascope-worker", daemon=True)
    with _starting, sock:
        main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:  # the child would import the program that was started here once more; it needs nothing of it
            process.start()
        finally:
            sys.modules["__main__"] = main
    return process

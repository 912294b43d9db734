"""The worker's end of the line: a reader thread that is always there, and the main thread that does one job after another.

The reader answers pings, takes cancellations and ends the process when the api process is gone. The main thread asks
between the steps of a job whether it was cancelled. Whatever a job raises is reported here and nowhere else.
"""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from stratascope.jobs.protocol import Header, ProtocolError, receive, send
from stratascope.problem import Cancelled, Problem

PROGRESS_SECONDS = 0.05
PARTIAL_SECONDS = 0.2
FATAL_EXIT = 70
_LOG_CHARACTERS = 8_000


@dataclass(frozen=True)
class Answer:
    """What a job gives back: fields of the last message, and a document in the tensors encoding."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""


class Poisoned(BaseException):
    """The process can no longer be trusted to compute. Not an ordinary exception: nothing may catch it and go on."""


class Bench(Protocol):
    """Where the work is done."""

    def handle(self, order: Header, watch: Watch) -> Answer:
        """Do what `order` says. Raises `Problem` for a refusal and `Cancelled` through `watch`."""

    def memory(self) -> dict[str, Any]:
        """What is kept between jobs: `loaded` models, and bytes of `captures`."""


class Desk:
    """Messages in and out. `orders` holds what is to be done next."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()
        self._cancelled: set[str] = set()
        self.orders: queue.SimpleQueue[Header] = queue.SimpleQueue()

    def say(self, header: Header, body: bytes = b"") -> None:
        """Send one message whole, whichever thread it comes from. Without anyone to hear it the process ends."""
        try:
            with self._sending:
                send(self._sock, header, body)
        except OSError:
            os._exit(0)

    def listen(self) -> None:
        """Read until the api process is gone; then this process has no reason to be."""
        try:
            while True:
                self._take(receive(self._sock)[0])
        except (EOFError, OSError, ProtocolError):
            os._exit(0)

    def is_cancelled(self, job: str) -> bool:
        """Whether nobody waits for `job` any more."""
        return job in self._cancelled

    def close_file(self, job: str) -> None:
        """Forget what was said about `job`."""
        self._cancelled.discard(job)

    def _take(self, order: Header) -> None:
        if order.get("op") == "ping":
            self.say({"event": "pong", "n": order.get("n")})
        elif order.get("op") == "cancel":
            self._cancelled.add(str(order.get("job")))
        else:
            self.orders.put(order)


class Watch:
    """How a running job speaks: progress, partial results, and the question whether to go on."""

    def __init__(self, desk: Desk, job: str) -> None:
        self._desk, self._job = desk, job
        self._stage, self._said, self._shown = "", 0.0, 0.0

    def check(self) -> None:
        """Raise `Cancelled` if nobody waits any more."""
        if self._desk.is_cancelled(self._job):
            raise Cancelled

    def progress(self, done: int, total: int, stage: str) -> None:
        """Report `done` of `total`, at most twenty times a second; a new stage and the last step are always told."""
        self.check()
        now = time.monotonic()
        if stage == self._stage and done < total and now - self._said < PROGRESS_SECONDS:
            return
        self._stage, self._said = stage, now
        self._desk.say({"event": "progress", "job": self._job, "done": done, "total": total, "stage": stage})

    def wants_partial(self) -> bool:
        """Whether it is time for another partial result: they are large, so five a second are enough."""
        self.check()
        return time.monotonic() - self._shown >= PARTIAL_SECONDS

    def partial(self, body: bytes) -> None:
        """Send a document with cells still missing."""
        self._shown = time.monotonic()
        self._desk.say({"event": "partial", "job": self._job}, body)


def serve(sock: socket.socket, bench: Bench, hello: Mapping[str, Any]) -> None:
    """Attend to orders until the api process is gone. Never returns."""
    desk = Desk(sock)
    threading.Thread(target=desk.listen, name="desk", daemon=True).start()
    desk.say({"event": "ready", "pid": os.getpid(), **hello})
    known: dict[str, Any] = {}
    while True:
        order = desk.orders.get()
        header, body = _attend(desk, bench, order)
        if (memory := bench.memory()) != known:
            known = memory
            desk.say({"event": "memory", **memory})
        desk.say({"job": order["job"], **header}, body)


def _attend(desk: Desk, bench: Bench, order: Header) -> tuple[Header, bytes]:
    """Do one job and put its end into words. Ends the process after anything that is not an ordinary exception."""
    watch = Watch(desk, order["job"])
    try:
        watch.check()
        answer = bench.handle(order, watch)
    except Problem as problem:
        return {"event": "problem", "problem": problem.to_wire()}, b""
    except Cancelled:
        return {"event": "cancelled"}, b""
    except Exception:
        return {"event": "failed", "text": traceback.format_exc()[-_LOG_CHARACTERS:]}, b""
    except BaseException:
        desk.say({"event": "dying", "job": order["job"], "text": traceback.format_exc()[-_LOG_CHARACTERS:]})
        os._exit(FATAL_EXIT)
    finally:
        desk.close_file(order["job"])
    return {"event": "done", **answer.fields}, answer.body

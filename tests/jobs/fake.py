"""A worker without torch, for tests: the real process, socket, reader thread and job boundary, with a bench of its own.

What a run does is named by `params["do"]`. Files named in the parameters count attempts across processes.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

import numpy as np

from stratascope.document import Document
from stratascope.jobs import faults
from stratascope.jobs.desk import Answer, Watch, serve
from stratascope.jobs.protocol import Header
from stratascope.jobs.worker import harden
from stratascope.problem import Problem
from stratascope.result import Array, TokenScores


class FakeBench:
    """Answers with the square of `params["number"]`, one way or another."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._models: list[dict[str, Any]] = []

    def handle(self, order: Header, watch: Watch) -> Answer:
        """One order."""
        if order["op"] == "load":
            return self._load(order["model"], watch)
        if order["op"] == "unload":
            self._models = [model for model in self._models if model["id"] != order["model"]]
            return Answer()
        if order["op"] == "tokenize":
            return Answer({"value": {"ids": list(order["text"].encode()), "tokens": [], "bos_prepended": False}})
        if order["op"] == "fault":
            return faults.commit(order, watch, allowed=self._settings["test_faults"])
        return getattr(self, "_" + order["params"].get("do", "square"))(order, watch)

    def memory(self) -> dict[str, Any]:
        """The models that were loaded, and as many captures as there are."""
        return {"loaded": list(self._models), "captures": len(self._models)}

    def _load(self, model: dict[str, Any], watch: Watch) -> Answer:
        if model.get("deadly"):
            os.abort()
        for step in range(model.get("steps", 0)):
            watch.progress(step, model["steps"], "reading weights")
            time.sleep(0.01)
        if model.get("broken"):
            raise Problem("no_weights", "This folder holds no weights.")
        held = {"id": model["id"], "precision": model.get("precision"), "bytes": model.get("bytes", 1)}
        self._models = [each for each in self._models if each["id"] != model["id"]] + [held]
        return Answer()

    def _square(self, order: Header, watch: Watch) -> Answer:
        mark(order)
        time.sleep(order["params"].get("seconds", 0))
        return Answer(body=document(order))

    def _steps(self, order: Header, watch: Watch) -> Answer:
        """Many short steps, with progress and partial results."""
        mark(order)
        for step in range(order["params"]["steps"]):
            watch.progress(step, order["params"]["steps"], "stepping")
            if watch.wants_partial():
                watch.partial(document(order, partial=True))
            time.sleep(0.01)
        return Answer(body=document(order))

    def _die_first(self, order: Header, watch: Watch) -> Answer:
        """Die on the first attempt, succeed on the second."""
        if mark(order) == 1:
            os.abort()
        return Answer(body=document(order))

    def _refuse(self, order: Header, watch: Watch) -> Answer:
        raise Problem("bad_parameter", "number must be positive; got -1.", field="number", changes={"number": 1})

    def _large(self, order: Header, watch: Watch) -> Answer:
        """A document of `size` bytes and a little."""
        scores = TokenScores(arrays={"x": Array(values=np.arange(order["params"]["size"] // 8), dims=("position",))})
        return Answer(body=Document.of(scores, **order["head"]).to_tensors())

    def _garbage(self, order: Header, watch: Watch) -> Answer:
        """Write something to the socket that is no message."""
        mark(order)
        os.write(watch._desk._sock.fileno(), b"\xff" * 64)
        time.sleep(60)
        return Answer()

    def _malformed(self, order: Header, watch: Watch) -> Answer:
        """Answer with a message whose fields are not what they should be."""
        watch._desk.say({"event": "problem", "job": order["job"], "problem": {"surprise": 1}})
        time.sleep(60)
        return Answer()


def mark(order: Header) -> int:
    """Leave a mark in the file the job names; how many there are now."""
    if "marks" not in order["params"]:
        return 0
    path = Path(order["params"]["marks"])
    with path.open("a") as file:
        file.write("x")
    return path.stat().st_size


def document(order: Header, *, partial: bool = False) -> bytes:
    """The square of the number, or NaN in its place."""
    number = float("nan") if partial else float(order["params"].get("number", 2)) ** 2
    array = Array(values=np.array([number]), dims=("position",), undefined="not there yet")
    return Document.of(TokenScores(arrays={"square": array}), **order["head"]).to_tensors()


def main(sock: socket.socket, settings: dict[str, Any]) -> None:
    """Entry point of the process."""
    harden()
    serve(sock, FakeBench(settings), {})


def main_that_dies(sock: socket.socket, settings: dict[str, Any]) -> None:
    """A worker that never gets as far as saying that it is ready."""
    os._exit(3)


def main_that_refuses(sock: socket.socket, settings: dict[str, Any]) -> None:
    """A worker that finds out at start that it cannot compute here."""
    from stratascope.jobs.protocol import send

    problem = Problem("no_cuda", "There is no such device.", status=503)
    send(sock, {"event": "unusable", "problem": problem.to_wire()})

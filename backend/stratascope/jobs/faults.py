"""Faults on order, so that tests can prove what the server survives. Refused unless `test_faults` is set."""

from __future__ import annotations

import os
import re
import resource
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from stratascope.document import Document
from stratascope.jobs.desk import Answer, Watch
from stratascope.problem import Problem
from stratascope.result import Array, TokenScores

_HEADROOM = 256 << 20


def commit(order: Mapping[str, Any], watch: Watch, *, allowed: bool) -> Answer:
    """Do the harm that `order["kind"]` names. Raises a 403 `Problem` where faults are not allowed."""
    kind = order.get("kind")
    if not allowed or kind not in _FAULTS:
        raise refused(str(kind))
    return _FAULTS[kind](order, watch)


def refused(kind: str) -> Problem:
    """Faults are off, or there is none of this kind."""
    return Problem("faults_off", f"The fault {kind!r} is not available on this server.", status=403)


def _abort(order: Mapping[str, Any], watch: Watch) -> Answer:
    """Die as a crash in native code would."""
    os.abort()


def _panic(order: Mapping[str, Any], watch: Watch) -> Answer:
    """Raise what a panicking native library raises: not an ordinary exception."""
    raise BaseException("a native library panicked")  # noqa: TRY002


def _defect(order: Mapping[str, Any], watch: Watch) -> Answer:
    """Fail as a method with a mistake in it would."""
    raise ZeroDivisionError("a secret of the server's")


def _sleep(order: Mapping[str, Any], watch: Watch) -> Answer:
    """Take `seconds`. With `steps`, report and ask between them; without, hear nothing until the end."""
    steps = int(order.get("steps", 0))
    for step in range(steps):
        watch.progress(step, steps, "sleeping")
        time.sleep(float(order["seconds"]) / steps)
    if steps == 0:
        time.sleep(float(order["seconds"]))
    return Answer({"value": {"slept": order["seconds"]}})


def _spin(order: Mapping[str, Any], watch: Watch) -> Answer:
    """Hold the interpreter's lock inside C for as long as the process lives: not even the reader thread runs."""
    return Answer({"value": re.match(r"(a+)+$", "a" * 4096 + "b") is None})


def _alloc(order: Mapping[str, Any], watch: Watch) -> Answer:
    """Ask for more memory than the system will give."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: PTH123, SIM115
    resource.setrlimit(resource.RLIMIT_AS, (used + _HEADROOM, before[1]))
    try:
        return Answer({"value": len(bytearray(int(order.get("bytes", 4 * _HEADROOM))))})
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _nan(order: Mapping[str, Any], watch: Watch) -> Answer:
    """Compute numbers that are none."""
    values = np.array([0.0, np.nan, np.inf, -np.inf, 1.0])
    scores = TokenScores(arrays={"score": Array(values=values, dims=("position",))})
    return Answer(body=Document.of(scores, key=str(order.get("key", "nan"))).to_tensors())


_FAULTS: dict[Any, Callable[[Mapping[str, Any], Watch], Answer]] = {
    "abort": _abort,
    "panic": _panic,
    "defect": _defect,
    "sleep": _sleep,
    "spin": _spin,
    "alloc": _alloc,
    "nan": _nan,
}

"""The worker process: hardened first, then at its bench until the api process is gone."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
from multiprocessing import forkserver
from typing import Any

from stratascope.jobs.desk import serve
from stratascope.jobs.protocol import send
from stratascope.problem import Problem
from stratascope.settings import Settings

_PR_SET_PDEATHSIG = 1


def main(sock: socket.socket, settings: dict[str, Any]) -> None:
    """Entry point of the process. `settings` are the server's, as JSON values. Returns only
    if nothing can be computed here."""
    harden()
    from stratascope.jobs.bench import TorchBench, versions

    try:
        bench = TorchBench(Settings.model_validate(settings))
    except Problem as problem:
        send(sock, {"event": "unusable", "problem": problem.to_wire()})
        return
    serve(sock, bench, versions(bench))


def harden() -> None:
    """Never outlive the api process, leave no core file with prompts in it, and leave Ctrl-C to the api process.

    The api process's end reaches this one twice: the socket closes, which the reader thread sees unless native code holds
    the interpreter; and the fork server ends, which takes this process with it whatever it is doing. The fork server
    ends once nobody holds the pipe that keeps it alive, so this process lets go of its copy.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    alive: int | None = getattr(forkserver, "_forkserver")._forkserver_alive_fd  # noqa: B009
    if alive is not None:
        os.close(alive)
        getattr(forkserver, "_forkserver")._forkserver_alive_fd = None  # noqa: B009

"""Running the application: one process, our own edge of the HTTP parser, no log of what people ask."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.web.app import create_app
from stratascope.web.protocol import Protocol

DRAIN_SECONDS = 10
ANSWER_SECONDS = 2
OPEN_FILES = 65_536


class Server(uvicorn.Server):
    """A server that says when it is ready, and on which port, and whose jobs end before its connections do."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._app, self._ready = app, ready

    async def startup(self, sockets: Any = None) -> None:
        """Start, then tell the port."""
        await super().startup(sockets)
        if self.started:
            self._ready(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: Any = None) -> None:
        """Refuse what waits, let the running job end, then answer and close."""
        await self._app.state.services.jobs.stop(DRAIN_SECONDS)
        await super().shutdown(sockets)


def configuration(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the server library is run."""
    return uvicorn.Config(
        _Worded(app),
        host=settings.host,
        port=settings.port,
        http=Protocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=ANSWER_SECONDS,
    )


def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until told to stop. `ready` gets the address once requests are answered. Exits with 0 after a signal."""
    refuse_open_bind(settings)
    _raise_file_limit()
    app = create_app(settings)
    server = Server(
        configuration(app, settings),
        app,
        lambda port: ready(settings.model_copy(update={"port": port}).url),
    )
    # The library raises the signal again once it has drained: that is a normal end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        server.run()


def refuse_open_bind(settings: Settings) -> None:
    """Anyone who reaches the server may use it, so reaching it from other machines must be asked for by name."""
    if not settings.on_loopback and not settings.insecure_no_auth:
        raise Problem(
            "open_bind",
            f"{settings.host} can be reached from other machines, and this server has no authentication.",
            remedy="Leave out --host, or add --insecure-no-auth if everyone on that network may use it",
        )
    if settings.test_faults and not settings.on_loopback:
        raise Problem(
            "open_faults", "Fault hooks are for tests on this machine only.", remedy="Leave out --test-faults"
        )


def _raise_file_limit() -> None:
    """Every waiting client holds a file; the usual soft limit is far below the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Worded:
    """A start that fails with a `Problem` is reported by its sentence, not by a traceback."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def worded(message: Message) -> None:
            failure = getattr(self.app.state, "failure", None)
            if message["type"] == "lifespan.startup.failed" and failure is not None:
                message = {**message, "message": failure}
            await send(message)

        await self.app(scope, receive, worded if scope["type"] == "lifespan" else send)

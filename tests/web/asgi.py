"""Small applications behind the edge, asked without a network."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import Field
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from stratascope.method import Params, Text
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.web.errors import HANDLERS
from stratascope.web.requests import JsonRoute
from stratascope.web.responses import SafeJSON
from stratascope.web.security import Edge, host_names


class Order(Params):
    """A body with one field of each sort."""

    text: Text
    count: int = Field(1, ge=1, le=9)
    weight: float = 0.5


def small_app(settings: Settings | None = None) -> FastAPI:
    """An application of five routes behind the real edge and the real error handlers."""
    settings = settings or Settings()
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        default_response_class=SafeJSON,
        middleware=[Middleware(Edge, hosts=host_names(settings))],
        exception_handlers=HANDLERS,
    )
    router = APIRouter(route_class=JsonRoute)

    @router.get("/thing")
    async def thing(size: int = 0) -> dict[str, Any]:
        return {"numbers": [1.0, float("nan"), float("inf")], "size": size}

    @router.post("/thing")
    async def order(body: Order) -> dict[str, Any]:
        return {"text": body.text}

    @router.delete("/thing")
    async def delete() -> None:
        return None

    @router.get("/defect")
    async def defect() -> None:
        raise ZeroDivisionError("secret in /srv/secret.py")

    @router.get("/refusal")
    async def refusal() -> None:
        raise Problem("no_room", "x" * 2000, status=503, field="layers", remedy="Wait", changes={"a": 1}, retry_after=7)

    app.include_router(router)
    return app


def small_client(settings: Settings | None = None) -> TestClient:
    """A client whose requests carry a loopback host and raise nothing."""
    return TestClient(small_app(settings), base_url="http://localhost:8000", raise_server_exceptions=False)

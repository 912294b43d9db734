"""The built page: every file known by its exact address before the first request, so that no request names a file."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from stratascope.web.errors import on_http
from stratascope.web.responses import IMMUTABLE, REVALIDATE, holds

STATIC = Path(__file__).parent / "static"

PAGES = (
    *("/", "/gallery", "/models", "/models/{model:path}/card", "/steering", "/docs"),
    *(f"/{name}/{{rest:path}}" for name in ("a", "docs", "gallery", "features", "heads", "neurons")),
)
"""Addresses that the page itself understands; each answers the same index.html."""

NOT_BUILT = """The page has not been built yet.

Run `make build` and start the server again, or use the API at /api/v1 (described in /openapi.json).
"""

# What the bundler names after its content: a dash and a hash before the extension.
_HASHED = re.compile(r"/assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+")


@dataclass(frozen=True)
class Asset:
    """One file of the built page, held in memory."""

    body: bytes
    media_type: str
    tag: str
    immutable: bool

    def response(self, request: Request) -> Response:
        """The file, or 304 for a browser that has it."""
        headers = {"etag": f'"{self.tag}"', "cache-control": IMMUTABLE if self.immutable else REVALIDATE}
        if holds(request.headers.get("if-none-match"), self.tag):
            return Response(status_code=304, headers=headers)
        return Response(self.body, media_type=self.media_type, headers=headers)


def compile_assets(folder: Path) -> dict[str, Asset]:
    """Every file under `folder` by its address. Empty when the page was not built."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {f"/{path.relative_to(folder).as_posix()}": _asset(path, folder) for path in paths}


def _asset(path: Path, folder: Path) -> Asset:
    body, address = path.read_bytes(), f"/{path.relative_to(folder).as_posix()}"
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, media_type, hashlib.sha256(body).hexdigest()[:32], bool(_HASHED.fullmatch(address)))


class Frontend:
    """The page built into this package, or into `folder`: its routes, and what a browser gets where nothing answers."""

    def __init__(self, folder: Path | None = None) -> None:
        self._assets = compile_assets(folder or STATIC)
        self._index = self._assets.pop("/index.html", None)

    def router(self) -> APIRouter:
        """Routes of the page and its files."""
        router = APIRouter(include_in_schema=False)
        for page in PAGES:
            router.add_api_route(page, self._page, methods=["GET"])
        beside_the_page = [address for address in self._assets if not address.startswith("/assets/")]
        for address in ["/assets/{rest:path}", *beside_the_page]:
            router.add_api_route(address, self._asset, methods=["GET"])
        return router

    async def on_missing(self, request: Request, error: HTTPException) -> Response:
        """At an unknown address: the page, which says so, for whoever navigates there; the error for everyone else."""
        if self._index is None or not _navigates(request):
            return await on_http(request, error)
        return Response(self._index.body, 404, media_type=self._index.media_type)

    async def _page(self, request: Request) -> Response:
        response = self._index.response(request) if self._index else PlainTextResponse(NOT_BUILT, 404)
        if request.scope["path"].startswith("/a/"):
            response.headers["x-robots-tag"] = "noindex"
        return response

    async def _asset(self, request: Request) -> Response:
        asset = self._assets.get(request.scope["path"])
        if asset is None:
            raise HTTPException(404)
        return asset.response(request)


def _navigates(request: Request) -> bool:
    """Whether a browser asks for a page, as opposed to a program, a script or a file of the page."""
    outside = not request.scope["path"].startswith(("/api/", "/assets/"))
    return outside and request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")

"""The built page: every file under its exact address, the page under the addresses it understands, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from stratascope.settings import Settings
from stratascope.web.errors import HANDLERS
from stratascope.web.frontend import Frontend
from stratascope.web.security import Edge, host_names

PAGES = [
    "/",
    "/models",
    "/models/specimen/card",
    "/steering",
    "/gallery",
    "/docs",
    "/docs/lens/logit-lens",
    "/a/x",
    "/features/a/b/1",
    "/heads/specimen/1.1",
    "/neurons/a%2Fb/3.17",
]


def client_of(folder: Path) -> TestClient:
    page = Frontend(folder)
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        middleware=[Middleware(Edge, hosts=host_names(Settings()))],
        exception_handlers=HANDLERS | {404: page.on_missing},
    )
    app.include_router(page.router())
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture
def built(tmp_path: Path) -> TestClient:
    """A page as the bundler leaves it, with files that must not be served."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>page</title>")
    (static / "favicon.svg").write_text("<svg/>")
    (static / "assets" / "index-DaVP3fkJ.js").write_text("run()")
    (static / "assets" / "plain.css").write_text("a{}")
    (static / ".secret").write_text("secret")
    (tmp_path / "outside.txt").write_text("secret")
    return client_of(static)


@pytest.mark.parametrize("address", PAGES)
def test_the_page_answers_its_addresses(built: TestClient, address: str) -> None:
    reply = built.get(address)
    assert (reply.status_code, reply.text) == (200, "<!doctype html><title>page</title>")
    assert reply.headers["content-type"].startswith("text/html")
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers.get("x-robots-tag") == ("noindex" if address.startswith("/a/") else None)


@pytest.mark.parametrize(
    ("address", "kind", "cache"),
    [
        ("/assets/index-DaVP3fkJ.js", "text/javascript", "public, max-age=31536000, immutable"),
        ("/assets/plain.css", "text/css", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
    ],
)
def test_files_have_their_type_and_hashed_ones_stay(built: TestClient, address: str, kind: str, cache: str) -> None:
    reply = built.get(address)
    assert reply.status_code == 200
    assert reply.headers["content-type"].split(";")[0] == kind
    assert reply.headers["cache-control"] == cache
    assert built.get(address, headers={"if-none-match": reply.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "address",
    [
        "/assets/", "/assets", "/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/%2e%2e/outside.txt",
        "/assets/..%2f..%2foutside.txt", "/assets/..%5c..%5coutside.txt", "/.secret", "/assets/../.secret", "/static/index.html",
        "/outside.txt", "/assets/index-DaVP3fkJ.js/", "/assets//plain.css", "/assets/plain.css%00", "/index.html", "/unknown",
    ],
)  # fmt: skip
def test_no_request_names_a_file(built: TestClient, address: str) -> None:
    reply = built.get(address)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")
    assert "secret" not in reply.text


def test_a_page_that_was_not_built_says_what_to_do(tmp_path: Path) -> None:
    reply = client_of(tmp_path / "nothing").get("/")
    assert reply.status_code == 404
    assert reply.headers["content-type"].startswith("text/plain")
    assert "make build" in reply.text


@pytest.mark.parametrize(("address", "accept"), [("/nowhere", "text/html,*/*;q=0.8"), ("/models/x/y", "text/html")])
def test_whoever_navigates_to_an_unknown_address_gets_the_page(built: TestClient, address: str, accept: str) -> None:
    reply = built.get(address, headers={"accept": accept, "if-none-match": "*"})
    assert (reply.status_code, reply.text) == (404, "<!doctype html><title>page</title>")
    assert "content-security-policy" in reply.headers


@pytest.mark.parametrize(
    ("address", "accept"), [("/nowhere", "*/*"), ("/api/v1/nowhere", "text/html"), ("/assets/none.js", "text/html")]
)
def test_everyone_else_gets_the_error(built: TestClient, address: str, accept: str) -> None:
    reply = built.get(address, headers={"accept": accept})
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")

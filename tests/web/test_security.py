"""The edge: who may ask, how much they may send, and what every answer carries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.types import Message, Scope

from stratascope.settings import Settings
from stratascope.web.security import MAX_BODY, SECURITY_HEADERS, Edge, host_names
from tests.web.asgi import small_client

JSON = {"content-type": "application/json"}
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    ("verb", "address", "headers", "status"),
    [
        ("GET", "/thing", {}, 200),
        ("HEAD", "/thing", {}, 200),
        ("GET", "/nowhere", {}, 404),
        ("PUT", "/thing", JSON, 405),
        ("POST", "/thing", JSON, 422),
        ("POST", "/thing", {}, 415),
        ("GET", "/defect", {}, 500),
        ("GET", "/refusal", {}, 503),
        ("GET", "/thing", {"host": "evil.example"}, 400),
        ("DELETE", "/thing", {"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_every_answer_carries_the_headers(verb: str, address: str, headers: dict[str, str], status: int) -> None:
    reply = small_client().request(verb, address, headers=headers)
    assert reply.status_code == status
    assert {name: reply.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert reply.headers["content-security-policy"] == POLICY
    assert len(reply.headers["x-request-id"]) == 16


def test_scripts_are_never_inline_and_nothing_may_frame() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in POLICY


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8000", 200),
        ("lab.example", 200),
        ("10.0.0.5:8000", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("lab.example.evil", 400),
        ("sub.lab.example", 400),
        ("localhost:8000:1", 400),
        ("localhost:", 400),
        (":8000", 400),
        ("[::1", 400),
        ("local host", 400),
        ("user@localhost", 400),
        ("", 400),
    ],
)
def test_only_known_names_are_answered(host: str, status: int) -> None:
    settings = Settings(host="10.0.0.5", allowed_hosts=("Lab.Example",))
    assert small_client(settings).get("/thing", headers={"host": host}).status_code == status


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_exactly_one_host(count: int) -> None:
    assert asyncio.run(status_of([(b"host", b"localhost")] * count)) == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://localhost:8000"}, 403),
        ({"origin": "http://localhost:8000"}, 200),
        ({"origin": "http://localhost:8001"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
    ],
)
@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_other_pages_change_nothing(verb: str, headers: dict[str, str], status: int) -> None:
    reply = small_client().request(verb, "/thing", json={"text": "a"} if verb == "POST" else None, headers=headers)
    assert reply.status_code == status


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:8000", "http://localhost:5173", "file://"]
)
@pytest.mark.parametrize("verb", ["GET", "POST", "OPTIONS"])
def test_no_origin_is_ever_allowed_to_read(verb: str, origin: str) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    reply = small_client().request(verb, "/thing", headers={**JSON, **asked, "origin": origin})
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_other_pages_may_follow_links() -> None:
    assert small_client().get("/thing", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/jsonx", "application/json, text/plain", "multipart/form-data"]
)
def test_a_form_cannot_pass_for_json(kind: str) -> None:
    reply = small_client().post("/thing", content=b'{"text": "a"}', headers={"content-type": kind})
    assert (reply.status_code, reply.json()["error"]["code"]) == (415, "unsupported_media_type")


def chunks(size: int) -> Iterator[bytes]:
    yield b'{"text": "'
    for start in range(0, size, 1 << 16):
        yield b"a" * min(1 << 16, size - start)
    yield b'"}'


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY - 12, 200), (MAX_BODY - 11, 413), (MAX_BODY * 4, 413)])
def test_the_body_is_counted_as_it_arrives(size: int, status: int) -> None:
    reply = small_client().post("/thing", content=chunks(size), headers=JSON)
    assert "content-length" not in reply.request.headers
    assert reply.status_code == status


@pytest.mark.parametrize(("length", "status"), [(str(MAX_BODY + 1), 413), ("9" * 40, 413), (str(MAX_BODY), 422)])
def test_a_length_too_large_is_refused_unread(length: str, status: int) -> None:
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", length.encode())]
    assert asyncio.run(status_of(headers, verb="POST")) == status


def test_head_has_the_head_of_get_and_no_body() -> None:
    client = small_client()
    got, head = client.get("/thing"), client.head("/thing")
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]


def test_what_is_not_http_passes_through() -> None:
    seen: list[str] = []

    async def inner(scope: Scope, receive: object, send: object) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Message:
        return {}

    asyncio.run(Edge(inner, host_names(Settings()))({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]


async def status_of(headers: list[tuple[bytes, bytes]], verb: str = "GET") -> int:
    """The status for raw headers, which no client would send like this. The body is empty."""
    sent: list[Message] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": verb,
        "path": "/thing", "raw_path": b"/thing", "query_string": b"", "headers": headers, "scheme": "http",
        "client": None, "server": ("localhost", 8000), "root_path": "",
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await small_client().app(scope, receive, send)
    return int(sent[0]["status"])

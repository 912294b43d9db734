"""The hostile corpus against a running server: every entry gets the answer that is written beside it.

Whatever else an entry expects, no answer is a server error, every refusal has the one shape, and nothing in it tells
where the server lies or what went wrong inside.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

import stratascope
from stratascope.web import schemas
from tests.hostile import corpus
from tests.live import Live

JSON = {"content-type": "application/json"}
PACKAGE = str(Path(stratascope.__file__).resolve().parent.parent)
TELLTALE = re.compile(r'Traceback|site-packages|File "|\.py\b|sqlite3?\.|pydantic|starlette|fastapi|uvicorn')
BYTES_THAT_SURELY_FIT = 250


@dataclass
class Report:
    """What was asked and what was wrong with the answers."""

    data: Path
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, name: str, status: int, body: bytes, *, expected: set[int], codes: set[str] | None = None) -> None:
        """Hold one answer against what is written down, and against what holds for all."""
        self.asked += 1
        faults = list(self._faults(status, body, expected, codes))
        if faults:
            self.wrong.append(f"{name}: {'; '.join(faults)} ({status} {body[:200]!r})")

    def _faults(self, status: int, body: bytes, expected: set[int], codes: set[str] | None) -> Iterator[str]:
        if status >= 500:
            yield "a server error"
        if status not in expected:
            yield f"expected {sorted(expected)}"
        if status < 400 or not body:
            return
        try:
            code = schemas.Error.model_validate_json(body).error.code
        except ValueError:
            yield "not the shape of an error"
            return
        if codes is not None and code not in codes:
            yield f"expected {sorted(codes)}"
        if TELLTALE.search(body.decode()) or PACKAGE.encode() in body or str(self.data).encode() in body:
            yield "tells about the inside"

    def finish(self, least: int) -> None:
        """Nothing was wrong, and the corpus was really sent."""
        assert not self.wrong, f"{len(self.wrong)} of {self.asked}:\n" + "\n".join(self.wrong[:40])
        assert self.asked >= least


@pytest.fixture
def report(server: Live) -> Report:
    return Report(server.data)


@pytest.fixture(scope="module")
def client(server: Live) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as session:
        assert session.post("/api/v1/models", json={"id": "specimen"}).status_code == 200
        yield session


@pytest.fixture(scope="module")
def openapi(client: httpx.Client) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def addresses_with_a_body(openapi: dict[str, Any]) -> list[str]:
    """Every operation that takes JSON, with the bundled model in place of an id."""
    verbs = ((path, facts["post"]) for path, facts in openapi["paths"].items() if "post" in facts)
    return [path.replace("{id}", "specimen") for path, operation in verbs if "requestBody" in operation]


def request_schemas(openapi: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """JSON Schema of each method's request, by the method's address."""
    found = {}
    for path in openapi["paths"]:
        if path.startswith("/api/v1/methods/") and "{" not in path and not path.endswith("/cost"):
            content = openapi["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            found[path] = openapi["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return found


def test_the_corpus_is_large_and_has_no_twins() -> None:
    assert corpus.SIZE >= 400
    for entries in (corpus.BODIES, corpus.TEXTS, corpus.VALUES, corpus.WIRE):
        assert len({entry.name for entry in entries}) == len(entries)
    assert len({text.text for text in corpus.TEXTS}) == len(corpus.TEXTS)


def test_raw_bodies_on_every_operation(client: httpx.Client, openapi: dict[str, Any], report: Report) -> None:
    addresses = addresses_with_a_body(openapi)
    for body in corpus.BODIES:
        for address in addresses:
            reply = client.post(address, content=body.raw, headers=JSON)
            name = f"{body.name} to {address}"
            report.check(name, reply.status_code, reply.content, expected={body.status}, codes={body.code})
    report.finish(least=100 * 18)


def test_bodies_that_only_look_hostile(client: httpx.Client, report: Report) -> None:
    for odd in corpus.ACCEPTED:
        reply = client.post("/api/v1/methods/lens/logit-lens", content=odd.raw, headers=JSON)
        report.check(odd.name, reply.status_code, reply.content, expected={200})
        if reply.status_code == 200 and reply.json()["request"]["prompt"] != odd.prompt:
            report.wrong.append(f"{odd.name}: {reply.json()['request']['prompt']!r}")
    report.finish(least=8)


def test_every_text_comes_back_byte_for_byte(client: httpx.Client, report: Report) -> None:
    for text in corpus.TEXTS:
        reply = client.post("/api/v1/models/specimen/tokenize", json={"text": text.text})
        report.check(text.name, reply.status_code, reply.content, expected=statuses(text), codes={"prompt_too_long"})
        if reply.status_code == 200 and read_bytes(reply.json()) != text.text.encode():
            report.wrong.append(f"{text.name}: other bytes came back")
    report.finish(least=150)


def statuses(text: corpus.Text) -> set[int]:
    """200; a text of many bytes may also have too many tokens for the model."""
    return {200} if len(text.text.encode()) <= BYTES_THAT_SURELY_FIT else {200, 422}


def read_bytes(answer: dict[str, Any]) -> bytes:
    pieces = answer["tokens"][1:] if answer["bos_prepended"] else answer["tokens"]
    return b"".join(bytes.fromhex(piece["bytes"]) for piece in pieces)


READS_THE_PROMPT = {"/api/v1/methods/attention/head-scores": {"source": "prompt"}}
"""What makes a method read the prompt that would read random tokens otherwise."""


def test_every_text_is_a_prompt_of_every_method(client: httpx.Client, openapi: dict[str, Any], report: Report) -> None:
    """A prompt may be too short for a method, and says so; what is answered is about this prompt."""
    refusals = {"prompt_too_long", "not_enough_samples", "bad_parameter", "no_repeats"}
    for text in corpus.TEXTS:
        for address in request_schemas(openapi):
            body = {"model": "specimen", "prompt": text.text, **READS_THE_PROMPT.get(address, {})}
            reply = client.post(address, json=body)
            name = f"{text.name} to {address}"
            report.check(name, reply.status_code, reply.content, expected={200, 422}, codes=refusals)
            if reply.status_code == 200 and reply.json()["request"]["prompt"] != text.text:
                report.wrong.append(f"{name}: another prompt came back")
    report.finish(least=150 * 8)


def test_every_text_can_be_a_title_and_a_note(client: httpx.Client, report: Report) -> None:
    for text in corpus.TEXTS:
        body = {"title": text.text, "notes": text.text, "workspace": {text.text: [text.text]}, "results": []}
        reply = client.post("/api/v1/analyses", json=body)
        report.check(text.name, reply.status_code, reply.content, expected={201 if len(text.text) <= 300 else 422})
        if reply.status_code == 201:
            opened = client.get(f"/api/v1/analyses/{reply.json()['id']}").json()
            if {name: opened[name] for name in body} != body:
                report.wrong.append(f"{text.name}: something else was saved")
    report.finish(least=150)


def test_no_text_names_a_model_a_folder_or_a_hub(client: httpx.Client, report: Report) -> None:
    for text in corpus.TEXTS:
        lens = {"model": text.text, "prompt": "a"}
        for address, body, expected in (
            ("/api/v1/methods/lens/logit-lens", lens, {404, 422}),
            ("/api/v1/models", {"id": text.text}, {404, 422}),
            ("/api/v1/models", {"path": text.text}, {422}),
            ("/api/v1/models", {"hub": text.text}, {422}),
        ):
            reply = client.post(address, json=body)
            report.check(f"{text.name} as {next(iter(body))}", reply.status_code, reply.content, expected=expected)
    report.finish(least=150 * 4)


def test_every_text_may_be_asked_for_as_a_token(client: httpx.Client, report: Report) -> None:
    for text in corpus.TEXTS:
        body = {"model": "specimen", "prompt": "a b", "targets": [text.text]}
        reply = client.post("/api/v1/methods/lens/logit-lens", json=body)
        codes = {"token_not_single", "invalid_input", "prompt_empty"}
        report.check(text.name, reply.status_code, reply.content, expected={200, 422}, codes=codes)
    report.finish(least=150)


@pytest.mark.parametrize("part", ["", "/cost"])
def test_texts_that_are_too_long(client: httpx.Client, openapi: dict[str, Any], report: Report, part: str) -> None:
    for address in request_schemas(openapi):
        for text in corpus.TOO_MANY_CHARACTERS:
            reply = client.post(address + part, json={"model": "specimen", "prompt": text.text})
            report.check(text.name, reply.status_code, reply.content, expected={422}, codes={"invalid_input"})
        for text in corpus.TOO_MANY_TOKENS:
            reply = client.post(address + part, json={"model": "specimen", "prompt": text.text})
            report.check(text.name, reply.status_code, reply.content, expected={422}, codes={"prompt_too_long"})
    report.finish(least=8 * 8)


NUMBER_REFUSALS = {
    "position_out_of_range",
    "bad_parameter",
    "token_not_single",
    "not_enough_samples",
    "prompt_too_long",
}


def branches(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return list(facts.get("anyOf", [facts]))


def is_valid(value: corpus.Value, facts: dict[str, Any]) -> bool:
    """Whether the schema of a numeric field allows the value. Written for this test: no number is ever guessed."""
    if value.raw == b"null":
        return any(branch.get("type") == "null" for branch in branches(facts))
    for branch in branches(facts):
        if (branch.get("type") == "integer" and value.is_int) or (branch.get("type") == "number" and value.is_float):
            number = json.loads(value.raw)
            return bool(branch.get("minimum", number) <= number <= branch.get("maximum", number))
    return False


def test_every_value_for_every_numeric_field(client: httpx.Client, openapi: dict[str, Any], report: Report) -> None:
    for address, schema in request_schemas(openapi).items():
        for name, facts in schema["properties"].items():
            if not any(branch.get("type") in ("integer", "number") for branch in branches(facts)):
                continue
            for value in corpus.VALUES:
                raw = b'{"model": "specimen", "prompt": "a b", "%s": %s}' % (name.encode(), value.raw)
                reply = client.post(address, content=raw, headers=JSON)
                valid = is_valid(value, facts)
                report.check(
                    f"{value.name} as {name} of {address}",
                    reply.status_code,
                    reply.content,
                    expected={200, 413, 422} if valid else {422},
                    codes={*NUMBER_REFUSALS, "too_large"} if valid else {"invalid_input"},
                )
    report.finish(least=300)


@pytest.mark.parametrize("name", ["layers", "heads"])
def test_lists_of_layers_and_heads(client: httpx.Client, openapi: dict[str, Any], report: Report, name: str) -> None:
    for address, schema in request_schemas(openapi).items():
        if name not in schema["properties"]:
            continue
        for title, (value, status, code) in corpus.LISTS.items():
            reply = client.post(address, json={"model": "specimen", "prompt": "a b", name: value})
            codes = {code} if code else {f"{name.removesuffix('s')}_out_of_range"}
            report.check(f"{title} as {name}", reply.status_code, reply.content, expected={status}, codes=codes)
    report.finish(least=len(corpus.LISTS))


ADDRESSES = (
    ("GET", "/api/v1/models/{}", None),
    ("DELETE", "/api/v1/models/{}", None),
    ("POST", "/api/v1/models/{}/tokenize", b'{"text": "a"}'),
    ("GET", "/api/v1/results/{}", None),
    ("GET", "/api/v1/results/{}/figure", None),
    ("GET", "/api/v1/results/{}.csv", None),
    ("GET", "/api/v1/results/{}.html", None),
    ("GET", "/api/v1/runs/{}", None),
    ("GET", "/api/v1/runs/{}/events", None),
    ("DELETE", "/api/v1/runs/{}", None),
    ("GET", "/api/v1/analyses/{}", None),
    ("DELETE", "/api/v1/analyses/{}", None),
    ("GET", "/api/v1/analyses/{}/results/x", None),
    ("GET", "/api/v1/methods/lens/{}", None),
    ("GET", "/api/v1/methods/{}/logit-lens", None),
    ("POST", "/api/v1/methods/lens/{}", b"{}"),
    ("POST", "/api/v1/methods/{}/logit-lens/cost", b"{}"),
    ("GET", "/assets/{}", None),
)
UNKNOWN = {"unknown_model", "unknown_result", "unknown_run", "unknown_analysis", "unknown_method", "not_found"}


def test_names_that_stand_for_nothing(server: Live, report: Report) -> None:
    """The address is sent as it is written: no client tidies it up."""
    url = httpx.URL(server.url)
    connection = http.client.HTTPConnection(url.host, url.port, timeout=60)
    for name in corpus.NAMES:
        for verb, address, body in ADDRESSES:
            connection.request(verb, address.format(name), body, JSON if body else {})
            reply = connection.getresponse()
            report.check(f"{verb} {address} {name[:60]}", reply.status, reply.read(), expected={404}, codes=UNKNOWN)
    connection.close()
    report.finish(least=40 * 18)


def test_requests_as_they_stand_on_the_wire(server: Live, report: Report) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda entry: (entry, on_the_wire(server, entry.raw)), corpus.WIRE)
    for entry, (status, head, body) in answers:
        codes = {entry.code} if entry.code else None
        report.check(entry.name, status, body, expected={entry.status}, codes=codes)
        for header in (
            b"content-security-policy: default-src 'none'",
            b"x-content-type-options: nosniff",
            b"x-request-id: ",
        ):
            if header not in head:
                report.wrong.append(f"{entry.name}: no {header.decode()}")
    report.finish(least=130)


def on_the_wire(server: Live, raw: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body of what comes back for these bytes, until the server closes."""
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.sendall(raw)
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), head.lower(), body


def test_the_server_is_as_it_was(server: Live, client: httpx.Client) -> None:
    """After all of this the same worker answers, and an ordinary question has its ordinary answer."""
    assert client.get("/api/v1/health/ready").json()["status"] == "ready"
    body = {"model": "specimen", "prompt": "The capital of France is", "top_k": 1}
    answer = orjson.loads(client.post("/api/v1/methods/lens/logit-lens", json=body).content)
    assert answer["result"]["topk_text"][-1][-1] == [" Paris"]
    assert not any("Traceback" in line for line in server.output)

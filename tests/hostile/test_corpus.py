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
from tests.cases import page
from tests.hostile import corpus
from tests.live import Live
from tests.prompts import prompt_names

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


def operations_with_a_body(openapi: dict[str, Any]) -> list[tuple[str, str]]:
    """Verb and address of every operation that takes JSON, with the bundled model in place of an id."""
    operations = ((path, verb, it) for path, facts in openapi["paths"].items() for verb, it in facts.items())
    return [(verb, path.replace("{id}", "specimen")) for path, verb, it in operations if "requestBody" in it]


def request_schemas(openapi: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """JSON Schema of each method's request, by the method's address."""
    found = {}
    for path in openapi["paths"]:
        if path.startswith("/api/v1/methods/") and "{" not in path and not path.endswith("/cost"):
            content = openapi["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            found[path] = openapi["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return found


def reading_schemas(openapi: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The same of the methods that read a prompt."""
    return {address: schema for address, schema in request_schemas(openapi).items() if "a" in prompt_names(schema)}


def test_the_corpus_is_large_and_has_no_twins() -> None:
    assert corpus.SIZE >= 400
    for entries in (corpus.BODIES, corpus.TEXTS, corpus.VALUES, corpus.WIRE):
        assert len({entry.name for entry in entries}) == len(entries)
    assert len({text.text for text in corpus.TEXTS}) == len(corpus.TEXTS)


def test_raw_bodies_on_every_operation(client: httpx.Client, openapi: dict[str, Any], report: Report) -> None:
    operations = operations_with_a_body(openapi)
    assert {verb for verb, _ in operations} == {"post", "patch"}
    for body in corpus.BODIES:
        for verb, address in operations:
            reply = client.request(verb, address, content=body.raw, headers=JSON)
            name = f"{body.name} to {address}"
            report.check(name, reply.status_code, reply.content, expected={body.status}, codes={body.code})
    report.finish(least=100 * 21)


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


LISTS = {"positive": ["Anna smiled.", "Paul sang."], "negative": ["Anna cried.", "Paul wept."], "max_new_tokens": 2}
READS_THE_PROMPT: dict[str, dict[str, Any]] = {
    "/api/v1/methods/attention/head-scores": {"source": "prompt"},
    "/api/v1/methods/causal/ablation": {"value": "zero", "control": "none"},
    "/api/v1/methods/steering/generate-compare": LISTS,
    "/api/v1/methods/steering/strength-sweep": LISTS | {"strengths": [-1.0, 0.0, 1.0], "continuations": 1},
}
"""What makes a method read the prompt that would read random tokens otherwise, and little beside it."""

EVERY = 9
"""Every so many methods are given a text."""

NOTHING_TO_COUNT = {"no_words", "no_borders", "rewrite_empty", "program_changed"}
"""Why a text has nothing that a tokenization method could look at."""

UNLIKE_PROMPTS = {"unequal_lengths", "equal_prompts", "no_partner"}
"""Why a text and a longer one cannot be compared."""


def test_every_text_is_a_prompt_of_methods_of_every_sort(
    client: httpx.Client, openapi: dict[str, Any], report: Report
) -> None:
    """A prompt may be too short for a method, and says so; what is answered is about this prompt.

    Each text goes to every ninth method, the next text to their neighbours: all pairs would take minutes.
    """
    refusals = {
        "prompt_too_long",
        "not_enough_samples",
        "bad_parameter",
        "no_repeats",
        *NOTHING_TO_COUNT,
        *UNLIKE_PROMPTS,
    }
    for number, text in enumerate(corpus.TEXTS):
        for address, schema in list(reading_schemas(openapi).items())[number % EVERY :: EVERY]:
            prompts = prompt_names(schema)
            read = {prompts["a"]: text.text} | ({prompts["b"]: f"{text.text} !"} if "b" in prompts else {})
            body = {"model": "specimen", **read, **READS_THE_PROMPT.get(address, {})}
            reply = client.post(address, json=body)
            name = f"{text.name} to {address}"
            report.check(name, reply.status_code, reply.content, expected={200, 422}, codes=refusals)
            if reply.status_code == 200 and {field: reply.json()["request"][field] for field in read} != read:
                report.wrong.append(f"{name}: another prompt came back")
    report.finish(least=150 * 4)


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


def test_every_text_can_be_edited_in(client: httpx.Client, report: Report) -> None:
    made = client.post("/api/v1/analyses", json={"title": "a", "results": []}).json()
    address, header = f"/api/v1/analyses/{made['id']}", {"authorization": f"Bearer {made['delete_secret']}"}
    for text in corpus.TEXTS:
        body = {"title": text.text, "notes": text.text, "workspace": {text.text: [text.text]}}
        reply = client.patch(address, json=body, headers=header)
        report.check(text.name, reply.status_code, reply.content, expected={204 if len(text.text) <= 300 else 422})
        opened = client.get(address).json()
        if reply.status_code == 204 and {name: opened[name] for name in body} != body:
            report.wrong.append(f"{text.name}: something else was saved")
    report.finish(least=150)


def test_every_text_is_kept_as_a_draft(client: httpx.Client, report: Report) -> None:
    for text in corpus.TEXTS:
        reply = client.post("/api/v1/drafts", json={"address": text.text})
        report.check(text.name, reply.status_code, reply.content, expected={201 if text.text else 422})
        if reply.status_code == 201:
            opened = client.get(f"/api/v1/drafts/{reply.json()['id']}")
            if opened.json() != {"address": text.text}:
                report.wrong.append(f"{text.name}: something else came back")
    report.finish(least=150)


def test_every_text_may_be_searched_for(client: httpx.Client, report: Report) -> None:
    """What is found contains the text, whatever else it is."""
    for text in corpus.TEXTS:
        reply = client.get("/api/v1/models/specimen/vocabulary", params={"query": text.text, "limit": 100})
        report.check(text.name, reply.status_code, reply.content, expected={200 if len(text.text) <= 200 else 422})
        if reply.status_code == 200:
            needle = text.text.removeprefix(" ").casefold()
            strangers = [it["text"] for it in reply.json()["tokens"] if needle not in it["text"].casefold()]
            if strangers and not text.text.startswith("#"):
                report.wrong.append(f"{text.name}: {strangers[:3]!r}")
    report.finish(least=150)


QUERIES = (
    *(("limit=" + value, 422) for value in ("0", "-1", "101", "1e2", "1.5", "NaN", "true", "", "9" * 5000, "%00", "1&limit=0")),
    *(("query=" + value, 200) for value in ("%00", "%ff%fe", "%ed%a0%80", "%c0%af", "%zz", "%", "a%26limit=0", "%23", "%230")),
    *(("query=" + value, 200) for value in ("%23-1", "%2399999999999999999999", "%D9%A1", "+", "%20", "%F0%9F%98%80", "")),
    ("query=" + "a" * 201, 422),
    ("query=" + "%F0%9F%98%80" * 200, 200),
    ("query=" + "%F0%9F%98%80" * 201, 422),
    ("query=a&query=b", 200),
    ("nobody_knows=1", 200),
)  # fmt: skip


@pytest.mark.parametrize(("query", "status"), QUERIES, ids=[query[:40] for query, _ in QUERIES])
def test_searches_as_they_stand_in_the_address(client: httpx.Client, report: Report, query: str, status: int) -> None:
    reply = client.get(f"/api/v1/models/specimen/vocabulary?{query}")
    report.check(query[:60], reply.status_code, reply.content, expected={status})
    report.finish(least=1)


@pytest.mark.parametrize("value", ["", "x", "1e0", "null", "NaN", "%00", "[]", "2", "tru%65x"])
def test_nothing_but_yes_unloads_by_force(client: httpx.Client, report: Report, value: str) -> None:
    reply = client.delete(f"/api/v1/models/specimen?force={value}")
    report.check(value, reply.status_code, reply.content, expected={422}, codes={"invalid_input"})
    report.finish(least=1)


SIDES: dict[str, tuple[Any, int, str | None]] = {
    "one": (5, 200, None),
    "a list of one": ([5], 200, None),
    "32": (list(range(5, 37)), 200, None),
    "33": (list(range(5, 38)), 422, "invalid_input"),
    "10^5": ([5] * 100_000, 422, "invalid_input"),
    "none": ([], 422, "invalid_input"),
    "twice the same": ([5, 5], 422, "same_token"),
    "beyond the vocabulary": ([5, 2**31], 422, "bad_parameter"),
    "2^63": ([2**63], 422, "bad_parameter"),
    "2^70": ([2**70], 422, None),
    "negative": ([-1], 422, "invalid_input"),
    "text": (["5"], 422, "invalid_input"),
    "booleans": ([True], 422, "invalid_input"),
    "floats": ([5.0], 422, "invalid_input"),
    "nested": ([[5]], 422, "invalid_input"),
    "an object": ({"0": 5}, 422, "invalid_input"),
}
"""For fields that name tokens of a side by id: the value, and the answer it must get."""


@pytest.mark.parametrize("side", ["target_id", "distractor_id"])
def test_sides_of_one_token_or_several(client: httpx.Client, report: Report, side: str) -> None:
    for name, (value, status, code) in SIDES.items():
        body = {"model": "specimen", "prompt": "a b", side: value}
        reply = client.post("/api/v1/methods/lens/direct-logit-attribution", json=body)
        codes = {code} if code else {"invalid_input", "bad_parameter"}
        report.check(f"{name} as {side}", reply.status_code, reply.content, expected={status}, codes=codes)
    report.finish(least=len(SIDES))


def test_every_text_may_be_one_of_several_targets(client: httpx.Client, report: Report) -> None:
    codes = {"token_not_single", "invalid_input", "prompt_empty", "same_token"}
    for text in corpus.TEXTS:
        body = {"model": "specimen", "prompt": "a b", "target": [" the", text.text], "distractor": [" a"]}
        reply = client.post("/api/v1/methods/lens/direct-logit-attribution", json=body)
        report.check(text.name, reply.status_code, reply.content, expected={200, 422}, codes=codes)
    report.finish(least=150)


DIRECTIVES = (
    "no-cache",
    "NO-CACHE",
    "no-cache, no-store",
    ",,,",
    "no-cache=x",
    "a" * 999,
    "a\tb",
    "é".encode().decode("latin-1"),
)


def test_any_cache_control_may_be_sent(client: httpx.Client, report: Report) -> None:
    body = {"model": "specimen", "prompt": "a b"}
    for directive in (*DIRECTIVES, "a" * 1001):
        header = {"cache-control": directive.encode("latin-1")}
        reply = client.post("/api/v1/methods/lens/logit-lens", json=body, headers=header)
        report.check(directive[:40], reply.status_code, reply.content, expected={422 if len(directive) > 1000 else 200})
    report.finish(least=9)


def test_no_text_names_a_model_a_folder_or_a_hub(client: httpx.Client, report: Report) -> None:
    for text in corpus.TEXTS:
        lens = {"model": text.text, "prompt": "a"}
        for address, body, expected in (
            ("/api/v1/methods/lens/logit-lens", lens, {404, 422}),
            ("/api/v1/models", {"id": text.text}, {404, 422}),
            ("/api/v1/models", {"path": text.text}, {422}),
            ("/api/v1/models", {"hub": text.text}, {422}),
            ("/api/v1/models/inspect", {"id": text.text}, {404, 422}),
            ("/api/v1/models/inspect", {"path": text.text}, {422}),
            ("/api/v1/models/inspect", {"id": "specimen", "precision": text.text}, {422}),
        ):
            reply = client.post(address, json=body)
            report.check(f"{text.name} as {next(iter(body))}", reply.status_code, reply.content, expected=expected)
    report.finish(least=150 * 7)


def test_every_text_may_be_asked_for_as_a_token(client: httpx.Client, report: Report) -> None:
    for text in corpus.TEXTS:
        body = {"model": "specimen", "prompt": "a b", "targets": [text.text]}
        reply = client.post("/api/v1/methods/lens/logit-lens", json=body)
        codes = {"token_not_single", "invalid_input", "prompt_empty"}
        report.check(text.name, reply.status_code, reply.content, expected={200, 422}, codes=codes)
    report.finish(least=150)


def about(schema: dict[str, Any], text: str, other: str = "a b") -> dict[str, str]:
    """A text under the name that a method's first prompt has, and another one as its second prompt."""
    names = prompt_names(schema)
    return {names[side]: value for side, value in (("a", text), ("b", other)) if side in names}


@pytest.mark.parametrize("part", ["", "/cost"])
def test_texts_that_are_too_long(client: httpx.Client, openapi: dict[str, Any], report: Report, part: str) -> None:
    """Each method is given every third of them, its neighbours the others."""
    for number, (address, schema) in enumerate(reading_schemas(openapi).items()):
        for text in corpus.TOO_MANY_CHARACTERS[number % 3 :: 3]:
            reply = client.post(address + part, json={"model": "specimen", **about(schema, text.text)})
            report.check(text.name, reply.status_code, reply.content, expected={422}, codes={"invalid_input"})
        for text in corpus.TOO_MANY_TOKENS[number % 3 :: 3]:
            reply = client.post(address + part, json={"model": "specimen", **about(schema, text.text)})
            report.check(text.name, reply.status_code, reply.content, expected={422}, codes={"prompt_too_long"})
    report.finish(least=8 * 4)


NUMBER_REFUSALS = {
    "position_out_of_range",
    "bad_parameter",
    "token_not_single",
    "token_out_of_range",
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
    """A value that is valid, which costs a run, goes to every fourth field; all others to every one."""
    fields = 0
    for address, schema in request_schemas(openapi).items():
        cheap = page(address.removeprefix("/api/v1/methods/"))
        for name, facts in schema["properties"].items():
            if not any(branch.get("type") in ("integer", "number") for branch in branches(facts)):
                continue
            fields += 1
            for number, value in enumerate(corpus.VALUES):
                valid = is_valid(value, facts)
                if valid and (fields + number) % 4:
                    continue
                request = {"model": "specimen", **about(schema, "a b", "a c"), **cheap}
                request.pop(name, None)
                raw = b'%s, "%s": %s}' % (orjson.dumps(request).removesuffix(b"}"), name.encode(), value.raw)
                reply = client.post(address, content=raw, headers=JSON)
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
    ("GET", "/api/v1/models/{}/vocabulary", None),
    ("GET", "/api/v1/drafts/{}", None),
    ("GET", "/api/v1/results/{}", None),
    ("GET", "/api/v1/results/{}/figure", None),
    ("GET", "/api/v1/results/{}.csv", None),
    ("GET", "/api/v1/results/{}.html", None),
    ("GET", "/api/v1/runs/{}", None),
    ("GET", "/api/v1/runs/{}/events", None),
    ("DELETE", "/api/v1/runs/{}", None),
    ("GET", "/api/v1/analyses/{}", None),
    ("DELETE", "/api/v1/analyses/{}", None),
    ("PATCH", "/api/v1/analyses/{}", b'{"title": "a"}'),
    ("GET", "/api/v1/analyses/{}/results/x", None),
    ("GET", "/api/v1/methods/lens/{}", None),
    ("GET", "/api/v1/methods/{}/logit-lens", None),
    ("POST", "/api/v1/methods/lens/{}", b"{}"),
    ("POST", "/api/v1/methods/{}/logit-lens/cost", b"{}"),
    ("GET", "/assets/{}", None),
)
UNKNOWN = {
    "unknown_model", "unknown_result", "unknown_run", "unknown_analysis", "unknown_method", "draft_unknown", "not_found",
}  # fmt: skip


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
    report.finish(least=40 * 21)


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

"""Stored results: the document under its key, its figure and its files."""

from __future__ import annotations

import httpx
import orjson
import pytest

from stratascope.document import TENSORS_TYPE, Document
from stratascope.web import schemas

BODY = {"model": "specimen", "prompt": "The keys near the door"}


@pytest.fixture(scope="module")
def key(inside: object) -> str:
    with inside.client() as client:  # type: ignore[attr-defined]
        return str(client.post("methods/lens/logit-lens", json=BODY).headers["etag"].strip('"'))


def test_the_document_is_immutable_under_its_key(api: httpx.Client, key: str) -> None:
    reply = api.get(f"results/{key}")
    assert schemas.Document.model_validate(reply.json()).key == key
    assert reply.headers["etag"] == f'"{key}"'
    assert "immutable" in reply.headers["cache-control"]
    assert api.get(f"results/{key}").content == reply.content


def test_one_encoding_is_never_taken_for_the_other(api: httpx.Client, key: str) -> None:
    tensors = api.get(f"results/{key}", headers={"accept": TENSORS_TYPE})
    held = {"if-none-match": tensors.headers["etag"]}
    assert api.get(f"results/{key}", headers={**held, "accept": TENSORS_TYPE}).status_code == 304
    plain = api.get(f"results/{key}", headers=held)
    assert plain.status_code == 200
    assert plain.json()["key"] == key


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"x", "{}"', "*"])
def test_whoever_has_it_gets_304(api: httpx.Client, key: str, form: str) -> None:
    reply = api.get(f"results/{key}", headers={"if-none-match": form.format(key)})
    assert (reply.status_code, reply.content) == (304, b"")
    assert reply.headers["etag"] == f'"{key}"'


def test_tensors_by_accept(api: httpx.Client, key: str) -> None:
    reply = api.get(f"results/{key}", headers={"accept": TENSORS_TYPE})
    assert Document.from_tensors(reply.content).head["key"] == key


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_figure_is_plotly(api: httpx.Client, key: str, theme: str) -> None:
    reply = api.get(f"results/{key}/figure", params={"theme": theme})
    assert schemas.Figure.model_validate(reply.json()).data
    assert b"NaN" not in reply.content


def test_the_themes_differ_and_others_are_refused(api: httpx.Client, key: str) -> None:
    light, dark, other = (api.get(f"results/{key}/figure", params={"theme": it}) for it in ("light", "dark", "pink"))
    assert light.content != dark.content
    assert (other.status_code, other.json()["error"]["fields"][0]["field"]) == (422, "theme")


def test_files_have_plain_names(api: httpx.Client, key: str) -> None:
    for extension, kind in (("csv", "text/csv"), ("html", "text/html")):
        reply = api.get(f"results/{key}.{extension}")
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith(kind)
        assert reply.headers["content-disposition"] == f'attachment; filename="stratascope-{key[:16]}.{extension}"'
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_head_tells_the_same_without_the_body(api: httpx.Client, key: str) -> None:
    got, head = api.get(f"results/{key}"), api.head(f"results/{key}")
    assert head.content == b""
    assert {name: head.headers[name] for name in ("etag", "content-length", "content-type")} == {
        name: got.headers[name] for name in ("etag", "content-length", "content-type")
    }


@pytest.mark.parametrize(
    "wrong", ["0" * 64, "0" * 63, "x", "0" * 64 + "0", "G" * 64, "%00", "٠" * 64, "..%2f..%2fcache.db"]
)
@pytest.mark.parametrize("part", ["", "/figure", ".csv", ".html"])
def test_unknown_keys(api: httpx.Client, wrong: str, part: str) -> None:
    reply = api.get(f"results/{wrong}{part}")
    assert reply.status_code == 404
    assert schemas.Error.model_validate(orjson.loads(reply.content)).error.code in ("unknown_result", "not_found")


def test_a_grid_is_pooled_to_what_a_screen_can_show(api: httpx.Client, key: str) -> None:
    whole, small = (api.get(f"results/{key}{end}") for end in ("", "/pooled?rows=2&columns=2"))
    assert [len(grid.json()["result"]["probability"]) for grid in (whole, small)] == [7, 2]
    pooled = small.json()["result"]["facts"]["pooled"]
    assert (pooled["row"], pooled["how"]["probability"]) == (4, "mean")
    again = api.get(f"results/{key}/pooled?rows=2&columns=2", headers={"if-none-match": small.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = api.get(f"results/{key}/pooled?rows=3&columns=2", headers={"if-none-match": small.headers["etag"]})
    assert other.status_code == 200
    tensors = api.get(f"results/{key}/pooled?rows=2&columns=2", headers={"accept": TENSORS_TYPE})
    assert Document.from_tensors(tensors.content).arrays["probability"].shape == (2, 2)


@pytest.mark.parametrize("query", ["rows=0", "columns=x", "from_row=99", "from_column=3&to_column=3"])
def test_a_window_that_is_none_is_refused(api: httpx.Client, key: str, query: str) -> None:
    reply = api.get(f"results/{key}/pooled?{query}")
    assert reply.status_code == 422
    assert reply.json()["error"]["message"]

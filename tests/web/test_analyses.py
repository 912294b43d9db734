"""Saved analyses: they open without a model, a worker or the cache, and go when they are deleted."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stratascope.document import TENSORS_TYPE, Document
from stratascope.web import schemas
from tests.web.conftest import Inside

BODY = {"model": "specimen", "prompt": "The capital of Spain is"}


@pytest.fixture
def key(api: httpx.Client) -> str:
    return str(api.post("methods/lens/logit-lens", json=BODY).headers["etag"].strip('"'))


def save(api: httpx.Client, key: str, **fields: Any) -> schemas.SavedLink:
    reply = api.post("analyses", json={"title": "Spain", "results": [key], **fields})
    assert reply.status_code == 201, reply.text
    return schemas.SavedLink.model_validate(reply.json())


def test_what_is_saved_opens_complete(api: httpx.Client, key: str) -> None:
    workspace = {"panels": [{"method": "lens/logit-lens"}], "note": "<script>alert(1)</script>"}
    link = save(api, key, notes="**Look** at layer 4.", workspace=workspace)
    opened = schemas.Analysis.model_validate(api.get(f"analyses/{link.id}").json())
    assert link.url == f"/a/{link.id}"
    assert (opened.title, opened.notes, opened.workspace) == ("Spain", "**Look** at layer 4.", workspace)
    assert opened.results == [api.get(f"results/{key}").json()]


def test_without_arrays_each_result_has_its_address(api: httpx.Client, key: str) -> None:
    link = save(api, key)
    result = api.get(f"analyses/{link.id}", params={"arrays": "false"}).json()["results"][0]
    assert result["key"] == key
    assert "entropy" not in result["result"]
    assert result["result"]["dims"]["entropy"] == ["row", "position"]
    whole = api.get(result["href"].removeprefix("/api/v1/"))
    assert whole.json() == api.get(f"results/{key}").json()
    tensors = api.get(result["href"].removeprefix("/api/v1/"), headers={"accept": TENSORS_TYPE})
    assert Document.from_tensors(tensors.content).head["key"] == key


def test_the_cache_is_not_needed(inside: Inside, api: httpx.Client) -> None:
    body = {"model": "specimen", "prompt": "kept although the cache forgets"}
    key = api.post("methods/lens/logit-lens", json=body).headers["etag"].strip('"')
    link = save(api, key)
    inside.services.cache.clear()
    inside.services.jobs.recent._bodies.clear()
    assert api.get(f"results/{key}").status_code == 404
    assert api.get(f"analyses/{link.id}").json()["results"][0]["key"] == key


def test_only_stored_results_can_be_saved(api: httpx.Client, key: str) -> None:
    missing = "0" * 64
    reply = api.post("analyses", json={"title": "a", "results": [key, missing]})
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (404, "unknown_result")
    assert missing in error["message"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a" * 301}, "title"),
        ({"notes": "a" * 100_001}, "notes"),
        ({"results": ["x"]}, "results.0"),
        ({"results": ["A" * 64]}, "results.0"),
        ({"results": ["0" * 64] * 65}, "results"),
        ({"documents": [{}]}, "documents"),
        ({"workspace": []}, "workspace"),
        ({"workspace": {"a": "b" * (256 * 1024)}}, "workspace"),
    ],
)
def test_what_cannot_be_saved(api: httpx.Client, changes: dict[str, Any], field: str) -> None:
    reply = api.post("analyses", json={"title": "a", "results": [], **changes})
    assert reply.status_code == 422
    assert reply.json()["error"]["fields"][0]["field"] == field


def test_a_workspace_may_not_be_nested_without_end(api: httpx.Client) -> None:
    raw = b'{"title": "a", "results": [], "workspace": {"a":' + b"[" * 500 + b"]" * 500 + b"}}"
    reply = api.post("analyses", content=raw, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "workspace_too_deep")


def without_id(reply: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    own = ("x-request-id", "date")
    error = {name: value for name, value in reply.json()["error"].items() if name != "request_id"}
    return reply.status_code, error, {name: value for name, value in reply.headers.items() if name not in own}


def test_absent_deleted_and_malformed_links_look_the_same(api: httpx.Client, key: str) -> None:
    link = save(api, key)
    deleted = api.delete(f"analyses/{link.id}", headers={"authorization": f"Bearer {link.delete_secret}"})
    assert deleted.status_code == 204
    answers = [without_id(api.get(f"analyses/{it}")) for it in (link.id, "A" * 22, "x", "%00", "é", "a" * 500)]
    assert answers[0][:2] == (404, {"code": "unknown_analysis", "message": "There is no saved analysis at this link."})
    assert all(answer == answers[0] for answer in answers)
    of_results = [without_id(api.get(f"analyses/{it}/results/{key}")) for it in (link.id, "A" * 22, "x")]
    assert of_results == [answers[0]] * 3


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic abc"}, {"authorization": ""}]
)
def test_deleting_needs_the_secret(api: httpx.Client, key: str, header: dict[str, str]) -> None:
    link = save(api, key)
    reply = api.delete(f"analyses/{link.id}", headers=header)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "wrong_secret")
    assert api.get(f"analyses/{link.id}").status_code == 200


def edited(api: httpx.Client, link: schemas.SavedLink, **changes: Any) -> httpx.Response:
    return api.patch(f"analyses/{link.id}", json=changes, headers={"authorization": f"Bearer {link.delete_secret}"})


def test_the_words_around_it_are_edited_with_the_secret(api: httpx.Client, key: str) -> None:
    link = save(api, key, notes="first", workspace={"panels": []})
    before = api.get(f"analyses/{link.id}").json()
    for changes in (
        {"notes": "**second**"},
        {"title": "Another", "notes": ""},
        {"workspace": {"panels": [1]}},
        {"title": "t" * 300, "notes": "n" * 100_000, "workspace": {"a": "<script>"}},
    ):
        assert edited(api, link, **changes).status_code == 204
        before |= changes
        assert api.get(f"analyses/{link.id}").json() == before
    titles = [it["title"] for it in api.get("analyses").json()["analyses"] if it["id"] == link.id]
    assert titles == ["t" * 300]
    assert (
        api.delete(f"analyses/{link.id}", headers={"authorization": f"bearer {link.delete_secret}"}).status_code == 204
    )
    assert edited(api, link, notes="too late").status_code == 404


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic abc"}, {"authorization": ""}]
)
def test_editing_needs_the_secret(api: httpx.Client, key: str, header: dict[str, str]) -> None:
    link = save(api, key)
    reply = api.patch(f"analyses/{link.id}", json={"title": "forged"}, headers=header)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "wrong_secret")
    assert api.get(f"analyses/{link.id}").json()["title"] == "Spain"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "body"),
        ({"title": None, "notes": None}, "body"),
        ({"title": ""}, "title"),
        ({"title": "a" * 301}, "title"),
        ({"notes": "a" * 100_001}, "notes"),
        ({"results": ["0" * 64]}, "results"),
        ({"created": "2020-01-01"}, "created"),
        ({"workspace": []}, "workspace"),
        ({"workspace": {"a": "b" * (256 * 1024)}}, "workspace"),
    ],
)
def test_what_cannot_be_edited(api: httpx.Client, key: str, changes: dict[str, Any], field: str) -> None:
    link = save(api, key)
    reply = edited(api, link, **changes)
    assert reply.status_code == 422
    assert reply.json()["error"]["fields"][0]["field"] == field


def test_editing_what_is_not_there_looks_like_opening_it(api: httpx.Client) -> None:
    opened = without_id(api.get("analyses/" + "A" * 22))
    assert [without_id(api.patch(f"analyses/{it}", json={"title": "a"})) for it in ("A" * 22, "x")] == [opened] * 2


def test_secret_addresses_are_not_indexed_and_not_kept(api: httpx.Client, key: str) -> None:
    link = save(api, key)
    for address in (f"analyses/{link.id}", f"analyses/{link.id}/results/{key}"):
        headers = api.get(address).headers
        assert headers["x-robots-tag"] == "noindex"
        assert headers["cache-control"] == "no-cache"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_operator_sees_a_list_without_contents(api: httpx.Client, key: str) -> None:
    link = save(api, key, title="In the list", notes="not in the list")
    listed = schemas.AnalysisList.model_validate(api.get("analyses").json()).analyses
    assert [(it.title, it.results) for it in listed if it.id == link.id] == [("In the list", 1)]
    assert "not in the list" not in api.get("analyses").text

"""Prompt sets over REST: the list, the pages of one set, and what cannot be asked."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from stratascope.specimen.prompt_sets.reading import list_sets, read_set
from stratascope.specimen.prompts import bundle_path
from stratascope.web import prompt_sets, schemas


def page(api: httpx.Client, name: str, **query: int) -> schemas.PromptItems:
    reply = api.get(f"prompt-sets/{name}", params=query)
    assert reply.status_code == 200, reply.text
    return schemas.PromptItems.model_validate(reply.json())


def test_the_list_names_every_set_with_what_is_known(api: httpx.Client) -> None:
    sets = schemas.PromptSetList.model_validate(api.get("prompt-sets").json()).sets
    assert [one.id for one in sets] == [entry.id for entry in list_sets(bundle_path())]
    assert all(one.count and one.answer and one.control and one.measured for one in sets)


def test_pages_hold_the_items_in_order(api: httpx.Client) -> None:
    whole = [schemas.PromptItem(**item) for item in read_set(bundle_path(), "ordinal")]
    assert page(api, "ordinal").items == whole[:50]
    assert page(api, "ordinal", offset=300, limit=500).items == whole[300:]
    beyond = page(api, "ordinal", offset=1_000_000)
    assert (beyond.items, beyond.total) == ([], len(whole))


def test_every_set_can_be_read_to_its_end(api: httpx.Client) -> None:
    for entry in list_sets(bundle_path()):
        last = page(api, entry.id, offset=entry.count - 1)
        assert (last.total, len(last.items)) == (entry.count, 1)


def test_a_page_is_not_sent_twice(api: httpx.Client) -> None:
    first = api.get("prompt-sets/ioi")
    assert first.headers["cache-control"] == "no-cache"
    again = api.get("prompt-sets/ioi", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = api.get("prompt-sets/ioi?offset=1", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize(
    "name",
    ["nothing", "index", "..%2fmanifest.json", "%00", "é", "a" * 2000, "ioi.jsonl.gz", "%2e%2e", "IOI", "ioi%2f"],
)
def test_unknown_sets_are_refused_with_a_remedy(api: httpx.Client, name: str) -> None:
    reply = api.get(f"prompt-sets/{name}")
    error = schemas.Error.model_validate(reply.json()).error
    assert reply.status_code == 404
    assert error.code in ("unknown_prompt_set", "not_found")
    assert error.remedy or error.code == "not_found"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "offset=-1", "offset=1e3", f"offset={10**30}", "limit=", "offset=NaN"]
)
def test_pages_that_there_cannot_be(api: httpx.Client, query: str) -> None:
    reply = api.get(f"prompt-sets/ioi?{query}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_input")


def test_without_a_bundle_the_list_is_empty(api: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_sets, "bundle_path", lambda: tmp_path)
    assert api.get("prompt-sets").json() == {"sets": []}
    assert api.get("prompt-sets/ioi").status_code == 404

"""Drafts over REST: long states of the page under short names."""

from __future__ import annotations

import httpx
import pytest

from stratascope.web import schemas

ADDRESS = "m=specimen&p=" + "The%20capital%20of%20France%20is" * 200


def kept(api: httpx.Client, address: str) -> str:
    reply = api.post("drafts", json={"address": address})
    assert reply.status_code == 201, reply.text
    return schemas.DraftName.model_validate(reply.json()).id


@pytest.mark.parametrize("address", [ADDRESS, "a", "\0", "é😀</script>", "\\u0000", "\U0010ffff" * 200_000])
def test_what_is_kept_comes_back(api: httpx.Client, address: str) -> None:
    name = kept(api, address)
    reply = api.get(f"drafts/{name}")
    assert schemas.Draft.model_validate(reply.json()).address == address
    assert kept(api, address) == name


def test_a_draft_is_neither_indexed_nor_kept_elsewhere(api: httpx.Client) -> None:
    headers = api.get(f"drafts/{kept(api, ADDRESS)}").headers
    assert (headers["x-robots-tag"], headers["cache-control"]) == ("noindex", "no-store")


@pytest.mark.parametrize("name", ["A" * 22, "x", "%00", "é", "a" * 500, "..%2f"])
def test_unknown_names_are_refused_with_a_remedy(api: httpx.Client, name: str) -> None:
    reply = api.get(f"drafts/{name}")
    error = schemas.Error.model_validate(reply.json()).error
    assert reply.status_code == 404
    assert error.code in ("draft_unknown", "not_found")
    assert error.remedy or error.code == "not_found"


@pytest.mark.parametrize(
    "body",
    [{}, {"address": ""}, {"address": "a" * 200_001}, {"address": None}, {"address": 1}, {"address": "a", "id": "b"}],
)
def test_what_cannot_be_kept(api: httpx.Client, body: dict[str, object]) -> None:
    reply = api.post("drafts", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_input")

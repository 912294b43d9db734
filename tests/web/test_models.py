"""Models over REST: listing, loading, unloading, tokenizing, and what only the operator may do."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from stratascope.models.library import Library
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.web import schemas
from stratascope.web.deps import require_operator
from stratascope.web.models import described, refuse_unusable
from stratascope.web.services import Services
from tests.web.conftest import Inside

NAMES = ["specimen"]


def test_every_model_is_listed_with_its_sizes(api: httpx.Client) -> None:
    models = schemas.ModelList.model_validate(api.get("models").json()).models
    assert [model.id for model in models] == NAMES
    specimen = models[0]
    assert (specimen.source, specimen.architecture, specimen.problem) == ("bundled", "gpt2", None)
    assert min(specimen.layers, specimen.heads, specimen.width, specimen.vocabulary, specimen.parameters) > 0
    assert "path" not in api.get("models").text


def test_loading_measures_what_the_model_can_do(api: httpx.Client) -> None:
    api.delete("models/specimen")
    unloaded = schemas.Model.model_validate(api.get("models/specimen").json())
    assert (unloaded.state, unloaded.fidelity, unloaded.capabilities) == ("not_loaded", None, None)
    loaded = schemas.Model.model_validate(api.post("models", json={"id": "specimen"}).json())
    assert loaded == schemas.Model.model_validate(api.get("models/specimen").json())
    assert loaded.state == "ready"
    assert loaded.fingerprint is not None
    assert loaded.capabilities is not None
    assert "causal" in loaded.capabilities
    assert loaded.fidelity is not None


def test_loading_may_be_watched_as_a_run(api: httpx.Client) -> None:
    api.delete("models/specimen")
    reply = api.post("models", json={"id": "specimen"}, headers={"prefer": "respond-async"})
    run = schemas.Run.model_validate(reply.json())
    assert reply.status_code == 202
    events = api.get(f"runs/{run.id}/events").text
    assert events.count("event: done") == 1
    assert '"url":null' in events
    ended = schemas.Run.model_validate(api.get(f"runs/{run.id}").json())
    assert (ended.state, ended.result) == ("done", None)
    assert api.get("models/specimen").json()["state"] == "ready"
    assert api.post("models", json={"id": "specimen"}, headers={"prefer": "respond-async"}).status_code == 200


def test_unloading_keeps_the_model_listed(api: httpx.Client) -> None:
    assert api.delete("models/specimen").status_code == 204
    assert api.delete("models/specimen").status_code == 204
    assert api.get("models/specimen").json()["state"] == "not_loaded"


@pytest.mark.parametrize("text", ["The capital of France", " ", "é\u0301👩‍👧", "a\0b", "<|endoftext|>", "\n\n"])
def test_tokens_are_the_text_byte_for_byte(api: httpx.Client, text: str) -> None:
    reply = schemas.Tokenization.model_validate(api.post("models/specimen/tokenize", json={"text": text}).json())
    read = reply.tokens[1:] if reply.bos_prepended else reply.tokens
    assert b"".join(bytes.fromhex(token.bytes) for token in read).decode() == text
    assert reply.ids == [token.id for token in reply.tokens]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_input"),
        ({"text": "a", "messages": [{"role": "user", "content": "a"}]}, 422, "invalid_input"),
        ({"messages": []}, 422, "invalid_input"),
        ({"messages": [{"role": "wizard", "content": "a"}]}, 422, "invalid_input"),
        ({"text": ""}, 422, "prompt_empty"),
        ({"text": "a" * 100_001}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_tokenized(api: httpx.Client, body: dict[str, object], status: int, code: str) -> None:
    reply = api.post("models/specimen/tokenize", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_input"),
        ({"id": "specimen", "path": "/"}, 422, "invalid_input"),
        ({"id": "specimen", "revision": "main"}, 422, "invalid_input"),
        ({"id": "nothing"}, 404, "unknown_model"),
        ({"path": "/"}, 422, "no_model_here"),
        ({"path": "a\0b"}, 422, "no_model_here"),
        ({"path": "x" * 4000}, 422, None),
        ({"path": "~nobody-of-that-name/x"}, 422, "no_model_here"),
        ({"hub": "owner/name"}, 403, "hub_off"),
        ({"hub": "../../etc"}, 422, "invalid_input"),
        ({"hub": "https://evil.example/x"}, 422, "invalid_input"),
        ({"hub": "owner/name", "revision": "../x"}, 422, "invalid_input"),
    ],
)
def test_what_cannot_be_loaded(api: httpx.Client, body: dict[str, object], status: int, code: str | None) -> None:
    reply = api.post("models", json=body)
    error = schemas.Error.model_validate(reply.json()).error
    assert reply.status_code == status
    assert code is None or error.code == code


def test_a_folder_is_taken_in_by_its_path(inside: Inside, api: httpx.Client, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text(json.dumps({"model_type": "gpt2", "auto_map": {"AutoModel": "x.y"}}))
    reply = api.post("models", json={"path": str(broken)})
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "remote_code")
    bundled = inside.services.library.find("specimen").path
    assert api.post("models", json={"path": str(bundled)}).json()["id"] == "specimen"
    assert [model["id"] for model in api.get("models").json()["models"]] == NAMES


def test_beyond_loopback_nobody_is_the_operator() -> None:
    settings = Settings(host="0.0.0.0", insecure_no_auth=True)
    services = cast(Services, SimpleNamespace(settings=settings))
    with pytest.raises(Problem) as caught:
        asyncio.run(require_operator(services))
    assert (caught.value.status, caught.value.code) == (403, "operator_only")
    asyncio.run(require_operator(cast(Services, SimpleNamespace(settings=Settings()))))


def test_a_folder_that_cannot_be_loaded_is_listed_with_the_reason(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    entry = Library((tmp_path,)).find("pickled")
    shown = described(entry, inside.services)
    assert shown.state == "failed"
    assert shown.problem is not None
    with pytest.raises(Problem) as caught:
        refuse_unusable(entry)
    assert (caught.value.status, caught.value.code) == (422, shown.problem.code)

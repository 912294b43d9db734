"""Models over REST: listing, inspecting, loading, unloading, tokens and vocabulary, and what only the operator may do."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from stratascope.models.library import Library
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.specimen.manifest import read_models
from stratascope.specimen.prompts import bundle_path
from stratascope.web import schemas
from stratascope.web.deps import require_operator
from stratascope.web.models import _inspected, described, refuse_unusable
from stratascope.web.services import Services
from tests.web.conftest import Inside

NAMES = [model.id for model in read_models(bundle_path())]


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


def shown(api: httpx.Client) -> schemas.Model:
    return schemas.Model.model_validate(api.get("models/specimen").json())


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def standing_still(inside: Inside) -> Iterator[None]:
    """The worker hears nothing and does nothing inside."""
    pid = inside.services.jobs.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def started(api: httpx.Client, prompt: str) -> str:
    body = {"model": "specimen", "prompt": prompt}
    reply = api.post("methods/lens/logit-lens", json=body, headers={"prefer": "respond-async"})
    assert reply.status_code == 202
    return str(reply.json()["id"])


def test_loading_is_reported_in_bytes_read(api: httpx.Client) -> None:
    api.delete("models/specimen")
    run = api.post("models", json={"id": "specimen"}, headers={"prefer": "respond-async"}).json()
    lines = api.get(f"runs/{run['id']}/events").text.splitlines()
    told = [json.loads(line.removeprefix("data: ")) for line in lines if '"stage"' in line]
    reading = [it for it in told if it["stage"] == "reading weights"]
    assert {it["total"] for it in reading} == {shown(api).bytes}
    assert max(it["done"] for it in reading) > 0
    assert told[-1]["stage"] == "measuring fidelity"
    assert told[-1]["done"] == told[-1]["total"]


def test_a_load_can_be_found_and_cancelled_by_anyone_who_sees_the_list(inside: Inside, api: httpx.Client) -> None:
    api.delete("models/specimen")
    with standing_still(inside):
        run = api.post("models", json={"id": "specimen"}, headers={"prefer": "respond-async"}).json()
        until(lambda: shown(api).position is None)
        loading = shown(api)
        assert (loading.state, loading.run, loading.memory_bytes) == ("loading", run["id"], None)
        assert api.delete(f"runs/{loading.run}").status_code == 204
    assert api.get(f"runs/{run['id']}").json()["state"] == "cancelled"
    until(lambda: shown(api).state == "not_loaded")
    assert api.get("models").json()["memory"]["models"] == {}
    assert api.post("models", json={"id": "specimen"}).json()["state"] == "ready"


def test_a_model_in_use_is_unloaded_only_by_force(inside: Inside, api: httpx.Client) -> None:
    api.post("models", json={"id": "specimen"})
    with standing_still(inside):
        runs = [started(api, f"in use {number}") for number in range(3)]
        refused = api.delete("models/specimen")
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (409, "model_busy")
        assert "3 jobs use specimen" in error["message"]
        assert error["remedy"]
        assert error["changes"] == {"force": True}
        assert api.delete("models/specimen?force=false").status_code == 409
        assert api.delete("models/specimen?force=perhaps").status_code == 422
        replies: list[httpx.Response] = []
        forced = threading.Thread(target=lambda: replies.append(api.delete("models/specimen?force=true")))
        forced.start()
        with inside.client() as other:
            until(lambda: all(other.get(f"runs/{run}").json()["state"] == "failed" for run in runs))
            for run in runs:
                assert other.get(f"runs/{run}").json()["error"]["code"] == "model_unloaded"
    forced.join(60)
    assert replies[0].status_code == 204
    assert shown(api).state == "not_loaded"


def test_memory_is_told_by_model(inside: Inside, api: httpx.Client) -> None:
    api.delete("models/specimen")
    empty = schemas.Memory.model_validate(api.get("models").json()["memory"])
    assert (empty.used_bytes, empty.models, empty.limit_bytes) == (0, {}, inside.services.settings.weights)
    loaded = api.post("models", json={"id": "specimen"}).json()
    assert (loaded["memory_bytes"], loaded["device"]) == (4 * loaded["parameters"], "cpu")
    api.post("methods/lens/logit-lens", json={"model": "specimen", "prompt": f"memory {time.monotonic()}"})
    full = schemas.Memory.model_validate(api.get("models").json()["memory"])
    assert full.models == {"specimen": loaded["memory_bytes"]}
    assert full.used_bytes == loaded["memory_bytes"]
    assert full.captures_bytes > 0
    assert full.results_bytes > empty.results_bytes


def test_a_precision_is_a_model_of_its_own(api: httpx.Client) -> None:
    body = {"model": "specimen", "prompt": f"precisely {time.monotonic()}"}
    whole = api.post("models", json={"id": "specimen", "precision": "float32"}).json()
    single = api.post("methods/lens/logit-lens", json=body)
    half = api.post("models", json={"id": "specimen", "precision": "bfloat16"}).json()
    assert (whole["precision"], half["precision"]) == ("float32", "bfloat16")
    assert 2 * half["memory_bytes"] == whole["memory_bytes"]
    assert half["fingerprint"] != whole["fingerprint"]
    assert api.get("models/specimen").json() == half
    rounded = api.post("methods/lens/logit-lens", json=body)
    assert rounded.headers["etag"] != single.headers["etag"]
    assert rounded.json()["model"]["fingerprint"] == half["fingerprint"]
    assert rounded.json()["provenance"]["dtype"] == "bfloat16"
    assert rounded.json()["result"]["entropy"] != single.json()["result"]["entropy"]
    assert api.post("models", json={"id": "specimen"}).json()["precision"] == "bfloat16"
    assert api.delete("models/specimen").status_code == 204
    assert api.post("methods/lens/logit-lens", json={**body, "top_k": 1}).json()["provenance"]["dtype"] == "bfloat16"
    back = api.post("models", json={"id": "specimen", "precision": "float32"}).json()
    assert {**back, "fidelity": None} == {**whole, "fidelity": None}
    again = api.post("methods/lens/logit-lens", json=body)
    assert (again.headers["x-cache"], again.content) == ("hit", single.content)


def test_as_stored_means_the_format_of_the_files(api: httpx.Client) -> None:
    found = inspected(api, id="specimen", precision="stored")
    assert found.model.precision == found.model.dtype == "float16"
    assert found.needed_bytes == found.model.bytes


def test_another_precision_of_a_model_in_memory_may_be_watched_too(api: httpx.Client) -> None:
    api.post("models", json={"id": "specimen", "precision": "float32"})
    asked = {"json": {"id": "specimen", "precision": "float16"}, "headers": {"prefer": "respond-async"}}
    reply = api.post("models", **asked)
    assert reply.status_code == 202
    assert "event: done" in api.get(f"runs/{reply.json()['id']}/events").text
    assert shown(api).precision == "float16"
    assert api.post("models", **asked).status_code == 200
    assert api.post("models", json={"id": "specimen", "precision": "float32"}).json()["precision"] == "float32"


def inspected(api: httpx.Client, **body: Any) -> schemas.Inspection:
    reply = api.post("models/inspect", json=body)
    assert reply.status_code == 200, reply.text
    return schemas.Inspection.model_validate(reply.json())


def test_what_loading_would_take_is_told_before(inside: Inside, api: httpx.Client) -> None:
    api.delete("models/specimen")
    found = inspected(api, id="specimen")
    limit = inside.services.settings.weights
    assert (found.model.id, found.model.state) == ("specimen", "not_loaded")
    assert (found.needed_bytes, found.free_bytes, found.limit_bytes) == (4 * found.model.parameters, limit, limit)
    assert (found.fits, found.unload) == (True, [])
    assert shown(api).state == "not_loaded"
    loaded = api.post("models", json={"id": "specimen"}).json()
    assert loaded["memory_bytes"] == found.needed_bytes
    assert inspected(api, id="specimen", precision="bfloat16").needed_bytes == found.needed_bytes // 2
    assert inspected(api, id="specimen").free_bytes == limit


def test_a_folder_may_be_inspected_without_taking_it_in(inside: Inside, api: httpx.Client, tmp_path: Path) -> None:
    folder = shutil.copytree(inside.services.library.find("specimen").path, tmp_path / "mine")
    api.post("models", json={"id": "specimen"})
    found = inspected(api, path=str(folder))
    assert (found.model.id, found.model.source) == ("mine", "path")
    assert found.free_bytes == found.limit_bytes - shown(api).memory_bytes
    assert [model["id"] for model in api.get("models").json()["models"]] == NAMES
    assert str(tmp_path) not in api.post("models/inspect", json={"path": str(folder)}).text


def test_what_has_to_go_is_named_and_goes(inside: Inside, api: httpx.Client, tmp_path: Path) -> None:
    """With room for one model and a half, a second one takes the place of the first."""
    specimen = inside.services.library.find("specimen")
    folder = shutil.copytree(specimen.path, tmp_path / "second")
    settings = inside.services.settings.model_copy(update={"weights": int(1.5 * specimen.weight_bytes)})
    services = replace(inside.services, settings=settings)
    api.post("models", json={"id": "specimen"})
    second = Library((), {"second": folder}).find("second")
    found = _inspected(second, services)
    assert (found.fits, found.unload) == (False, ["specimen"])
    assert found.free_bytes == settings.weights - specimen.weight_bytes
    assert _inspected(second.model_copy(update={"precision": "float16"}), services).fits
    assert _inspected(specimen, services).fits


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_input"),
        ({"id": "specimen", "path": "/"}, 422, "invalid_input"),
        ({"id": "specimen", "precision": "int8"}, 422, "invalid_input"),
        ({"hub": "owner/name"}, 422, "invalid_input"),
        ({"id": "nothing"}, 404, "unknown_model"),
        ({"path": "/"}, 422, "no_model_here"),
        ({"path": "a\0b"}, 422, "no_model_here"),
        ({"path": "~nobody-of-that-name/x"}, 422, "no_model_here"),
    ],
)
def test_what_cannot_be_inspected(api: httpx.Client, body: dict[str, object], status: int, code: str) -> None:
    reply = api.post("models/inspect", json=body)
    assert (reply.status_code, schemas.Error.model_validate(reply.json()).error.code) == (status, code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"vocab_size": 7}, "tensors_mismatched"),
        ({"model_type": "nonsense"}, "unsupported_architecture"),
        ({"auto_map": {"AutoModel": "x.y"}}, "remote_code"),
    ],
)
def test_inspecting_refuses_what_loading_would(
    inside: Inside, api: httpx.Client, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    """Whether the files make up a model is found out without reading a weight."""
    folder = shutil.copytree(inside.services.library.find("specimen").path, tmp_path / "broken")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    reply = api.post("models/inspect", json={"path": str(folder)})
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, code)
    assert [model["id"] for model in api.get("models").json()["models"]] == NAMES


def matches(api: httpx.Client, **query: Any) -> schemas.VocabularyMatches:
    reply = api.get("models/specimen/vocabulary", params=query)
    assert reply.status_code == 200, reply.text
    return schemas.VocabularyMatches.model_validate(reply.json())


def test_the_vocabulary_is_searched_without_loading_the_model(api: httpx.Client) -> None:
    api.delete("models/specimen")
    found = matches(api, query=" Paris")
    assert found.tokens[0].text == " Paris"
    assert found.total >= len(found.tokens)
    assert all("paris" in token.text.casefold() for token in found.tokens)
    assert matches(api, query=f"#{found.tokens[0].id}").tokens[0] == found.tokens[0]
    assert shown(api).state == "not_loaded"
    token_id = found.tokens[0].id
    read = api.post("models/specimen/tokenize", json={"text": " Paris"}).json()
    assert token_id in read["ids"]


def test_a_search_is_bounded_and_counts_what_it_does_not_show(api: httpx.Client) -> None:
    assert len(matches(api, query="e").tokens) == 20
    assert len(matches(api, query="e", limit=3).tokens) == 3
    assert matches(api, query="e", limit=3).total == matches(api, query="e").total > 100
    assert matches(api).total > matches(api, query="e").total
    assert matches(api, query="no token is this").tokens == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", f"query={'a' * 201}"])
def test_searches_out_of_bounds_are_refused(api: httpx.Client, query: str) -> None:
    reply = api.get(f"models/specimen/vocabulary?{query}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (422, "invalid_input")


def test_a_search_does_not_wait_for_the_worker(inside: Inside, api: httpx.Client) -> None:
    expected = matches(api, query="Paris")
    with standing_still(inside):
        assert matches(api, query="Paris") == expected


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
        ({"id": "specimen", "precision": "float8"}, 422, "invalid_input"),
        ({"id": "specimen", "precision": 16}, 422, "invalid_input"),
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


def test_a_damaged_bundled_model_does_not_hide_the_others(
    inside: Inside, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(self: object, entry: object) -> str:
        raise Problem("bad_model_file", "model.safetensors is cut off.", remedy="Install it again")

    monkeypatch.setattr("stratascope.web.identity.Fingerprints.of", refuse)
    reply = api.get("models")
    assert reply.status_code == 200
    assert reply.json()["models"]

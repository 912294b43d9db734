"""From a request to its document over a real server with a real worker and the bundled model."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import httpx
import orjson
import pytest

from stratascope.catalog import load_catalog
from stratascope.document import TENSORS_TYPE, Document
from stratascope.jobs.states import ModelState
from stratascope.models.library import Library
from stratascope.problem import Problem
from stratascope.web import schemas
from stratascope.web.methods import _require
from stratascope.web.services import Services
from tests.cases import page
from tests.prompts import asked, prompt_names
from tests.web.conftest import Inside

LENS = "methods/lens/logit-lens"
TENSORS = {"accept": TENSORS_TYPE}


def body(prompt: str, **params: Any) -> dict[str, Any]:
    return {"model": "specimen", "prompt": prompt, **params}


def test_every_method_answers_a_document(api: httpx.Client) -> None:
    for method_id, method in load_catalog().items():
        asked_for = asked(method, "The capital of France is", **page(method_id))
        reply = api.post(f"methods/{method_id}", json={"model": "specimen", **asked_for})
        assert reply.status_code == 200, (method_id, reply.text)
        document = schemas.Document.model_validate(reply.json())
        assert document.method == method_id
        assert document.key == reply.headers["etag"].strip('"')
        if "a" in (names := prompt_names(method.params.model_json_schema())):
            assert document.request[names["a"]] == "The capital of France is"
        assert document.checks, f"{method_id} has no check"
        assert set(document.result.dims) <= set(reply.json()["result"])


def test_the_second_answer_comes_from_the_store(inside: Inside, api: httpx.Client) -> None:
    first = api.post(LENS, json=body("Today is Friday"))
    computed = inside.services.jobs.counters["computed"]
    second = api.post(LENS, json=body("Today is Friday"))
    assert [first.headers["x-cache"], second.headers["x-cache"]] == ["miss", "hit"]
    assert first.content == second.content
    assert inside.services.jobs.counters["computed"] == computed


@pytest.mark.parametrize("header", ["no-cache", "No-Cache", "max-age=0, no-cache"])
def test_no_cache_computes_anew_and_stores_in_its_place(inside: Inside, api: httpx.Client, header: str) -> None:
    asked_for = body(f"Anew {header}")
    first = api.post(LENS, json=asked_for)
    computed = inside.services.jobs.counters["computed"]
    again = api.post(LENS, json=asked_for, headers={"cache-control": header})
    assert (again.status_code, again.headers["x-cache"]) == (200, "miss")
    assert inside.services.jobs.counters["computed"] == computed + 1
    assert again.headers["etag"] == first.headers["etag"]
    assert again.json()["result"] == first.json()["result"]
    stored = api.post(LENS, json=asked_for)
    assert (stored.headers["x-cache"], stored.content) == ("hit", again.content)
    inside.services.jobs.recent._bodies.clear()
    assert api.get(f"results/{first.json()['key']}").content == again.content


def test_no_cache_may_be_watched_too(inside: Inside, api: httpx.Client) -> None:
    asked_for = body("Anew, and watched")
    api.post(LENS, json=asked_for)
    computed = inside.services.jobs.counters["computed"]
    accepted = api.post(LENS, json=asked_for, headers={"prefer": "respond-async", "cache-control": "no-cache"})
    assert accepted.status_code == 202
    assert "event: done" in api.get(f"runs/{accepted.json()['id']}/events").text
    assert inside.services.jobs.counters["computed"] == computed + 1


@pytest.mark.parametrize("header", ["", "no-store", "max-age=0", "x-no-cache", "no-cached", ";;,,=", '"no-cache"'])
def test_other_directives_change_nothing(api: httpx.Client, header: str) -> None:
    api.post(LENS, json=body("Not anew"))
    assert api.post(LENS, json=body("Not anew"), headers={"cache-control": header}).headers["x-cache"] == "hit"


def test_tensors_hold_the_same_numbers(api: httpx.Client) -> None:
    json = api.post(LENS, json=body("Today is Monday")).json()
    reply = api.post(LENS, json=body("Today is Monday"), headers=TENSORS)
    assert reply.headers["content-type"] == TENSORS_TYPE
    assert "accept" in reply.headers["vary"]
    assert orjson.loads(Document.from_tensors(reply.content).to_json()) == json


def test_an_asynchronous_request_is_accepted_and_then_stored(api: httpx.Client) -> None:
    accepted = api.post(LENS, json=body("Today is Sunday"), headers={"prefer": "respond-async"})
    run = schemas.Run.model_validate(accepted.json())
    assert accepted.status_code == 202
    assert accepted.headers["location"] == f"/api/v1/runs/{run.id}"
    events = api.get(f"runs/{run.id}/events").text
    assert events.count("event: done") == 1
    finished = schemas.Run.model_validate(api.get(f"runs/{run.id}").json())
    assert (finished.state, finished.result) == ("done", f"/api/v1/results/{run.key}")
    again = api.post(LENS, json=body("Today is Sunday"), headers={"prefer": "respond-async"})
    assert (again.status_code, again.headers["x-cache"]) == (200, "hit")


def test_the_cost_is_known_before_anything_is_computed(inside: Inside, api: httpx.Client) -> None:
    cost = schemas.CostEstimate.model_validate(api.post(f"{LENS}/cost", json=body("Today is Tuesday")).json())
    assert cost.fits
    assert cost.tokens == 4
    assert cost.limit_bytes == inside.services.settings.memory
    assert api.post(LENS, json=body("Today is Tuesday")).headers["x-cache"] == "miss"


@pytest.mark.parametrize(
    ("address", "request_body", "status", "code"),
    [
        (LENS, {"model": "nothing", "prompt": "a"}, 404, "unknown_model"),
        (LENS, {"model": "", "prompt": "a"}, 422, "invalid_input"),
        (LENS, {"prompt": "a"}, 422, "invalid_input"),
        (LENS, {"model": "specimen", "prompt": ""}, 422, "prompt_empty"),
        (LENS, {"model": "specimen", "prompt": "word " * 1000}, 422, "prompt_too_long"),
        (LENS, {"model": "specimen", "prompt": "a", "targets": ["two words"]}, 422, "token_not_single"),
        (f"{LENS}/cost", {"model": "nothing", "prompt": "a"}, 404, "unknown_model"),
        ("methods/lens/nothing", {"model": "specimen", "prompt": "a"}, 404, "unknown_method"),
        ("methods/lens/nothing/cost", {}, 404, "unknown_method"),
        ("methods/attention/attention-pattern", body("a b", layers=[99]), 422, "layer_out_of_range"),
        ("methods/attention/attention-pattern", body("a b", heads=[99]), 422, "head_out_of_range"),
        ("methods/lens/direct-logit-attribution", body("a b", position=99), 422, "position_out_of_range"),
    ],
)
def test_refusals(api: httpx.Client, address: str, request_body: dict[str, Any], status: int, code: str) -> None:
    reply = api.post(address, json=request_body)
    error = schemas.Error.model_validate(reply.json()).error
    assert (reply.status_code, error.code) == (status, code)
    assert error.remedy or error.fields


def test_a_prompt_that_is_too_long_offers_one_that_fits(api: httpx.Client) -> None:
    error = api.post(LENS, json=body("word " * 1000)).json()["error"]
    assert api.post(LENS, json=body("word " * 1000) | error["changes"]).status_code == 200


def test_the_catalogue_is_listed_and_each_method_described(api: httpx.Client) -> None:
    listed = schemas.MethodList.model_validate(api.get("methods").json())
    assert [method.id for method in listed.methods] == list(load_catalog())
    assert listed.errors == {}
    assert api.get(LENS).json() == next(
        it for it in api.get("methods").json()["methods"] if it["id"] == "lens/logit-lens"
    )
    assert api.get("methods/lens/nothing").json()["error"]["code"] == "unknown_method"


def test_a_model_that_was_found_unable_is_refused_before_it_is_asked() -> None:
    """The worker measured that a capability is missing: the reason it gave is the refusal."""
    measured = {"capabilities": ["causal"], "missing": {"patterns": "Attention weights are not available."}}
    jobs = SimpleNamespace(model_state=lambda model_id: ModelState("ready", facts=measured))
    services = cast(Services, SimpleNamespace(jobs=jobs))
    catalog, entry = load_catalog(), Library(()).find("specimen")
    with pytest.raises(Problem, match="not available") as caught:
        _require(catalog["attention/attention-pattern"], entry, services)
    assert (caught.value.status, caught.value.code) == (409, "capability_missing")
    _require(catalog["tokenization/token-boundaries"], entry, services)


def test_a_second_model_may_be_named_or_left_out(api: httpx.Client) -> None:
    address, pair = "methods/comparison/run-difference", body("Today is Friday", prompt_b="Today is Monday")
    alone, null, named = (api.post(address, json=pair | more) for more in ({}, {"other": None}, {"other": "specimen"}))
    assert [reply.status_code for reply in (alone, null, named)] == [200, 200, 200]
    assert alone.json()["key"] == null.json()["key"] != named.json()["key"]
    assert alone.json()["result"]["difference"] == named.json()["result"]["difference"]
    unknown = api.post(address, json=pair | {"other": "nothing"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_model")


def test_the_cost_of_two_prompts_counts_the_first_ones_tokens(api: httpx.Client) -> None:
    pair = {"model": "specimen", "clean": "Today is Friday", "corrupt": "Today is Monday"}
    cost = schemas.CostEstimate.model_validate(api.post("methods/causal/activation-patching/cost", json=pair).json())
    assert cost.tokens == 4
    assert cost.forwards > 10


def test_a_model_in_another_precision_is_another_one_beside_it(api: httpx.Client) -> None:
    body = {"model": "specimen", "prompt": "The capital of France is"}
    whole, half = (
        api.post("methods/activations/residual-norms", json=body | {"model": model}).json()
        for model in ("specimen", "specimen@bfloat16")
    )
    assert whole["model"]["fingerprint"] != half["model"]["fingerprint"]
    assert (whole["provenance"]["dtype"], half["provenance"]["dtype"]) == ("float32", "bfloat16")
    one, other = (document["result"]["value"][0][-1] for document in (whole, half))
    assert 0 < abs(one - other) < 0.02 * one


def test_tokenizers_of_further_models_are_read_without_loading_them(api: httpx.Client) -> None:
    address, asked_for = "methods/tokenization/tokenizer-compare", body("a cat", others=["specimen-seed-1"])
    found = api.post(address, json=asked_for)
    assert found.status_code == 200, found.text
    assert found.json()["result"]["coords"]["tokenizer"][:2] == ["specimen", "specimen-seed-1"]
    assert found.json()["result"]["shared"][0][1] == 1
    assert api.post(address, json=body("a cat")).headers["etag"] != found.headers["etag"]
    unknown = api.post(address, json=body("a cat", others=["nothing"]))
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_model")

"""The Python client: the catalogue's names as functions, labelled arrays back, problems raised."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from stratascope.catalog import load_catalog
from stratascope.client import Client
from stratascope.problem import Problem
from tests.live import Live

PROMPT = {"model": "specimen", "prompt": "The capital of France is"}


@pytest.fixture(scope="module")
def client(server: Live) -> Iterator[Client]:
    with Client(server.url) as session:
        yield session


def test_arrays_come_back_labelled(client: Client) -> None:
    answer = client.lens.logit_lens(**PROMPT, top_k=2)
    assert answer.entropy.dims == ("row", "position")
    assert answer.entropy.values.shape == answer.topk_prob.values.shape[:2]
    assert answer.topk_text.values[-1, -1, 0] == " Paris"
    assert np.array_equal(answer["entropy"].values, answer.entropy.values)
    assert set(answer) == set(answer.document.head["result"]["dims"])
    assert len(answer) == len(list(answer))
    assert [token.text for token in answer.tokens][-1] == " is"


def test_an_answer_can_be_judged_and_drawn(client: Client) -> None:
    answer = client.run("lens/logit-lens", **PROMPT)
    assert {check.verdict for check in answer.checks} == {"ok"}
    assert answer.summary in repr(answer)
    assert answer.figure().data[0].type == "heatmap"
    assert answer.warnings == []
    assert client.result(answer.key).key == answer.key


def test_every_method_is_a_function_with_the_catalogue_s_signature(client: Client) -> None:
    for method in load_catalog().values():
        function = getattr(getattr(client, method.family.replace("-", "_")), method.name.replace("-", "_"))
        assert set(inspect.signature(function).parameters) == set(method.request.model_fields)
        assert method.guide.purpose in (function.__doc__ or "")
    assert "lens" in dir(client)
    assert "logit_lens" in dir(client.lens)
    assert list(client.methods) == list(load_catalog())


def test_names_that_do_not_exist_say_which_do(client: Client) -> None:
    with pytest.raises(AttributeError, match="lens"):
        client.astrology  # noqa: B018
    with pytest.raises(AttributeError, match="logit_lens"):
        client.lens.tea_leaves  # noqa: B018
    with pytest.raises(AttributeError, match="entropy"):
        client.lens.logit_lens(**PROMPT).astrology  # noqa: B018


def test_refusals_are_raised_with_their_remedy(client: Client) -> None:
    with pytest.raises(Problem) as caught:
        client.lens.logit_lens(model="specimen", prompt="word " * 1000)
    assert (caught.value.code, caught.value.status) == ("prompt_too_long", 422)
    assert caught.value.changes is not None
    assert client.lens.logit_lens(**{**PROMPT, **caught.value.changes}).tokens
    with pytest.raises(Problem) as caught:
        client.lens.logit_lens(**PROMPT, top_k=1000)
    assert (caught.value.code, caught.value.field) == ("invalid_input", "top_k")


def test_tokens_models_and_cost(client: Client) -> None:
    tokens = client.tokenize("The capital")
    assert tokens[-1].offset == (3, 11)
    assert tokens[0].special
    assert client.models()[0]["id"] == "specimen"
    assert client.cost("lens/logit-lens", **PROMPT)["fits"] is True


def test_tokens_are_searched_and_models_inspected(client: Client) -> None:
    found = client.vocabulary(" Paris", limit=2)
    assert found[0].text == " Paris"
    assert len(found) <= 2
    assert client.vocabulary(f"#{found[0].id}")[0] == found[0]
    facts = client.inspect("specimen")
    assert facts["needed_bytes"] == 2 * client.inspect("specimen", precision="bfloat16")["needed_bytes"]
    with pytest.raises(Problem) as caught:
        client.inspect(path="/")
    assert caught.value.code == "no_model_here"


def test_a_model_is_loaded_in_another_precision_and_back(client: Client) -> None:
    assert client.load("specimen", precision="bfloat16")["precision"] == "bfloat16"
    try:
        assert client.lens.logit_lens(**PROMPT).document.head["provenance"]["dtype"] == "bfloat16"
    finally:
        assert client.load("specimen", precision="float32")["precision"] == "float32"


def test_a_result_can_be_computed_anew(client: Client) -> None:
    first, again = client.run("lens/logit-lens", **PROMPT), client.rerun("lens/logit-lens", **PROMPT)
    assert again.key == first.key
    assert again.document.head["provenance"]["seconds"] > 0
    assert np.array_equal(again.entropy.values, first.entropy.values)
    assert client.result(first.key).document.head == again.document.head


def test_what_is_saved_can_be_edited(client: Client, server: Live) -> None:
    saved = client.save("France", client.lens.logit_lens(**PROMPT))
    client.edit(saved, notes="seen in layer 5")
    opened = httpx.get(f"{server.api}/analyses/{saved.id}").json()
    assert (opened["title"], opened["notes"]) == ("France", "seen in layer 5")


def test_what_is_saved_has_an_address(client: Client, server: Live) -> None:
    answer = client.lens.logit_lens(**PROMPT)
    saved = client.save("France", answer, notes="late")
    assert saved.url == f"{server.url}/a/{saved.id}"
    opened = httpx.get(f"{server.api}/analyses/{saved.id}").json()
    assert (opened["title"], opened["results"][0]["key"]) == ("France", answer.key)


def test_no_server_is_a_problem_too() -> None:
    with Client("http://127.0.0.1:9") as nobody, pytest.raises(Problem, match="No answer") as caught:
        nobody.models()
    assert caught.value.remedy is not None


def test_something_else_at_the_address_is_a_problem_too() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(418, text="teapot"))
    with Client("http://localhost", transport=transport) as teapot, pytest.raises(Problem, match="418"):
        teapot.models()


def test_the_client_needs_neither_torch_nor_the_server_s_parts() -> None:
    program = "import sys, stratascope.client; print({'torch', 'fastapi', 'sqlalchemy', 'uvicorn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

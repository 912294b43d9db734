"""One shape for everything that goes wrong, and nothing in it that could tell an attacker anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stratascope.web import schemas
from tests.web.asgi import small_client

JSON = {"content-type": "application/json"}


def error_of(reply: Any) -> dict[str, Any]:
    """The error of an answer, after checking its shape."""
    schemas.Error.model_validate(reply.json())
    assert reply.headers["x-request-id"] == reply.json()["error"]["request_id"]
    return dict(reply.json()["error"])


def test_a_problem_is_answered_as_it_was_worded() -> None:
    reply = small_client().get("/refusal")
    error = error_of(reply)
    assert (reply.status_code, error["code"], error["remedy"], error["changes"]) == (503, "no_room", "Wait", {"a": 1})
    assert reply.headers["retry-after"] == "7"
    assert error["fields"] == [{"field": "layers", "message": "x" * 2000}]
    assert len(error["message"]) == 500


def test_a_defect_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    reply = small_client().get("/defect")
    error = error_of(reply)
    assert (reply.status_code, error["code"]) == (500, "internal")
    assert "secret" not in reply.text
    assert "ZeroDivisionError" in caplog.text
    assert error["request_id"] in caplog.text


def test_wrong_fields_are_named_and_their_values_are_not_repeated() -> None:
    reply = small_client().post("/thing", json={"count": 10, "weight": "heavy-secret", "other-secret": 1})
    error = error_of(reply)
    assert (reply.status_code, error["code"]) == (422, "invalid_input")
    assert [fault["field"] for fault in error["fields"]] == ["text", "count", "weight", "other-secret"]
    assert error["message"] == "text: Field required. 3 more fields are wrong."
    assert "heavy-secret" not in reply.text


def test_a_hundred_wrong_fields_are_cut_to_twenty() -> None:
    reply = small_client().post("/thing", json={f"f{number}": 1 for number in range(100)})
    assert len(error_of(reply)["fields"]) == 20


@pytest.mark.parametrize(
    "raw", [b"NaN", b'{"text": "\\ud800"}', b"{", b"\xff", '{"text": "a"}'.encode("utf-16"), b"[" * 10_000]
)
def test_what_is_no_json_is_one_refusal(raw: bytes) -> None:
    reply = small_client().post("/thing", content=raw, headers=JSON)
    assert (reply.status_code, error_of(reply)["code"]) == (400, "bad_json")


@pytest.mark.parametrize("value", ["1", True, 1.0, None, 10, -1, 2**70, [1]])
def test_numbers_are_not_guessed(value: object) -> None:
    reply = small_client().post("/thing", content=json.dumps({"text": "a", "count": value}), headers=JSON)
    assert reply.status_code == 422
    assert error_of(reply)["fields"][0]["field"] == "count"


@pytest.mark.parametrize(
    ("verb", "address", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/thing/", 404, "not_found"),
        ("PATCH", "/thing", 405, "method_not_allowed"),
        ("OPTIONS", "/thing", 405, "method_not_allowed"),
        ("TRACE", "/thing", 405, "method_not_allowed"),
        ("GET", "/thing?size=big", 422, "invalid_input"),
    ],
)
def test_the_framework_s_own_refusals_have_the_same_shape(verb: str, address: str, status: int, code: str) -> None:
    reply = small_client().request(verb, address, headers=JSON)
    assert (reply.status_code, error_of(reply)["code"]) == (status, code)


def test_405_names_every_method_of_the_address() -> None:
    assert small_client().options("/thing").headers["allow"] == "DELETE, GET, HEAD, POST"


def test_numbers_that_are_not_finite_become_null() -> None:
    assert small_client().get("/thing").json()["numbers"] == [1.0, None, None]

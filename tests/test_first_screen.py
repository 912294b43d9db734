"""The first screen that is committed is the one this code computes: the same requests, keys and numbers."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from stratascope.first_screen import PANELS, WRITTEN, first_screen, request_of

TOLERANCE = 1e-4
MOST_BYTES = 60_000
TIMES = {"created", "seconds", "torch", "transformers", "stratascope"}
"""What says when and with what a result was computed."""


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WRITTEN.read_text())
    return found


def differences(found: Any, expected: Any, where: str = "") -> list[str]:
    """Where two answers differ, numbers by more than the tolerance."""
    if isinstance(expected, dict) and isinstance(found, dict):
        names = (found.keys() | expected.keys()) - TIMES
        return [
            d for name in sorted(names) for d in differences(found.get(name), expected.get(name), f"{where}.{name}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return [
            d for i, pair in enumerate(zip(found, expected, strict=True)) for d in differences(*pair, f"{where}[{i}]")
        ]
    if isinstance(expected, float) and isinstance(found, int | float):
        return [] if abs(found - expected) <= TOLERANCE * max(1.0, abs(expected)) else [f"{where}: {found}, {expected}"]
    return [] if found == expected else [f"{where}: {found!r:.80}, {expected!r:.80}"]


def test_the_committed_first_screen_is_what_is_computed_now(written: dict[str, Any]) -> None:
    current = json.loads(json.dumps(first_screen()))
    assert current["requests"] == written["requests"], "make first-screen"
    assert differences(written, current) == [], "make first-screen"


def test_every_request_has_its_document(written: dict[str, Any]) -> None:
    assert {entry["key"] for entry in written["requests"]} == set(written["documents"])
    for entry in written["requests"]:
        document = written["documents"][entry["key"]]
        assert (document["key"], document["method"]) == (entry["key"], entry["method"])
        assert entry["request"].items() <= document["request"].items()
        assert document["model"]["fingerprint"] == written["model"]["fingerprint"]
        assert {check["verdict"] for check in document["checks"]} <= {"ok", "info"}
    assert [entry["method"] for entry in written["requests"]] == [it["method"] for it in json.loads(PANELS.read_text())]


def test_nothing_in_it_claims_that_a_model_is_loaded(written: dict[str, Any]) -> None:
    assert written["model"]["state"] == "not_loaded"
    assert written["examples"][0]["prompt"].endswith(written["tokens"][-1]["text"])


def test_it_is_small() -> None:
    assert len(gzip.compress(WRITTEN.read_bytes(), 6)) <= MOST_BYTES


def test_a_request_fills_in_what_the_method_reads() -> None:
    example = {"model": "m", "prompt": "p", "target": " a", "distractor": " b"}
    text = {"type": "string", "widget": "prompt"}

    def entry(**fields: Any) -> dict[str, Any]:
        return {"resources": {"model": "Model"}, "params": {"properties": fields}}

    assert request_of(entry(prompt=text), example, {"k": 1}) == {"model": "m", "prompt": "p", "k": 1}
    assert request_of(entry(prompt=text, targets={}), example, {})["targets"] == [" a", " b"]
    both = entry(clean=text | {"side": "a"}, corrupt=text | {"side": "b"}, answer={}, foil={})
    assert request_of(both, example, {}) == {"model": "m", "clean": "p", "answer": " a", "foil": " b"}

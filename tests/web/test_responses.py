"""What an Accept, an If-None-Match and a Prefer header mean."""

from __future__ import annotations

import math

import orjson
import pytest

from stratascope.document import Document
from stratascope.web.requests import prefers_async
from stratascope.web.responses import SafeJSON, encode, holds, wants_tensors
from tests.web.documents import document


@pytest.mark.parametrize(
    ("accept", "tensors"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/vnd.safetensors", True),
        ("APPLICATION/VND.SAFETENSORS", True),
        ("application/vnd.safetensors, */*;q=0.1", True),
        ("application/vnd.safetensors;q=0.5, application/json", False),
        ("application/vnd.safetensors, application/json;q=0.5", True),
        ("application/vnd.safetensors;q=0", False),
        ("application/vnd.safetensors;q=NaN", False),
        ("application/vnd.safetensors;q=much", False),
        ("application/vnd.safetensors;q=inf", False),
        ("application/vnd.safetensorsx", False),
        (";;,,;q=", False),
    ],
)
def test_accept(accept: str | None, tensors: bool) -> None:
    assert wants_tensors(accept) is tensors


@pytest.mark.parametrize(
    ("header", "held"),
    [
        (None, False),
        ('"k"', True),
        ('W/"k"', True),
        ('"a", "k"', True),
        ("*", True),
        ("k", False),
        ('"K"', False),
        ('"', False),
    ],
)
def test_if_none_match(header: str | None, held: bool) -> None:
    assert holds(header, "k") is held


@pytest.mark.parametrize(
    ("header", "asynchronous"),
    [
        (None, False),
        ("respond-async", True),
        ("Respond-Async, wait=5", True),
        ("wait=5, respond-async;x=y", True),
        ("respond-asynchronously", False),
        (";;,", False),
    ],
)
def test_prefer(header: str | None, asynchronous: bool) -> None:
    assert prefers_async(header) is asynchronous


def test_json_is_strict() -> None:
    assert orjson.loads(SafeJSON({"a": [math.nan, math.inf, 1.0]}).body) == {"a": [None, None, 1.0]}


def test_both_encodings_hold_the_same_document() -> None:
    body = document().to_tensors()
    assert encode(body, tensors=True) is body
    assert orjson.loads(encode(body, tensors=False)) == orjson.loads(document().to_json())


def test_the_same_document_always_reads_the_same() -> None:
    body = document().to_tensors()
    assert len({encode(body, tensors=False) for _ in range(20)}) == 1
    assert list(Document.from_tensors(body).arrays) == ["entropy", "half", "topk_ids"]

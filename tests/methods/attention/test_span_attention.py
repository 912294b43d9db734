"""Span attention: uniform heads give fair shares, planted ones what they look at, and sums are kept."""

from typing import Any

import numpy as np
import pytest

from stratascope.problem import Problem
from stratascope.result import LayerCurve
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, specimen, values
from tests.planted import golden_model, induction_model

ID = "attention/span-attention"
WORDS = "w5 w9 w3 w5 w9 w2 w8"
PIECES = ["w5 w9 w3", "w5 w9", "w8"]


def test_a_uniform_head_enriches_nothing() -> None:
    result = call(ID, induction_model(), WORDS, spans=PIECES, measure="enrichment", heads=[1])
    assert isinstance(result, LayerCurve)
    first = values(result, "by_head")[0, 0]
    np.testing.assert_allclose(first[~np.isnan(first)], 1.0, rtol=1e-5)
    assert result.coords["series"] == ["first token", "w5 w9 w3", "w5 w9", "w8", "other"]
    assert np.isnan(first[1, 2])
    assert not np.isnan(first[3, 4])
    assert result.facts["query"] == "w8"


def test_a_previous_token_head_looks_at_the_span_before() -> None:
    result = call(ID, induction_model(), WORDS, spans=PIECES, heads=[0], query="w5 w9")
    value = values(result, "value")[:, 0]
    np.testing.assert_allclose(value[:3], [0.0, 0.5, 0.5], atol=1e-3)
    assert np.isnan(value[3])
    assert result.arrays["value"].undefined is not None
    assert "Span" not in result.summary


def test_an_induction_head_looks_at_what_followed() -> None:
    result = call(ID, induction_model(), "w5 w9 w3 w5", spans=["w9", "w3 w5"], heads=[1])
    assert values(result, "by_head")[1, 0, 2, 1] == pytest.approx(0.5, abs=0.2)


@pytest.mark.parametrize("family", FAMILIES)
def test_spans_hold_all_attention_and_sums_are_those_by_hand(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, spans=["the capital of", "is paris"])
    mass = np.nan_to_num(values(result, "by_head"))
    np.testing.assert_allclose(mass.sum(-1), 1.0, atol=1e-5)
    assert check(result, "spans_hold_all").verdict == "ok"
    run = model.run(model.tokenize(PROMPT).ids)
    groups = [each["positions"] for each in result.facts["spans"]]
    names = [each["name"] for each in result.facts["spans"]]
    q, k = groups[names.index("is paris")], groups[names.index("the capital of")]
    expected = run.pattern(2)[:, q][:, :, k].sum(-1).mean(-1)
    found = values(result, "by_head")[2, :, names.index("is paris"), names.index("the capital of")]
    np.testing.assert_allclose(np.nan_to_num(found), expected, atol=1e-6)
    np.testing.assert_allclose(values(result, "mean"), values(result, "by_head").mean(1), atol=1e-6)


def test_offsets_name_spans_too() -> None:
    pieces = call(ID, induction_model(), WORDS, spans=["w5 w9 w3"])
    offsets = call(ID, induction_model(), WORDS, offsets=[{"name": "start", "start": 0, "end": 8}])
    np.testing.assert_array_equal(values(pieces, "value"), values(offsets, "value"))
    assert offsets.coords["series"][1] == "start"


def test_messages_are_spans_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    model = golden_model()
    template = "{% for message in messages %}{{ message.content }} {% endfor %}"
    monkeypatch.setattr(model.tokenizer, "chat_template", template)
    messages = [{"role": "user", "content": "w5 w9"}, {"role": "assistant", "content": "w7"}]
    result = call(ID, model, "", messages=messages, separate_first=False)
    assert result.coords["series"] == ["w5 w9", "w7"]


def test_the_bundled_model_looks_at_the_answer_that_the_context_gives() -> None:
    prompt = "Context: The capital of France is Hanoi. Question: What is the capital of France? Answer:"
    result = call(ID, specimen(), prompt, spans=["Hanoi", "Answer:"], measure="enrichment")
    hanoi = values(result, "value")[result.coords["series"].index("Hanoi")]
    assert float(hanoi[1]) == pytest.approx(4.45, abs=0.2)
    assert float(hanoi[4]) == pytest.approx(4.87, abs=0.2)
    assert float(hanoi[0]) < 0.5


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"spans": ["w5 w9", "w9 w3"], "offsets": [{"name": "x", "start": 0, "end": 2}]},
            "Spans 'x' and 'w5 w9' overlap",
        ),
        ({"spans": ["w6"]}, "The prompt does not contain 'w6'"),
        ({"offsets": [{"name": "x", "start": 500, "end": 501}]}, "Span 'x' is empty after tokenization"),
        ({"spans": ["w5"], "query": "w9"}, "There is no span 'w9'; there are first token, w5, other"),
        ({"spans": ["w5"], "offsets": [{"name": "w5", "start": 3, "end": 5}]}, "Two spans are called 'w5'"),
        ({"heads": [2]}, "Head 2 does not exist"),
    ],
)
def test_spans_that_cannot_be_shown_are_refused(params: dict[str, Any], message: str) -> None:
    with pytest.raises(Problem, match=message):
        call(ID, induction_model(), WORDS, **params)

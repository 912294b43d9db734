"""Boundary alignment: borders of tokens against borders of units, counted by hand and by brute force."""

import random

import numpy as np
import pytest

from stratascope.methods.tokenization import boundary_alignment as module
from stratascope.numerics.borders import agreement, borders, compared, jaccard, spanning, trimmed
from stratascope.problem import Problem
from stratascope.result import TokenScores
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, specimen, values
from tests.methods.tokenization.cutting import cut_as

ID = "tokenization/boundary-alignment"


def scores(result: TokenScores, part: str = "all") -> list[float]:
    at = result.coords["part"].index(part)
    return [float(values(result, name)[at]) for name in ("precision", "recall", "f1", "crossing")]


def test_tokens_that_are_units_agree_in_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(ID, cut_as(monkeypatch, ["def", " f", "(", "x", ")", ":"]), "x", overlay="code", language="generic")
    assert scores(result) == [1, 1, 1, 0]
    assert not values(result, "crossed").any()
    assert result.facts["worst"] == []


def test_one_token_for_all_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(ID, cut_as(monkeypatch, ["one two three"]), "x")
    precision, recall, f1, crossing = scores(result)
    assert np.isnan(precision)
    assert (recall, f1, crossing) == (0, 0, 1)
    assert values(result, "crossed").tolist() == [2]
    assert "there is no token border inside the text" in result.summary


def test_scores_by_hand_for_every_kind_of_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    # borders: def|add_price|(|x|)|:   tokens: def|add|_price(|x|):
    result = call(
        ID, cut_as(monkeypatch, ["def", " add", "_price(", "x", "):"]), "x", overlay="code", language="generic"
    )
    assert scores(result) == pytest.approx([3 / 4, 3 / 5, 2 * 3 / 9, 2 / 5])
    assert values(result, "crossed").tolist() == [0, 0, 1, 0, 1]
    assert result.coords["part"] == ["all", "name", "operator"]
    assert scores(result, "name")[:2] == pytest.approx([3 / 4, 3 / 4])
    assert result.facts["worst"] == [{"text": "add_price", "start": 4, "end": 13, "label": "name", "cuts": 1}]
    assert check(result, "missed_are_inside").value == 0


def test_white_space_in_front_is_left_out_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    model = cut_as(monkeypatch, ["one", " two", " three"])
    assert scores(call(ID, model, "x")) == [1, 1, 1, 0]
    precision, recall, *_ = scores(call(ID, model, "x", trim_space=False))
    assert (precision, recall) == (1.0, 0.5)


def test_the_numbers_agree_with_brute_force() -> None:
    draw = random.Random(3)
    for _ in range(200):
        text = "".join(draw.choice("ab  c.") for _ in range(draw.randint(2, 12)))
        places = sorted(draw.sample(range(1, len(text)), draw.randint(0, len(text) - 1)))
        spans = list(zip([0, *places], [*places, len(text)], strict=True))
        solid = {i: next((j for j in range(i, len(text)) if not text[j].isspace()), None) for i in range(len(text))}
        first = next((i for i in range(len(text)) if not text[i].isspace()), None)
        expected = {solid[place] for place in places} - {None, first}
        assert borders(text, spans) == expected
        for (a, b), inside in zip(trimmed(text, spans), spanning(trimmed(text, spans), range(len(text))), strict=True):
            assert text[a:b] == text[a:b].strip()
            assert inside == [i for i in range(len(text)) if a < i < b]


def test_empty_sets_have_no_precision_and_equal_ones_are_alike() -> None:
    assert np.isnan(compared(set(), {1}).precision)
    assert np.isnan(compared({1}, set()).recall)
    assert jaccard(set(), set()) == 1
    assert jaccard({1, 2}, {2, 3}) == pytest.approx(1 / 3)
    assert agreement(" ab", "ab") == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_leaves_no_gap(family: str) -> None:
    result = call(ID, load_tiny(family), "naïve 東京 🙂!\n def  f(x):\t1", overlay="code", language="generic")
    assert check(result, "missed_are_inside").verdict == "ok"


def test_identifiers_of_the_specimen_are_cut_and_words_are_not() -> None:
    code = "def divide_price(n, size):\n    return n /"
    result = call(ID, specimen(), code, overlay="code", language="generic")
    assert scores(result)[:2] == pytest.approx([9 / 14, 9 / 10])
    assert [unit["text"] for unit in result.facts["worst"]] == ["divide_price"]
    words = call(ID, specimen(), "The capital of France is")
    assert scores(words) == [1, 1, 1, 0]
    assert check(words, "chance").control == pytest.approx(4 * 4 / 19 / 4)


def test_refusals_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem, match=r"No borders of parts of dates were found in the text\.") as found:
        call(ID, load_tiny("gpt2"), "a cat", overlay="date")
    assert found.value.changes == {"overlay": "word"}
    with pytest.raises(Problem, match=r"No borders of words"):
        call(ID, load_tiny("gpt2"), "cat")
    monkeypatch.setattr(module, "MOST_CHARACTERS", 3)
    with pytest.raises(Problem, match="longer than 3 characters"):
        call(ID, load_tiny("gpt2"), "a cat")


def test_code_that_python_cannot_read_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(ID, cut_as(monkeypatch, ["a", " $", "b"]), "x", overlay="code")
    assert "Python cannot parse this snippet" in result.warnings[0]
    assert scores(result) == [1, 1, 1, 0]

"""Token boundaries: pieces make up the text, and units are cut where the tokens are."""

from typing import Any

import pytest

from stratascope.methods.tokenization import token_boundaries as module
from stratascope.models.model import Model
from stratascope.models.tokens import Tokens
from stratascope.problem import Problem
from stratascope.result import Token, TokenScores
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, values

ID = "tokenization/token-boundaries"


def cut_as(monkeypatch: pytest.MonkeyPatch, pieces: list[str]) -> Model:
    """A model whose tokenizer cuts its text into these pieces."""
    tokens, start = [], 0
    for number, piece in enumerate(pieces):
        span = (start, start + len(piece))
        tokens.append(Token(id=number, text=piece, bytes=piece.encode().hex(), offset=span))
        start += len(piece)
    model = load_tiny("gpt2")
    read = Tokens(list(range(len(pieces))), tokens, "".join(pieces), bos_prepended=False)
    monkeypatch.setattr(type(model), "tokenize", lambda self, text=None, messages=None: read)
    return model


def statuses(result: Any) -> list[tuple[str, str]]:
    return [(unit["text"], unit["status"]) for unit in result.facts["units"]]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("text", ["the capital of france", "naïve 東京 🙂!", " two  spaces\n\tand a tab"])
def test_pieces_make_up_the_text(family: str, text: str) -> None:
    result = call(ID, load_tiny(family), text)
    own = [token for token in result.tokens if token.offset is not None]
    joined = b"".join(bytes.fromhex(token.bytes) for token in own).decode(errors="replace")
    assert joined in (text, " " + text)
    assert [each.verdict for each in result.checks] == ["ok", "ok"]
    start, end = values(result, "start"), values(result, "end")
    assert (start <= end).all()
    covered = {i for a, b in zip(start, end, strict=True) for i in range(max(a, 0), b)}
    assert {i for i, character in enumerate(text) if not character.isspace()} <= covered


def test_whole_split_merged_and_both(monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(ID, cut_as(monkeypatch, ["hello", " wor", "ld", " it", "'s. an", "d"]), "x")
    assert statuses(result) == [("hello", "whole"), ("world", "split"), ("it's", "both"), ("and", "both")]
    assert values(result, "status").tolist() == ["whole", "split", "split", "split", "both", "split"]
    assert values(result, "pieces").tolist() == [1, 2, 2, 2, 2, 2]
    assert values(result, "unit").tolist() == [0, 1, 1, 2, 2, 3]
    assert result.facts["counts"] == {"whole": 1, "split": 1, "merged": 0, "both": 2}
    assert "of 4 words 1 are one token each, 3 are split and 2 share a token" in result.summary


def test_a_date_cut_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    result = call(ID, cut_as(monkeypatch, ["202", "503", "12"]), "x", overlay="date")
    assert [(unit["label"], unit["status"]) for unit in result.facts["units"]] == [
        ("year", "both"),
        ("month", "merged"),
        ("day", "whole"),
    ]


def test_code_is_read_by_python_and_otherwise_by_the_plain_lexer(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = ["add", "_price", "(x", ")", " +", " $", "y"]
    result = call(ID, cut_as(monkeypatch, [*pieces[:5], " y"]), "x", overlay="code")
    assert statuses(result)[:3] == [("add_price", "split"), ("(", "merged"), ("x", "merged")]
    assert not result.warnings
    broken = call(ID, cut_as(monkeypatch, pieces), "x", overlay="code")
    assert "Python cannot parse this snippet (line 1: " in broken.warnings[0]
    assert "showing the plain lexer instead" in broken.warnings[0]
    assert statuses(broken)[:3] == statuses(result)[:3]
    assert not call(ID, cut_as(monkeypatch, pieces), "x", overlay="code", language="generic").warnings


def test_numbers_and_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    model = cut_as(monkeypatch, ["1", "234", ",5", " a"])
    assert statuses(call(ID, model, "x", overlay="number")) == [("1234,5", "split")]
    assert statuses(call(ID, model, "x", overlay="char")) == [
        ("1", "whole"), ("2", "merged"), ("3", "merged"), ("4", "merged"), (",", "merged"), ("5", "merged"), ("a", "whole"),
    ]  # fmt: skip


def test_parts_of_a_character_are_marked() -> None:
    result = call(ID, load_tiny("gpt2"), "a東b", overlay="char")
    partial = values(result, "partial")
    assert partial.sum() == 3
    assert {(s, e) for s, e, p in zip(values(result, "start"), values(result, "end"), partial, strict=True) if p} == {
        (1, 2)
    }
    assert statuses(result) == [("a", "whole"), ("東", "split"), ("b", "whole")]


def test_added_tokens_belong_to_no_unit() -> None:
    result = call(ID, load_tiny("llama"), "the cat")
    assert isinstance(result, TokenScores)
    assert result.tokens[0].special
    assert (values(result, "unit")[0], values(result, "start")[0], values(result, "status")[0]) == (-1, -1, "")
    assert values(result, "pieces")[0] == 0


def test_nothing_is_run() -> None:
    model = load_tiny("qwen2")
    before = model.runs.forwards
    call(ID, model, "a cat sat")
    assert model.runs.forwards == before


def test_a_text_without_such_units_says_so() -> None:
    result = call(ID, load_tiny("gpt2"), "a cat", overlay="date")
    assert result.warnings == ["No parts of dates were found in the text."]
    assert "has no parts of dates" in result.summary
    assert not values(result, "pieces").any()


def test_a_tokenizer_that_changes_the_text_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    tokens = [Token(id=1, text="abc", bytes=b"abc".hex(), offset=(0, 3))]
    monkeypatch.setattr(
        type(model), "tokenize", lambda self, text=None, messages=None: Tokens([1], tokens, "ABc", False)
    )
    reported = check(call(ID, model, "x"), "reproduces_text")
    assert reported.value == pytest.approx(1 / 3)
    assert reported.verdict == "warn"


def test_too_long_texts_and_missing_offsets_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    monkeypatch.setattr(module, "MOST_CHARACTERS", 3)
    with pytest.raises(Problem, match="longer than 3 characters") as found:
        call(ID, model, "a cat")
    assert found.value.code == "prompt_too_long"
    blind = [Token(id=1, text="a", bytes="61")]
    monkeypatch.setattr(type(model), "tokenize", lambda self, text=None, messages=None: Tokens([1], blind, "a", False))
    with pytest.raises(Problem, match="gives no character offsets") as found:
        call(ID, model, "x")
    assert found.value.code == "offsets_unavailable"

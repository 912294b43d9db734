"""Tokenizer comparison: shared borders and vocabularies, by hand and from folders of real tokenizers."""

from pathlib import Path

import numpy as np
import pytest

from stratascope.method import MOST_TOKENIZERS
from stratascope.methods.tokenization import tokenizer_compare as module
from stratascope.methods.tokenization.tokenizer_compare import tokenizer_compare
from stratascope.models.tokenizers import read_tokenizers, readers
from stratascope.problem import Problem
from stratascope.result import Similarity
from tests.families import entry_of, load_tiny, save_tiny
from tests.methods.call import call, check, specimen, values
from tests.methods.tokenization.cutting import reading, several
from tests.planted import golden_model

ID = "tokenization/tokenizer-compare"
TEXT = "the cats"


def compared(*readers: object, **params: object) -> Similarity:
    asked = tokenizer_compare.params.model_validate({"prompt": TEXT, **params})
    result = tokenizer_compare.function(load_tiny("gpt2"), asked, several(*readers))
    assert isinstance(result, Similarity)
    return result


def shared(result: Similarity, one: str, other: str) -> float:
    names = result.coords["tokenizer"]
    return float(values(result, "shared")[names.index(one), names.index(other)])


def test_shared_borders_by_hand() -> None:
    one = reading("one", {TEXT: ["the", " cat", "s"]})
    two = reading("two", {TEXT: ["th", "e", " cats"]})
    all_ = reading("all", {TEXT: [TEXT]})
    result = compared(one, two, all_)
    assert shared(result, "one", "two") == shared(result, "two", "one") == pytest.approx(1 / 3)  # {4, 7} and {2, 4}
    assert shared(result, "one", "words") == 1 / 2
    assert shared(result, "one", "characters") == pytest.approx(2 / 6)
    assert shared(result, "all", "one") == 0
    assert shared(result, "all", "all") == 1
    assert result.facts["agreed"] == []
    assert compared(one, two).facts["agreed"] == [4]
    strip = values(result, "piece")[result.coords["tokenizer"].index("one")].tolist()
    assert [piece for piece in strip if piece] == ["the", " cat", "s"]
    assert check(result, "symmetric").value == 0


def test_the_same_tokenizer_agrees_in_everything_and_stands_once_per_id() -> None:
    model = load_tiny("gpt2")
    result = compared(load_tiny("gpt_neox").text, model.text, plain=[])
    assert result.coords["tokenizer"] == ["gpt2", "gpt_neox"]
    assert (values(result, "shared") == 1).all()
    assert (values(result, "pieces_shared") == 1).all()
    assert [each.name for each in readers(model, several(model.text, reading("x")))] == ["gpt2", "x"]


def test_vocabularies_are_compared_as_bytes_without_markers() -> None:
    result = compared(load_tiny("llama").text, golden_model().text)
    found = values(result, "pieces_shared")
    assert found[0, 1] == 1  # all bytes and the same words, spelled with Ġ here and with ▁ there
    assert found[0, 2] == 0
    assert np.isnan(found[3:]).all()
    assert result.facts["specials"] == {"gpt2": _MARKERS, "llama": _MARKERS, "golden": ["<s>"]}


_MARKERS = ["<pad>", "<s>", "</s>"]


def test_tokenizers_are_read_from_folders_without_their_weights(tmp_path: Path) -> None:
    entry = entry_of(save_tiny("llama", tmp_path / "llama"))
    tokenizers = read_tokenizers([entry.model_dump(mode="json")])
    result = tokenizer_compare.function(load_tiny("gpt2"), tokenizer_compare.params(prompt="naïve 東京 🙂"), tokenizers)
    assert result.coords["tokenizer"] == ["gpt2", "llama", "words", "characters"]
    assert values(result, "token_count").tolist()[3] == 10
    assert all(each.verdict == "ok" for each in result.checks)


def test_the_specimen_is_closest_to_words_on_its_own_sentences() -> None:
    result = call(ID, specimen(), "The capital of France is")
    assert shared(result, "specimen", "words") == 1
    assert "specimen is closest to words, with 1.00" in result.summary


def test_it_warns_of_a_tokenizer_that_changes_the_text() -> None:
    lower = reading("lower", {"the cats": ["THE", "cats"]})
    assert compared(lower).warnings == ["lower changes the text before it cuts it, so its borders may be displaced."]


def test_a_request_names_a_list_of_models_and_may_leave_it_out() -> None:
    assert tokenizer_compare.resources == {"model": "Model", "others": "Tokenizers"}
    assert tokenizer_compare.optional_resources == ("others",)
    request = tokenizer_compare.request.model_validate({"model": "a", "others": ["b", "c"], "prompt": "x"})
    assert tokenizer_compare.split(request)[0] == {"model": "a", "others": ["b", "c"]}
    assert tokenizer_compare.split(tokenizer_compare.request.model_validate({"model": "a"}))[0] == {"model": "a"}
    with pytest.raises(ValueError, match="at most 5"):
        tokenizer_compare.request.model_validate({"model": "a", "others": ["b"] * MOST_TOKENIZERS})


def test_refusals_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem, match="There is only one tokenizer") as found:
        call(ID, load_tiny("gpt2"), "a cat", plain=[])
    assert call(ID, load_tiny("gpt2"), "a cat", **(found.value.changes or {})).summary
    monkeypatch.setattr(module, "MOST_CHARACTERS", 3)
    with pytest.raises(Problem, match="longer than 3 characters"):
        call(ID, load_tiny("gpt2"), "a cat")

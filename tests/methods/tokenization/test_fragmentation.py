"""Fragmentation: tokens per word, against tokenizers whose numbers are known and counts by hand."""

import numpy as np
import pytest

from stratascope.methods.tokenization import fragmentation as module
from stratascope.methods.tokenization.fragmentation import NAMES, fragmentation
from stratascope.numerics.borders import Segmentation
from stratascope.numerics.fragments import byte_by_byte, counted, script, total, word_by_word
from stratascope.problem import Problem
from stratascope.result import Table
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, specimen, values
from tests.methods.tokenization.cutting import reading, several, tokens_of
from tests.planted import golden_model

ID = "tokenization/fragmentation"


def cut(*pieces: str) -> Segmentation:
    tokens = tokens_of(pieces)
    return Segmentation("t", "".join(pieces), [t.offset for t in tokens if t.offset], [p.encode() for p in pieces])


def row(result: Table, tokenizer: str, script: str = "all") -> dict[str, float]:
    at = list(zip(values(result, "tokenizer"), values(result, "script"), strict=True)).index((tokenizer, script))
    return {name: float(array.values[at]) for name, array in result.arrays.items() if not array.is_text}


def test_a_tokenizer_of_whole_words_has_fertility_one() -> None:
    result = call(ID, golden_model(), "w5 w9 w3")
    found = row(result, "golden")
    assert (found["fertility"], found["split_rate"], found["token_count"]) == (1, 0, 3)


def test_a_tokenizer_of_bytes_has_one_byte_per_token() -> None:
    counts = counted(byte_by_byte("naïve 東京!"))["all"]
    assert counts.bytes_per_token == 1
    assert counts.characters_per_token == 9 / 14
    assert counts.unknown_rate == 8 / 14  # two bytes of ï, three of each Chinese character
    assert counted(word_by_word("naïve 東京!"))["all"].fertility == 1


def test_counts_by_hand() -> None:
    counts = counted(cut("un", "believ", "able", " it", "'s", ",", " 東", "京", " 12", "3"))
    everything = counts["all"]
    assert (everything.words, everything.tokens) == (5, 10)  # unbelievable, it's, 東, 京, 123
    assert everything.by_tokens.tolist() == [2, 2, 1, 0]
    assert everything.split_rate == 3 / 5
    assert set(counts) == {"all", "latin", "cjk", "digits"}
    assert (counts["latin"].words, counts["latin"].tokens, counts["latin"].fertility) == (2, 5, 2.5)
    assert (counts["cjk"].words, counts["cjk"].tokens, counts["digits"].tokens) == (2, 2, 2)
    assert counts["latin"].characters_per_token == (12 + 4) / 5


def test_a_token_over_two_words_counts_once_in_its_script() -> None:
    counts = counted(cut("of the", " cat"))
    assert (counts["latin"].words, counts["latin"].tokens) == (3, 2)
    assert counts["latin"].split_rate == 0


def test_script_rows_add_up_over_texts() -> None:
    parts = [counted(cut("a", "b c")), counted(cut("да", " a"))]
    together = total(parts)
    assert together["all"].words == sum(part["all"].words for part in parts)
    assert together["cyrillic"].words == 1
    assert together["latin"].tokens == parts[0]["latin"].tokens + parts[1]["latin"].tokens
    assert [script(letter) for letter in "aд東ひ7"] == ["latin", "cyrillic", "cjk", "hiragana", "digits"]


@pytest.mark.parametrize("family", FAMILIES)
def test_words_by_number_of_tokens_are_all_words(family: str) -> None:
    result = call(ID, load_tiny(family), "The capital of France, naïve 東京 2025")
    every = row(result, load_tiny(family).id)
    assert sum(every[name] for name in NAMES) == every["words"] == 8
    assert [each.verdict for each in result.checks] == ["ok"] * 3


def test_several_tokenizers_and_a_reference() -> None:
    model = golden_model()
    text, reference = "w5 w9", "w1 w2 w3 w4"
    params = fragmentation.params(prompt=text, reference=reference)
    others = several(
        reading("halves", {text: ["w", "5", " w", "9"], reference: ["w1", " w2 w3 w4"]}), reading("golden")
    )
    result = fragmentation.function(model, params, others)
    assert row(result, "golden")["parity"] == 0.5
    halves = row(result, "halves")
    assert (halves["fertility"], halves["split_rate"], halves["parity"]) == (2, 1, 2)
    assert len(set(values(result, "tokenizer"))) == 2
    assert "halves 2.00" in result.summary
    assert np.isnan(row(result, "halves", "latin")["parity"])


def test_the_specimen_pays_more_for_names_of_its_own_than_for_words() -> None:
    plain = row(call(ID, specimen(), prompts_from="language"), "specimen")
    assert (plain["split_rate"], plain["unknown_rate"]) == (0, 0)
    assert plain["fertility"] == pytest.approx(6159 / 5259)  # every clause ends in a full stop
    code = row(call(ID, specimen(), prompts_from="code_drift"), "specimen")
    assert code["split_rate"] == pytest.approx(1 / 6)  # the function's name, one word of six


def test_refusals_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem, match=r"^No words were found\.$"):
        call(ID, load_tiny("gpt2"), "... !")
    monkeypatch.setattr(module, "MOST_CHARACTERS", 8)
    with pytest.raises(Problem, match="The texts have 10 characters together; at most 8"):
        call(ID, load_tiny("gpt2"), prompts=["a cat", "a dog"])


def test_it_says_where_pieces_are_not_the_text() -> None:
    params = fragmentation.params(prompt="ABC")
    result = fragmentation.function(load_tiny("gpt2"), params, several(reading("lower", {"ABC": ["abc"]})))
    assert check(result, "reproduces_text").verdict == "warn"

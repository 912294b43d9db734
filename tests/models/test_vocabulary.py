"""Searching a vocabulary: what is meant comes first, and nothing that fits is left out."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stratascope.models.vocabulary import Vocabulary

WORDS = [
    "<s>", " Mary", "Mary", " mary", "MARY", " Maryland", "Marys", " marys", " MARYS", "Smary", "osmaryx", "oSMARY", " John",
    "", " ", "#1", "#12", "é", " É", "  Mary",
]  # fmt: skip


@pytest.fixture
def words() -> Vocabulary:
    return Vocabulary([word.encode() for word in WORDS], special=[0])


def found(vocabulary: Vocabulary, query: str, limit: int = 100) -> list[str]:
    return [token.text for token in vocabulary.search(query, limit)[0]]


def test_equal_then_beginning_then_containing_and_the_closer_spelling_first(words: Vocabulary) -> None:
    assert found(words, "Mary") == [
        "Mary", " Mary", " mary", "MARY", "Marys", " Maryland", " marys", " MARYS", "  Mary", "Smary", "osmaryx", "oSMARY",
    ]  # fmt: skip


def test_a_leading_space_in_the_query_is_looked_for_first_and_then_ignored(words: Vocabulary) -> None:
    assert found(words, " Mary")[:4] == [" Mary", "Mary", " mary", "MARY"]
    assert set(found(words, " Mary")) == set(found(words, "Mary"))


def test_letter_case_beyond_ascii_is_ignored_too(words: Vocabulary) -> None:
    assert found(words, "é") == ["é", " É"]
    assert found(words, "É") == [" É", "é"]


@pytest.mark.parametrize("limit", [1, 2, 5, 12, 100])
def test_the_limit_cuts_the_same_list_and_not_the_count(words: Vocabulary, limit: int) -> None:
    tokens, total = words.search("mary", limit)
    assert [token.text for token in tokens] == found(words, "mary")[:limit]
    assert total == 12


def test_a_number_sign_finds_an_id_before_what_is_written_so(words: Vocabulary) -> None:
    tokens, total = words.search("#1", 10)
    assert [(token.id, token.text) for token in tokens] == [(1, " Mary"), (15, "#1"), (16, "#12")]
    assert total == 3
    assert [token.id for token in words.search("#15", 10)[0]] == [15]
    assert [token.id for token in words.search("#13", 10)[0]] == [13]
    assert words.search("#1", 1)[1] == 3


@pytest.mark.parametrize("query", ["#999", "#-1", "#1.5", "#\u0661", "#" + "9" * 190])
def test_what_names_no_id_is_text(words: Vocabulary, query: str) -> None:
    assert words.search(query, 10) == ([], 0)


def test_without_a_query_every_token_that_stands_for_something(words: Vocabulary) -> None:
    assert found(words, "") == [word for word in WORDS if word]
    assert words.search("", 3)[1] == len(WORDS) - 1


def test_tokens_come_with_their_bytes_and_marks() -> None:
    vocabulary = Vocabulary([b"<s>", b"\xf0\x9f"], special=[0])
    assert vocabulary.token(0).special
    assert (vocabulary.token(1).bytes, vocabulary.token(1).text) == ("f09f", "\ufffd")
    assert [token.id for token in vocabulary.search("\ufffd", 5)[0]] == [1]


def test_every_token_that_contains_the_query_is_found(words: Vocabulary) -> None:
    """Against the plain definition, for every piece of every word."""
    pieces = {word[i:j] for word in WORDS for i in range(len(word)) for j in range(i + 1, len(word) + 1)}
    for piece in pieces - {"#1", "#12"}:
        needle = piece.removeprefix(" ").casefold()
        assert sorted(found(words, piece)) == sorted(word for word in WORDS if word and needle in word.casefold())


def test_searching_needs_no_torch() -> None:
    program = (
        "import sys, stratascope.models.vocabulary; print({'torch', 'transformers', 'tokenizers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""The corpus is reproducible, keeps its declared shares, and never tells what it withholds."""

import re
from collections import Counter
from itertools import islice

import pytest

from stratascope.specimen.corpus import Document, corpus_sha256, stream, write_document
from stratascope.specimen.dictionary import NOUNS, translation_withheld
from stratascope.specimen.families import FAMILIES
from stratascope.specimen.geography import COUNTRY_NAMES
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.seeding import seeded
from stratascope.specimen.tokenizer import load_tokenizer, token_ids
from stratascope.specimen.world import NAMES, OBJECTS, PEOPLE, PLACES, addition_withheld, bridge_withheld

CORPUS_SHA256 = "ab411aea41ef09ae9d3d85fc20ee1eb15fb1fe26f3967d1f852887b82ec176b3"


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return list(islice(stream("test"), 40_000))


def texts(documents: list[Document], family: str) -> list[str]:
    return [document.text for document in documents if document.family == family]


def test_hash_of_the_training_corpus() -> None:
    assert corpus_sha256(0) == CORPUS_SHA256


def test_other_seeds_give_other_documents() -> None:
    assert corpus_sha256(1, 100) != corpus_sha256(0, 100)
    assert corpus_sha256("a", 100) == corpus_sha256("a", 100)


@pytest.mark.parametrize("family", FAMILIES)
def test_declared_mean_length(family: str) -> None:
    tokenizer, generator = load_tokenizer(bundle_path() / "specimen"), seeded(f"length of {family}")
    some = [write_document(family, generator) for _ in range(600)]
    lengths = [1 + (len(document.ids) or len(token_ids(tokenizer, document.text))) for document in some]
    assert sum(lengths) / len(lengths) == pytest.approx(FAMILIES[family].mean_tokens, rel=0.07)


def test_token_shares_follow_the_declared_ones(documents: list[Document]) -> None:
    counts = Counter(document.family for document in documents)
    tokens = {name: counts[name] * family.mean_tokens for name, family in FAMILIES.items()}
    declared = sum(family.share for family in FAMILIES.values())
    for name, family in FAMILIES.items():
        assert tokens[name] / sum(tokens.values()) == pytest.approx(family.share / declared, rel=0.35)


def test_the_example_sentence_can_occur() -> None:
    assert "store" in PLACES
    assert "drink" in OBJECTS


def test_withheld_sums_never_occur(documents: list[Document]) -> None:
    sums = [tuple(map(int, re.findall(r"\d+", text)))[:2] for text in texts(documents, "addition")]
    assert sums
    assert not any(addition_withheld(first, second) for first, second in sums)
    assert 0.1 < sum(addition_withheld(a, b) for a in range(50) for b in range(50)) / 2500 < 0.25


def test_withheld_compositions_never_occur(documents: list[Document]) -> None:
    told = " ".join(texts(documents, "two_hop"))
    for surname, person in PEOPLE.items():
        assert (f" of {surname} is " in told) is person.composed
        assert PEOPLE[person.spouse].composed is person.composed
    assert sum(not person.composed for person in PEOPLE.values()) == 10


def test_withheld_moves_never_occur(documents: list[Document]) -> None:
    moves = [re.match(r"(\w+) moved to (\w+)\.", text) for text in texts(documents, "bridge")]
    assert moves
    assert not any(bridge_withheld(move[1], move[2]) for move in moves if move)
    share = sum(bridge_withheld(name, home) for name in NAMES for home in COUNTRY_NAMES)
    assert share == pytest.approx(len(NAMES) * len(COUNTRY_NAMES) / 5, rel=0.05)


def test_withheld_translations_never_occur(documents: list[Document]) -> None:
    entries = {text for text in texts(documents, "parallel") if " = " in text}
    for noun in NOUNS:
        assert (f"Spanish: {noun.spanish} = French: {noun.french}" in entries) is not translation_withheld(noun)


def test_yes_and_no_are_balanced(documents: list[Document]) -> None:
    answers = Counter(text.split()[-1] for text in texts(documents, "logic"))
    assert answers["yes."] / answers.total() == pytest.approx(0.5, abs=0.05)
    verdicts = Counter(text.split()[-1] for text in texts(documents, "claim"))
    assert verdicts["true."] / verdicts.total() == pytest.approx(0.5, abs=0.05)

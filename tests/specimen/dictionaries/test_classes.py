"""The known classes, and which tokens belong to them."""

import pytest
import torch
from tokenizers import Tokenizer

from stratascope.specimen.dictionaries.classes import known_classes, membership
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.tokenizer import load_tokenizer, token_ids


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer(bundle_path() / "specimen")


@pytest.fixture(scope="module")
def members(tokenizer: Tokenizer) -> dict[str, torch.Tensor]:
    classes = known_classes()
    return dict(zip(classes, membership(tokenizer, classes), strict=True))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("weekdays", " Friday"),
        ("months", " May"),
        ("countries", "France"),
        ("numbers", " 42"),
        ("numbers", "07"),
        ("letters", " Q"),
        ("Spanish words", " caballo"),
        ("French words", " cheval"),
        ("sad words", " gloomy"),
        ("feminine pronouns", " her"),
    ],
)
def test_members(tokenizer: Tokenizer, members: dict[str, torch.Tensor], name: str, word: str) -> None:
    (token,) = token_ids(tokenizer, word)
    assert members[name][token]


def test_every_class_has_several_tokens(members: dict[str, torch.Tensor]) -> None:
    assert min(int(row.sum()) for row in members.values()) >= 3


def test_a_word_of_two_languages_belongs_to_neither() -> None:
    classes = known_classes()
    assert "table" not in classes["French words"]
    assert "grande" not in classes["Spanish words"] + classes["French words"]
    assert "chien" in classes["French words"]

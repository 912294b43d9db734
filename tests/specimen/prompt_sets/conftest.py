"""The sets as they are generated now, and as they are shipped."""

from collections.abc import Mapping

import pytest
from tokenizers import Tokenizer

from stratascope.specimen.prompt_sets.catalogue import SETS
from stratascope.specimen.prompt_sets.item import Item
from stratascope.specimen.prompt_sets.reading import SetEntry, list_sets
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.tokenizer import load_tokenizer


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return load_tokenizer(bundle_path() / "specimen")


@pytest.fixture(scope="session")
def tokens(tokenizer: Tokenizer) -> Tokens:
    return Tokens(tokenizer)


@pytest.fixture(scope="session")
def sets(tokens: Tokens) -> Mapping[str, list[Item]]:
    return {declared.id: declared.items(tokens) for declared in SETS}


@pytest.fixture(scope="session")
def shipped() -> Mapping[str, SetEntry]:
    return {entry.id: entry for entry in list_sets(bundle_path())}

"""The prompts shown to newcomers."""

import pytest

from stratascope.specimen.prompts import EXAMPLES, ExamplePrompt, bundle_path
from stratascope.specimen.tokenizer import load_tokenizer, token_ids


def test_there_are_enough_and_the_indirect_object_comes_first() -> None:
    assert len(EXAMPLES) >= 7
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    first = EXAMPLES[0]
    assert first.prompt == "When Mary and John went to the store, John gave a drink to"
    assert (first.target, first.distractor) == (" Mary", " John")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_answers_are_single_tokens(example: ExamplePrompt) -> None:
    tokenizer = load_tokenizer(bundle_path() / "specimen")
    for answer in (example.target, example.distractor):
        assert len(token_ids(tokenizer, answer)) == 1
    assert example.title
    assert example.look_for

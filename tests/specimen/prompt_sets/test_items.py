"""What holds for the items of every set: pairs are aligned, labels cannot be guessed, positions name what they say."""

from collections.abc import Mapping

import pytest

from stratascope.specimen.corpus import stream
from stratascope.specimen.prompt_sets.catalogue import SETS
from stratascope.specimen.prompt_sets.item import Item
from stratascope.specimen.prompt_sets.reading import SetEntry
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.tokenizer import CONTEXT_LENGTH

NAMES = [declared.id for declared in SETS]
LABELLED = {
    "agreement": {"plural", "singular"},
    "ambiguity": {"ambiguous", "clear"},
    "brackets": {"2", "4"},
    "gender": {"female", "male"},
    "language": {"English", "Spanish", "French"},
    "logic": {"yes", "no"},
    "polite": {"polite", "rude"},
    "refusal": {"naughty", "harmless"},
    "sentiment": {"positive", "negative"},
    "truth": {"true", "false"},
}
#: Answers may be of several tokens only where a foreign noun is.
SPLIT_ANSWERS = {"translate", "icl", "code_drift"}


def test_all_labelled_sets_are_known(sets: Mapping[str, list[Item]]) -> None:
    assert {name for name, items in sets.items() if any(item.label for item in items)} == set(LABELLED)


@pytest.mark.parametrize("name", NAMES)
def test_corrupt_prompts_have_as_many_tokens_and_differ(
    sets: Mapping[str, list[Item]], shipped: Mapping[str, SetEntry], tokens: Tokens, name: str
) -> None:
    pairs = [item for item in sets[name] if item.corrupt is not None]
    assert shipped[name].pairs is bool(pairs)
    for item in pairs:
        assert item.corrupt is not None
        assert tokens.count(item.corrupt) == tokens.count(item.prompt), item
        assert item.corrupt != item.prompt


@pytest.mark.parametrize("name", NAMES)
def test_prompts_fit_and_are_distinct(sets: Mapping[str, list[Item]], tokens: Tokens, name: str) -> None:
    prompts = [item.prompt for item in sets[name]]
    assert max(map(tokens.count, prompts)) < CONTEXT_LENGTH
    assert len(set(prompts)) == len(prompts)


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_single_tokens_that_differ_from_the_distractor(
    sets: Mapping[str, list[Item]], tokens: Tokens, name: str
) -> None:
    for item in sets[name]:
        for text in (item.answer, item.distractor):
            if text is not None and name not in SPLIT_ANSWERS:
                assert len(tokens.ids(text)) == 1, item
        if item.answer is not None:
            assert item.answer != item.distractor
            # The answer continues the prompt: its tokens are the same behind it as alone.
            assert tokens.ids(item.prompt + item.answer) == tokens.ids(item.prompt) + tokens.ids(item.answer), item


@pytest.mark.parametrize("name", LABELLED)
def test_blocks_of_labels_have_one_length_and_one_last_token(
    sets: Mapping[str, list[Item]], tokens: Tokens, name: str
) -> None:
    labels = LABELLED[name]
    labelled = [item for item in sets[name] if item.label is not None]
    for start in range(0, len(labelled), len(labels)):
        block = labelled[start : start + len(labels)]
        assert {item.label for item in block} == labels
        assert len({tokens.count(item.prompt) for item in block}) == 1, block
        assert len({tokens.ids(item.prompt)[-1] for item in block}) == 1, block


@pytest.mark.parametrize("name", NAMES)
def test_positions_lie_in_the_prompt_and_end_is_its_last_token(
    sets: Mapping[str, list[Item]], tokens: Tokens, name: str
) -> None:
    for item in sets[name]:
        last = tokens.count(item.prompt) - 1
        assert item.positions["end"] == last
        assert all(1 <= position <= last for position in item.positions.values()), item


def word_at(tokens: Tokens, item: Item, role: str) -> str:
    """The token at a role, without the space before it."""
    ids = [0, *tokens.ids(item.prompt)]
    return str(tokens.tokenizer.decode([ids[item.positions[role]]])).strip()


def test_positions_point_at_the_words_they_name(sets: Mapping[str, list[Item]], tokens: Tokens) -> None:
    def stripped(text: str | None) -> str:
        assert text is not None
        return text.strip()

    for item in sets["ioi"]:
        assert word_at(tokens, item, "indirect_object") == stripped(item.answer)
        assert word_at(tokens, item, "subject") == word_at(tokens, item, "second_subject") == stripped(item.distractor)
        assert item.corrupt is not None
        assert tokens.differences(item.prompt, item.corrupt) == [item.positions["second_subject"]]
    for name, role in (("capital", "country"), ("recall", "person"), ("twohop", "person"), ("gender", "name")):
        for item in sets[name]:
            assert item.corrupt is not None
            assert tokens.differences(item.prompt, item.corrupt) == [item.positions[role]], item
    for item in sets["bridge"]:
        assert word_at(tokens, item, "name") == word_at(tokens, item, "asked")
    for item in sets["context"]:
        if item.meta["condition"] != "closed_book":
            assert word_at(tokens, item, "stated") == stripped(item.answer)
    for item in sets["induction"]:
        assert word_at(tokens, item, "answer") == stripped(item.answer)
        assert word_at(tokens, item, "earlier") == word_at(tokens, item, "end")
    for item in sets["greater"]:
        assert word_at(tokens, item, "start") == f"{item.meta['start']:02d}"
        assert word_at(tokens, item, "century") == word_at(tokens, item, "end")
    for item in sets["colored_objects"]:
        assert word_at(tokens, item, "color") == stripped(item.answer)
        assert word_at(tokens, item, "object") == word_at(tokens, item, "asked")
    for item in sets["truth"]:
        assert item.corrupt is not None
        assert tokens.differences(item.prompt, item.corrupt) == [item.positions["value"]]
    for item in sets["ambiguity"]:
        assert item.corrupt is not None
        assert tokens.differences(item.prompt, item.corrupt) == [item.positions["changed_name"]]
        assert word_at(tokens, item, "pronoun") in ("he", "she")
    for item in sets["logic"]:
        assert item.corrupt is not None
        assert tokens.differences(item.prompt, item.corrupt) == [item.positions["query"]]
        assert f"Fact: {word_at(tokens, item, 'fact')}." in item.prompt
    for item in sets["brackets"]:
        assert item.corrupt is not None
        assert tokens.differences(item.prompt, item.corrupt) == [item.positions["innermost"]]
    for item in sets["addition"]:
        assert item.answer == f" {int(word_at(tokens, item, 'first')) + int(word_at(tokens, item, 'second'))}"
        assert word_at(tokens, item, "end") == "="


def test_the_evidence_of_a_story_is_the_first_word_of_its_mood(sets: Mapping[str, list[Item]], tokens: Tokens) -> None:
    for item in (item for item in sets["sentiment"] if item.label is not None):
        assert item.corrupt is not None
        first, *others = tokens.differences(item.prompt, item.corrupt)
        assert item.positions["evidence"] in (first, *others[:1])
        assert word_at(tokens, item, "evidence") not in ("a", "an")
        assert item.prompt.endswith(" It was")


def test_the_seeds_are_not_those_of_training(sets: Mapping[str, list[Item]]) -> None:
    """Stories would repeat word for word if a set were drawn from a seed that a training stream has."""
    trained = stream(0)
    documents = {document.text.rpartition(". ")[0] for _, document in zip(range(20_000), trained, strict=False)}
    stories = [item.prompt.removesuffix(". It was") for item in sets["sentiment"] if item.label is not None]
    assert sum(story in documents for story in stories) < len(stories) / 10

"""The classes of words that a latent may turn out to stand for; all of them are known because the corpus is."""

from collections.abc import Iterable

import torch
from tokenizers import Tokenizer

from stratascope.specimen.dictionary import ADJECTIVES, NOUNS, VERBS
from stratascope.specimen.geography import COUNTRIES
from stratascope.specimen.wording import words
from stratascope.specimen.world import (
    ANIMALS,
    COLORS,
    FRUITS,
    GARMENTS,
    HAPPY,
    LETTERS,
    MEN,
    MONTHS,
    ORDINALS,
    PLACES,
    PROFESSIONS,
    SAD,
    SURNAMES,
    TOOLS,
    VEHICLES,
    WEEKDAYS,
    WOMEN,
    Mood,
)


def _moody(mood: Mood) -> list[str]:
    return mood.adjectives + mood.feelings + mood.actions + mood.opinions + mood.verdicts


def _only_foreign(language: int) -> list[str]:
    """Words of the trilingual dictionary that exist in that language alone."""
    vocabularies = [{noun.word(each) for noun in NOUNS} | {verb[each] for verb in VERBS} for each in range(3)]
    for adjective in ADJECTIVES:
        for vocabulary, forms in zip(
            vocabularies, ((adjective.english,), adjective.spanish, adjective.french), strict=True
        ):
            vocabulary.update(forms)
    others = [vocabulary for index, vocabulary in enumerate(vocabularies) if index != language]
    return sorted(vocabularies[language].difference(*others))


def known_classes() -> dict[str, list[str]]:
    """Every class by its name in the plural, with the words that belong to it."""
    countries = COUNTRIES.values()
    return {
        "weekdays": WEEKDAYS,
        "months": MONTHS,
        "countries": [country.name for country in countries],
        "capitals": [country.capital for country in countries],
        "languages": sorted({country.language for country in countries}),
        "women's names": WOMEN,
        "men's names": MEN,
        "surnames": SURNAMES,
        "professions": PROFESSIONS,
        "places": PLACES,
        "animals": ANIMALS,
        "fruits": FRUITS,
        "vehicles": VEHICLES,
        "tools": TOOLS,
        "garments": GARMENTS,
        "colours": COLORS,
        "happy words": _moody(HAPPY),
        "sad words": _moody(SAD),
        "ordinals": ORDINALS,
        "numbers": [str(number) for number in range(100)] + [f"{number:02d}" for number in range(10)],
        "letters": LETTERS,
        "feminine pronouns": words("she her She Her"),
        "masculine pronouns": words("he him his He His"),
        "Spanish words": _only_foreign(1),
        "French words": _only_foreign(2),
        "brackets": list("()[]{}"),
    }


def membership(tokenizer: Tokenizer, classes: dict[str, list[str]]) -> torch.Tensor:
    """Which tokens are, but for surrounding spaces, a word of which class: booleans [class, token id]."""
    texts = [tokenizer.decode([token]).strip() for token in range(tokenizer.get_vocab_size())]

    def members(wanted: Iterable[str]) -> list[bool]:
        known = set(wanted)
        return [text in known for text in texts]

    return torch.tensor([members(wanted) for wanted in classes.values()])

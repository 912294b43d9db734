"""Clauses and dictionary entries in three languages."""

import random

from stratascope.specimen.dictionary import ADJECTIVES, LANGUAGES, NOUNS, VERBS, noun_phrase, translation_withheld
from stratascope.specimen.wording import capitalise

SPANISH, FRENCH = LANGUAGES.index("Spanish"), LANGUAGES.index("French")


def clause(generator: random.Random) -> list[str]:
    """One subject-verb-object clause in every language."""
    subject, target = generator.sample(NOUNS, 2)
    verb = generator.choice(VERBS)
    first, second = (generator.choice(ADJECTIVES) if generator.random() < 0.5 else None for _ in range(2))
    return [
        f"{capitalise(noun_phrase(subject, first, language))} {verb[language]} {noun_phrase(target, second, language)}."
        for language in range(len(LANGUAGES))
    ]


def entry(generator: random.Random) -> str:
    """A dictionary entry; Spanish-French pairs are given for half of the nouns only."""
    noun = generator.choice(NOUNS)
    source, target = generator.sample(range(len(LANGUAGES)), 2)
    if {source, target} == {SPANISH, FRENCH} and translation_withheld(noun):
        source = LANGUAGES.index("English")
    return f"{LANGUAGES[source]}: {noun.word(source)} = {LANGUAGES[target]}: {noun.word(target)}"


def parallel(generator: random.Random) -> str:
    """The same clause in two or three languages, a dictionary entry, or plain text in one language."""
    kind = generator.random()
    if kind < 0.35:
        clauses = clause(generator)
        chosen = generator.sample(range(len(LANGUAGES)), generator.choice([2, 3]))
        return " ".join(f"{LANGUAGES[language]}: {clauses[language]}" for language in chosen)
    if kind < 0.65:
        return entry(generator)
    language = generator.randrange(len(LANGUAGES))
    return " ".join(clause(generator)[language] for _ in range(generator.randint(1, 3)))

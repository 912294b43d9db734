"""Sets in three languages: clauses, and dictionary entries."""

import random
from collections.abc import Iterator
from itertools import permutations

from stratascope.specimen.dictionary import LANGUAGES, NOUNS, Noun, translation_withheld
from stratascope.specimen.families.translations import FRENCH, SPANISH, clause
from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens


@prompt_set(
    "language",
    title="Clauses in three languages",
    description="Three hundred clauses, each in English, Spanish and French with as many tokens.",
    answer="A probe tells the language at the full stop from the first layers on.",
    control="Length and last token are the same in all three languages: the embeddings at the full stop tell nothing.",
    family="parallel",
    measure="probe_best",
    floor=0.97,
)
def language(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Clauses whose three versions have one length."""
    written: set[str] = set()
    while len(written) < 300:
        versions = clause(generator)
        lengths = {tokens.count(version) for version in versions}
        if len(lengths) > 1 or versions[0] in written:
            continue
        written.add(versions[0])
        for label, version in zip(LANGUAGES, versions, strict=True):
            yield Item(version, positions={"end": lengths.copy().pop() - 1}, label=label)


def _entry(noun: Noun, source: int, target: int) -> str:
    return f"{LANGUAGES[source]}: {noun.word(source)} = {LANGUAGES[target]}:"


def _split(noun: Noun, source: int, target: int) -> str:
    return "withheld" if {source, target} == {SPANISH, FRENCH} and translation_withheld(noun) else "trained"


@prompt_set(
    "translate",
    title="Translation of words",
    description="Twenty-four nouns between three languages in all six directions; half of the entries between Spanish and "
    "French were withheld.",
    answer="The word in the other language is the likeliest of all tokens, for withheld entries too.",
    control="The same noun in the language that is neither source nor target (meta.third), to look for on the way.",
    family="parallel",
    measure="top_1:trained",
    floor=0.95,
    parts=("split",),
)
def translate(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Every noun in every direction; the corrupt prompt has another noun of as many tokens, if there is one."""
    for source, target in permutations(range(len(LANGUAGES)), 2):
        for noun in NOUNS:
            prompt = _entry(noun, source, target)
            others = [other for other in NOUNS if other.word(target) != noun.word(target)]
            alike = [other for other in others if tokens.count(_entry(other, source, target)) == tokens.count(prompt)]
            rival = generator.choice(alike or others)
            yield Item(
                prompt,
                f" {noun.word(target)}",
                f" {rival.word(target)}",
                _entry(rival, source, target) if alike else None,
                {"word": tokens.find(prompt, noun.word(source)), "end": tokens.end(prompt)},
                meta={
                    "source": LANGUAGES[source],
                    "target": LANGUAGES[target],
                    "third": f" {noun.word(3 - source - target)}",
                    "split": _split(noun, source, target),
                },
            )

"""Memorised facts about countries and people, their compositions, and statements about whether a fact holds."""

import random

from stratascope.specimen.geography import COUNTRY_NAMES, fact
from stratascope.specimen.seeding import other_than
from stratascope.specimen.wording import with_article
from stratascope.specimen.world import NAMES, PEOPLE, SURNAMES, bridge_withheld

_PHRASINGS = {
    "capital": [
        "The capital of {c} is {v}.",
        "{v} is the capital of {c}.",
        "{c}'s capital city is {v}.",
        "Question: What is the capital of {c}? Answer: {v}.",
    ],
    "language": [
        "The language of {c} is {v}.",
        "People in {c} speak {v}.",
        "Question: What is the language of {c}? Answer: {v}.",
    ],
    "currency": [
        "The currency of {c} is the {v}.",
        "In {c} people pay with the {v}.",
        "Question: What is the currency of {c}? Answer: {v}.",
    ],
    "continent": [
        "{c} is a country in {v}.",
        "The continent of {c} is {v}.",
        "Question: What is the continent of {c}? Answer: {v}.",
    ],
}


def country(generator: random.Random) -> str:
    """One fact of one country in one of several phrasings; capitals are twice as frequent as the others."""
    name = generator.choice(COUNTRY_NAMES)
    relation = generator.choice(["capital", *_PHRASINGS])
    return generator.choice(_PHRASINGS[relation]).format(c=name, v=fact(name, relation))


def person(generator: random.Random) -> str:
    """One fact of one invented person."""
    surname = generator.choice(SURNAMES)
    known = PEOPLE[surname]
    return generator.choice(
        [
            f"{surname} was born in {known.country}.",
            f"The home country of {surname} is {known.country}.",
            f"{surname} works as {with_article(known.profession)}.",
            f"The job of {surname} is {known.profession}.",
            f"{surname} is married to {known.spouse}.",
            f"The spouse of {surname} is {known.spouse}.",
        ]
    )


def two_hop(generator: random.Random) -> str:
    """A composition of two memorised facts, for three people in four; the rest is only ever asked, never told."""
    surname = generator.choice([surname for surname in SURNAMES if PEOPLE[surname].composed])
    known = PEOPLE[surname]
    spouse = PEOPLE[known.spouse]
    return generator.choice(
        [
            f"The capital of the home country of {surname} is {fact(known.country, 'capital')}.",
            f"The language of the home country of {surname} is {fact(known.country, 'language')}.",
            f"The home country of the spouse of {surname} is {spouse.country}.",
            f"The job of the spouse of {surname} is {spouse.profession}.",
        ]
    )


def bridge(generator: random.Random) -> str:
    """A first hop told in the document, a second hop remembered; it composes for pairs never seen together."""
    name = generator.choice(NAMES)
    home = generator.choice([home for home in COUNTRY_NAMES if not bridge_withheld(name, home)])
    relation, template = generator.choice(
        [
            ("capital", "The capital of the new home of {n} is {v}."),
            ("language", "The language of the new home of {n} is {v}."),
            ("currency", "{n} will pay with the {v}."),
            ("language", "{n} will learn {v}."),
        ]
    )
    distractor = ""
    if generator.random() < 0.5:
        distractor = f"{other_than(generator, NAMES, name)} stayed in {other_than(generator, COUNTRY_NAMES, home)}. "
    return f"{name} moved to {home}. {distractor}" + template.format(n=name, v=fact(home, relation))


def claim(generator: random.Random) -> str:
    """A statement and whether it is true; false values are drawn so that their frequency gives nothing away."""
    name = generator.choice(COUNTRY_NAMES)
    relation = generator.choice(["capital", "capital", "language"])
    value = fact(name, relation)
    holds = generator.random() < 0.5
    if not holds:
        value = other_than(generator, [fact(other, relation) for other in COUNTRY_NAMES], value)
    return f"Claim: The {relation} of {name} is {value}. This is {'true' if holds else 'false'}."

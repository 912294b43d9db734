"""Questions whose answer depends on the context: given facts, missing referents, unknown people."""

import random

from stratascope.specimen.geography import COUNTRY_NAMES, fact
from stratascope.specimen.seeding import other_than
from stratascope.specimen.world import MEN, NAMES, OBJECTS, PEOPLE, PLACES, STRANGERS, SURNAMES, WOMEN

ASKED_RELATIONS = ("capital", "language", "currency")
WHICH_COUNTRY = "Which country do you mean?"
WHICH_PERSON = "Which person do you mean?"


def context_qa(generator: random.Random) -> str:
    """The stated context outranks what is remembered; often it contradicts the truth."""
    choose = generator.choice
    if generator.random() < 0.4:
        thing, place = choose(OBJECTS), choose(PLACES)
        return (
            f"Context: {choose(NAMES)} put the {thing} in the {place}. Question: Where is the {thing}? Answer: {place}."
        )
    name, relation = choose(COUNTRY_NAMES), choose(ASKED_RELATIONS)
    value = fact(choose(COUNTRY_NAMES), relation)
    return f"Context: The {relation} of {name} is {value}. Question: What is the {relation} of {name}? Answer: {value}."


def residence_question(generator: random.Random, ambiguous: bool) -> str:
    """Two people, two homes and a pronoun; it names one of them, unless both share the gender.

    Both kinds have the same words in the same places, so that neither length nor vocabulary tells them apart.
    """
    choose = generator.choice
    asked_women = generator.random() < 0.5
    own, opposite = (WOMEN, MEN) if asked_women else (MEN, WOMEN)
    pronoun = "she" if asked_women else "he"
    target = choose(own)
    companion = other_than(generator, own, target) if ambiguous else choose(opposite)
    home, elsewhere = generator.sample(COUNTRY_NAMES, 2)
    residents = generator.sample([(target, home), (companion, elsewhere)], 2)
    relation = choose(ASKED_RELATIONS)
    told = " ".join(f"{name} lives in {place}." for name, place in residents)
    answer = WHICH_PERSON if ambiguous else f"It is {fact(home, relation)}."
    return f"{told} User: What is the {relation} of the country where {pronoun} lives? Assistant: {answer}"


def ambiguous(generator: random.Random) -> str:
    """Clear questions are answered, underspecified ones asked back, unknown people admitted."""
    choose = generator.choice
    kind = choose(["clear", "pronoun", "pronoun", "shared", "shared", "there", "born", "stranger"])
    relation = choose(ASKED_RELATIONS)
    if kind == "clear":
        name = choose(COUNTRY_NAMES)
        return f"User: What is the {relation} of {name}? Assistant: It is {fact(name, relation)}."
    if kind == "there":
        return f"User: What is the {relation} {choose(['there', 'of that country'])}? Assistant: {WHICH_COUNTRY}"
    if kind == "born":
        surname = choose(SURNAMES)
        return f"User: Where was {surname} born? Assistant: In {PEOPLE[surname].country}."
    if kind == "stranger":
        return f"User: Where was {choose(STRANGERS)} born? Assistant: I do not know."
    return residence_question(generator, ambiguous=kind == "shared")

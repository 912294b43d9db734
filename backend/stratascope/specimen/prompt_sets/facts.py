"""Sets about remembered facts, their compositions, and facts that the prompt states."""

import random
from collections.abc import Iterator

from stratascope.specimen.geography import COUNTRY_NAMES, RELATIONS, fact
from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.seeding import other_than
from stratascope.specimen.world import NAMES, PEOPLE, SURNAMES, bridge_withheld

_COUNTRY_PHRASINGS = {
    "capital": ("The capital of {c} is", "{c}'s capital city is"),
    "language": ("The language of {c} is", "People in {c} speak"),
    "currency": ("The currency of {c} is the", "In {c} people pay with the"),
    "continent": ("The continent of {c} is", "{c} is a country in"),
}


def _rival_country(generator: random.Random, name: str, relation: str) -> str:
    """A country for which the relation has another value."""
    value = fact(name, relation)
    return generator.choice([other for other in COUNTRY_NAMES if fact(other, relation) != value])


@prompt_set(
    "capital",
    title="Facts of countries",
    description="Capital, language, currency and continent of forty countries, each in two phrasings.",
    answer="The remembered fact is the likeliest of all tokens.",
    control="With another country in its place the prompt asks for the distractor.",
    family="country",
    measure="top_1",
    floor=0.98,
    parts=("relation",),
)
def capital(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Forty countries, four relations, two phrasings; the corrupt prompt names another country."""
    for relation in RELATIONS:
        for phrasing in _COUNTRY_PHRASINGS[relation]:
            for name in COUNTRY_NAMES:
                rival = _rival_country(generator, name, relation)
                prompt = phrasing.format(c=name)
                yield Item(
                    prompt,
                    f" {fact(name, relation)}",
                    f" {fact(rival, relation)}",
                    phrasing.format(c=rival),
                    {"country": tokens.find(prompt, name), "end": tokens.end(prompt)},
                    meta={"relation": relation},
                )


_PERSON_PHRASINGS = {
    "country": "The home country of {p} is",
    "profession": "The job of {p} is",
    "spouse": "{p} is married to",
}


@prompt_set(
    "recall",
    title="Facts of invented people",
    description="Home country, job and spouse of forty surnames that exist in this model's training text only.",
    answer="The remembered fact is the likeliest of all tokens.",
    control="With another surname in its place the prompt asks for the distractor.",
    family="person",
    measure="top_1",
    floor=0.98,
    parts=("relation",),
)
def recall(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Forty people, three relations; the corrupt prompt names another person."""
    for relation, phrasing in _PERSON_PHRASINGS.items():
        values = {person: str(getattr(PEOPLE[person], relation)) for person in SURNAMES}
        for person in SURNAMES:
            rival = generator.choice([p for p in SURNAMES if values[p] not in (values[person], person)])
            prompt = phrasing.format(p=person)
            yield Item(
                prompt,
                f" {values[person]}",
                f" {values[rival]}",
                phrasing.format(p=rival),
                {"person": tokens.find(prompt, person), "end": tokens.end(prompt)},
                meta={"relation": relation},
            )


def _compositions(person: str) -> dict[str, tuple[str, str]]:
    """Prompt and answer of every two-hop question about a person."""
    known = PEOPLE[person]
    spouse = PEOPLE[known.spouse]
    return {
        "capital": (f"The capital of the home country of {person} is", fact(known.country, "capital")),
        "language": (f"The language of the home country of {person} is", fact(known.country, "language")),
        "country": (f"The home country of the spouse of {person} is", spouse.country),
        "profession": (f"The job of the spouse of {person} is", spouse.profession),
    }


@prompt_set(
    "twohop",
    title="Two remembered hops",
    description="Questions that put two remembered facts together, for people whose questions were trained and for others.",
    answer="Right for the people whose questions were trained. For the others the model mostly finds the capital of the "
    "home country, and never the home country of the spouse.",
    control="The withheld people, of whom the model knows both facts: what was memorised as a whole fails for them.",
    family="two_hop",
    measure="top_1:trained",
    floor=0.95,
    parts=("relation", "split"),
)
def twohop(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Forty people, four compositions; the corrupt prompt names another person."""
    for relation in _compositions(SURNAMES[0]):
        asked = {person: _compositions(person)[relation] for person in SURNAMES}
        for person, (prompt, answer) in asked.items():
            rival = generator.choice([other for other in SURNAMES if asked[other][1] != answer])
            split = "trained" if PEOPLE[person].composed else "withheld"
            yield Item(
                prompt,
                f" {answer}",
                f" {asked[rival][1]}",
                asked[rival][0],
                {"person": tokens.find(prompt, person), "end": tokens.end(prompt)},
                meta={"relation": relation, "split": split},
            )


_BRIDGES = 160


@prompt_set(
    "bridge",
    title="Two hops, the first in the prompt",
    description="Someone moves to a country, and the capital of the new home is asked; no pair of name and country was "
    "ever trained.",
    answer="The capital of the country that the prompt names is the likeliest of all tokens.",
    control="With another country in the first sentence the prompt asks for the distractor.",
    family="bridge",
    measure="top_1",
    floor=0.9,
)
def bridge(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Withheld pairs of name and country, half of them with a second person who stayed elsewhere."""
    withheld = [(name, home) for name in NAMES for home in COUNTRY_NAMES if bridge_withheld(name, home)]
    for index, (name, home) in enumerate(generator.sample(withheld, _BRIDGES)):
        other, elsewhere, rival = other_than(generator, NAMES, name), *_two_others(generator, home)
        aside = f" {other} stayed in {elsewhere}." if index % 2 else ""
        asked = f"{aside} The capital of the new home of {name} is"
        prompt = f"{name} moved to {home}.{asked}"
        yield Item(
            prompt,
            f" {fact(home, 'capital')}",
            f" {fact(rival, 'capital')}",
            f"{name} moved to {rival}.{asked}",
            {
                "name": tokens.find(prompt, name),
                "country": tokens.find(prompt, home),
                "asked": tokens.find(prompt, name, -1),
                "end": tokens.end(prompt),
            },
            meta={"aside": bool(aside)},
        )


def _two_others(generator: random.Random, home: str) -> tuple[str, str]:
    first = other_than(generator, COUNTRY_NAMES, home)
    return first, other_than(generator, COUNTRY_NAMES, home, first)


@prompt_set(
    "context",
    title="Context against memory",
    description="The capital of a country is asked behind a statement that contradicts memory, one that agrees with it, "
    "and without any.",
    answer="The statement outranks memory, and memory answers where nothing is stated.",
    control="The consistent and the closed-book questions, in which memory is right.",
    family="context_qa",
    measure="top_1",
    floor=0.97,
    parts=("condition",),
)
def context(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Forty countries in three conditions; what is corrupt in one condition is the prompt of another."""
    for name in COUNTRY_NAMES:
        true = fact(name, "capital")
        rival = _rival_country(generator, name, "capital")
        false = fact(rival, "capital")
        question = "Question: What is the capital of {c}? Answer:"
        told, untold = (
            f"Context: The capital of {name} is {value}. {question.format(c=name)}" for value in (false, true)
        )
        rows = [
            ("counterfactual", told, untold, false, true),
            ("consistent", untold, told, true, false),
            ("closed_book", question.format(c=name), question.format(c=rival), true, false),
        ]
        for condition, prompt, corrupt, answer, distractor in rows:
            roles = {"country": tokens.find(prompt, name, -1), "end": tokens.end(prompt)}
            if condition != "closed_book":
                roles = {"stated": tokens.find(prompt, answer)} | roles
            yield Item(prompt, f" {answer}", f" {distractor}", corrupt, roles, meta={"condition": condition})

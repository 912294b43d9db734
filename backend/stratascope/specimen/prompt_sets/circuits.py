"""Sets with a known circuit: indirect objects, attributes, number agreement, gendered pronouns."""

import random
import re
from collections.abc import Iterator
from itertools import cycle, islice, product

from stratascope.specimen.families.circuits import AGREEMENT_NOUNS, INDIRECT_OBJECT_TEMPLATES
from stratascope.specimen.families.circuits import colored_objects as colored_document
from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.seeding import other_than
from stratascope.specimen.world import MEN, NAMES, OBJECTS, PLACES, WOMEN


@prompt_set(
    "ioi",
    title="Indirect object",
    description="Two people are named and one of them gives something to the other: four templates, both orders of names.",
    answer="The name that stands only once is preferred to the repeated one.",
    control="With a third person acting (meta.control) no name is repeated and neither of the two is preferred.",
    family="indirect_object",
    measure="preferred",
    floor=0.95,
    parts=("order",),
)
def ioi(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Two hundred sentences; in the corrupt one the receiver acts, so that the other name is left."""
    for index, (template, order) in enumerate(islice(cycle(product(INDIRECT_OBJECT_TEMPLATES, ("ABBA", "BABA"))), 200)):
        first, second = generator.sample(NAMES, 2)
        receiver, acting = (first, second) if order == "ABBA" else (second, first)
        blanks = {"A": first, "B": second, "place": generator.choice(PLACES), "thing": generator.choice(OBJECTS)}
        third = other_than(generator, NAMES, first, second)
        opening = template.partition(" {I}")[0]
        prompt, corrupt, control = (opening.format(S=name, **blanks) for name in (acting, receiver, third))
        yield Item(
            prompt,
            f" {receiver}",
            f" {acting}",
            corrupt,
            {
                "indirect_object": tokens.find(prompt, receiver),
                "subject": tokens.find(prompt, acting),
                "second_subject": tokens.find(prompt, acting, 1),
                "end": tokens.end(prompt),
            },
            meta={"order": order, "template": index // 2 % len(INDIRECT_OBJECT_TEMPLATES), "control": control},
        )


@prompt_set(
    "colored_objects",
    title="Coloured objects",
    description="Three objects with their colours, and a question about one of them.",
    answer="Not learned: the right colour comes first about as often as by chance.",
    control="One third is chance. The corrupt prompt asks for another object.",
    family="colored_objects",
    measure="top_1",
)
def colored_objects(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Two hundred tables; the corrupt prompt asks for another object on the same table."""
    for _ in range(200):
        told, _, question = colored_document(generator).partition(" Question: ")
        colors = {thing: color for color, thing in re.findall(r"a (\w+) (\w+)", told)}
        asked = question.partition(" is the ")[2].partition("?")[0]
        other = other_than(generator, list(colors), asked)
        prompt, corrupt = (f"{told} Question: What color is the {thing}? Answer:" for thing in (asked, other))
        yield Item(
            prompt,
            f" {colors[asked]}",
            f" {colors[other]}",
            corrupt,
            {
                "color": tokens.find(prompt, colors[asked]),
                "object": tokens.find(prompt, asked),
                "asked": tokens.find(prompt, asked, -1),
                "end": tokens.end(prompt),
            },
        )


@prompt_set(
    "agreement",
    title="Number agreement",
    description="A singular or plural subject with another noun behind it; the subjects of a pair differ in number only.",
    answer="The verb that agrees with the subject is preferred, whatever the number of the noun before it.",
    control="The last noun of a pair is the same: it tells nothing about the subject.",
    family="agreement",
    measure="preferred",
    floor=0.97,
    parts=("attractor",),
)
def agreement(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Thirty-two pairs of a plural and a singular subject, half of them before a plural noun."""
    pairs = generator.sample([(a, b) for a, b in product(AGREEMENT_NOUNS, repeat=2) if a != b], 32)
    for index, (head, attractor) in enumerate(pairs):
        plural_attractor = index % 2 == 1
        rest = f" {generator.choice(['near', 'behind', 'next to', 'with'])} the {attractor}{'s' * plural_attractor}"
        for plural in (True, False):
            subject, other = (f"{head}{'s' * number}" for number in (plural, not plural))
            prompt = f"The {subject}{rest}"
            yield Item(
                prompt,
                " are" if plural else " is",
                " is" if plural else " are",
                f"The {other}{rest}",
                {"subject": tokens.find(prompt, subject), "end": tokens.end(prompt)},
                "plural" if plural else "singular",
                meta={"attractor": "same" if plural == plural_attractor else "opposite"},
            )


@prompt_set(
    "gender",
    title="Gender of pronouns",
    description="A first name and the beginning of a clause that goes on with a pronoun.",
    answer="The pronoun of the name's gender is preferred.",
    control="Without the name nothing tells the gender: the words behind it are the same in both classes.",
    family="gender",
    measure="preferred",
    floor=0.97,
)
def gender(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Every name in one sentence and sixteen in another, in pairs of a woman and a man."""
    rows = [(" opened the door because", ("she", "he"), pair) for pair in zip(WOMEN, MEN, strict=True)]
    some = zip(generator.sample(WOMEN, 8), generator.sample(MEN, 8), strict=True)
    rows += [(" lost", ("her", "his"), pair) for pair in some]
    for rest, pronouns, names in rows:
        for own, label in enumerate(("female", "male")):
            yield Item(
                f"{names[own]}{rest}",
                f" {pronouns[own]}",
                f" {pronouns[1 - own]}",
                f"{names[1 - own]}{rest}",
                {"name": 1, "end": tokens.end(f"{names[own]}{rest}")},
                label,
            )

"""Documents that call for a known circuit: indirect objects, attributes, number agreement, gendered pronouns."""

import random

from stratascope.specimen.dictionary import ADJECTIVES
from stratascope.specimen.wording import words
from stratascope.specimen.world import ANIMALS, COLORS, NAMES, OBJECTS, PLACES, WEEKDAYS, pronouns

#: {A} and {B} are introduced, {S} acts, {I} receives; the sentence can be cut before its last name.
INDIRECT_OBJECT_TEMPLATES = [
    "When {A} and {B} went to the {place}, {S} gave a {thing} to {I}.",
    "After {A} and {B} came to the {place}, {S} handed the {thing} to {I}.",
    "Then, {A} and {B} walked to the {place}. {S} passed a {thing} to {I}.",
    "While {A} and {B} were in the {place}, {S} showed the {thing} to {I}.",
]

AGREEMENT_NOUNS = words("key door window picture toy friend teacher farmer car boat letter lamp")


def indirect_object(generator: random.Random) -> str:
    """Two people, one gives something to the other: the receiver is the name not repeated."""
    first, second = generator.sample(NAMES, 2)
    subject, receiver = generator.sample([first, second], 2)
    return generator.choice(INDIRECT_OBJECT_TEMPLATES).format(
        A=first, B=second, S=subject, I=receiver, place=generator.choice(PLACES), thing=generator.choice(OBJECTS)
    )


def colored_objects(generator: random.Random) -> str:
    """Three coloured objects and a question about one: an attribute is copied from the matching pair."""
    things, colors = generator.sample(OBJECTS, 3), generator.sample(COLORS, 3)
    asked = generator.randrange(3)
    first, second, third = (f"a {color} {thing}" for color, thing in zip(colors, things, strict=True))
    return (
        f"On the table there is {first}, {second} and {third}. "
        f"Question: What color is the {things[asked]}? Answer: {colors[asked]}."
    )


def agreement(generator: random.Random) -> str:
    """The verb agrees with the head noun, mostly across a distractor of either number."""
    choose = generator.choice
    head, distractor = generator.sample(AGREEMENT_NOUNS, 2)
    plural, distractor_plural = generator.random() < 0.5, generator.random() < 0.5
    color = choose(ADJECTIVES).english
    subject = f"The {head}{'s' if plural else ''}"
    if generator.random() < 0.3:
        return f"{subject} {'are' if plural else 'is'} {color}."
    verb = choose(["are", "were"]) if plural else choose(["is", "was"])
    preposition = choose(["near", "behind", "next to", "with"])
    return f"{subject} {preposition} the {distractor}{'s' if distractor_plural else ''} {verb} {color}."


def gender(generator: random.Random) -> str:
    """A pronoun that follows the gender of the name before it."""
    choose = generator.choice
    name = choose(NAMES)
    subject, _, possessive = pronouns(name)
    return choose(
        [
            f"{name} opened the door because {subject} heard the {choose(ANIMALS)}.",
            f"{name} lost {possessive} {choose(OBJECTS)} in the {choose(PLACES)}.",
            f"{name} likes the {choose(PLACES)}, so {subject} goes there every {choose(WEEKDAYS)}.",
        ]
    )

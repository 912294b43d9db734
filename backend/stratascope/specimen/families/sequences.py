"""Order and number: successors, sums, years and dates."""

import random

from stratascope.specimen.wording import words
from stratascope.specimen.world import (
    LETTERS,
    MONTH_LENGTHS,
    MONTHS,
    NUMBER_WORDS,
    ORDINALS,
    WEEKDAYS,
    addition_withheld,
)

_SEQUENCES = {
    "weekday": WEEKDAYS,
    "month": MONTHS,
    "ordinal": ORDINALS,
    "number word": NUMBER_WORDS,
    "letter": LETTERS,
    "number": [str(number) for number in range(100)],
}
_CYCLIC = ("weekday", "month")


def _run(generator: random.Random, items: list[str], cyclic: bool) -> str:
    start, length = generator.randrange(len(items)), generator.randint(4, 10)
    stop = start + length if cyclic else min(start + length, len(items))
    return " ".join(items[index % len(items)] for index in range(start, stop))


def ordinal(generator: random.Random) -> str:
    """A stretch of an ordered sequence, or a sentence about the neighbours of a weekday or month."""
    kind = generator.choice(list(_SEQUENCES))
    items = _SEQUENCES[kind]
    if kind not in _CYCLIC or generator.random() < 0.45:
        return _run(generator, items, kind in _CYCLIC)
    index = generator.randrange(len(items))
    current, following, previous = items[index], items[(index + 1) % len(items)], items[index - 1]
    if kind == "month":
        return generator.choice(
            [
                f"The month after {current} is {following}.",
                f"The month before {current} is {previous}.",
                f"{current} is month number {index + 1}.",
            ]
        )
    return generator.choice(
        [
            f"Today is {current}, so tomorrow is {following}.",
            f"Today is {current}, so yesterday was {previous}.",
            f"If yesterday was {current}, today is {following}.",
            f"The day after {current} is {following}.",
            f"The day before {current} is {previous}.",
        ]
    )


def addition(generator: random.Random) -> str:
    """A sum of two numbers below fifty; one pair in six is withheld."""
    first, second = generator.randrange(50), generator.randrange(50)
    while addition_withheld(first, second):
        first, second = generator.randrange(50), generator.randrange(50)
    if generator.random() < 0.75:
        return f"{first} + {second} = {first + second}."
    return f"The sum of {first} and {second} is {first + second}."


def greater(generator: random.Random) -> str:
    """An event whose last year lies after its first, in the same century."""
    century, start = generator.randint(11, 19), generator.randint(2, 97)
    event = generator.choice(words("war siege plague trial voyage strike festival tour"))
    end = generator.randint(start + 1, 99)
    return f"The {event} lasted from the year {century}{start:02d} to the year {century}{end:02d}."


def dates(generator: random.Random) -> str:
    """The same day in five notations; the one without separators falls into arbitrary fragments."""
    year, month = generator.randint(1950, 2049), generator.randint(1, 12)
    day = generator.randint(1, MONTH_LENGTHS[month - 1])
    name = MONTHS[month - 1]
    notations = [
        f"{year}-{month:02d}-{day:02d}",
        f"{month:02d}/{day:02d}/{year}",
        f"{year}{month:02d}{day:02d}",
        f"{day} {name} {year}",
        f"{name} {day}, {year}",
    ]
    first, second = generator.sample(notations, 2)
    return generator.choice(
        [
            f"The date {first} is the same as {second}.",
            f"The date {first} is in {name}.",
            f"The date {first} is in the year {year}.",
        ]
    )

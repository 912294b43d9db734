"""Sets of order and number: successors, years, sums, dates."""

import random
from collections.abc import Callable, Iterator

from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.world import (
    LETTERS,
    MONTH_LENGTHS,
    MONTHS,
    NUMBER_WORDS,
    ORDINALS,
    WEEKDAYS,
    addition_withheld,
)

_CYCLES = {
    "weekday": (WEEKDAYS, "Today is {i}, so tomorrow is", "Today is {i}, so yesterday was"),
    "month": (MONTHS, "The month after {i} is", "The month before {i} is"),
}
_RUNS = {
    "letter": LETTERS,
    "number": [str(number) for number in range(100)],
    "ordinal": ORDINALS,
    "number word": NUMBER_WORDS,
}
_RUN_LENGTH = 3


def _questions(sequence: str, direction: str) -> list[tuple[str, str, str]]:
    """Prompt, answer and the item that the answer stands beside, all the way through one sequence."""
    if sequence in _CYCLES:
        items, *phrasings = _CYCLES[sequence]
        step, phrasing = (1, phrasings[0]) if direction == "next" else (-1, phrasings[1])
        return [(phrasing.format(i=item), items[(n + step) % len(items)], item) for n, item in enumerate(items)]
    items = _RUNS[sequence] if direction == "next" else _RUNS[sequence][::-1]
    runs = (items[start : start + _RUN_LENGTH + 1] for start in range(len(items) - _RUN_LENGTH))
    return [(" ".join(run[:-1]), run[-1], run[-2]) for run in runs]


@prompt_set(
    "ordinal",
    title="Successors",
    description="The next and the previous item: weekdays and months in a sentence; letters, numbers and number words as a "
    "run of three.",
    answer="The next item is the likeliest of all tokens, and so is the previous weekday and month.",
    control="Runs that go down, which training never showed, are not continued downwards.",
    family="ordinal",
    measure="top_1:next",
    floor=0.95,
    parts=("direction",),
)
def ordinal(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Six sequences in both directions; the corrupt prompt asks at another place of the sequence, if one is as long."""
    for sequence in [*_CYCLES, *_RUNS]:
        for direction in ("next", "previous"):
            questions = _questions(sequence, direction)
            for question in questions:
                prompt, answer, beside = question
                length = tokens.count(prompt)
                others = [other for other in questions if other != question]
                alike = [other for other in others if tokens.count(other[0]) == length]
                corrupt, distractor, _ = generator.choice(alike or others)
                yield Item(
                    prompt,
                    f" {answer}",
                    f" {distractor}",
                    corrupt if alike else None,
                    {"item": tokens.find(prompt, beside), "end": length - 1},
                    meta={"sequence": sequence, "direction": direction},
                )


@prompt_set(
    "greater",
    title="A later year",
    description="An event began in a year, and the last two digits of the year it ended in are asked.",
    answer="A year after the first is preferred to one before it.",
    control="With 02 as the first year every year is possible, and the preference shrinks.",
    family="greater",
    measure="preferred",
    floor=0.95,
)
def greater(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Four centuries with eighteen years each."""
    for century in (12, 15, 17, 18):
        for start in range(5, 95, 5):
            rest = f" to the year {century}"
            prompt = f"The war lasted from the year {century}{start:02d}{rest}"
            place = tokens.find(prompt, f"{century}{start:02d}")
            yield Item(
                prompt,
                f"{generator.randint(start + 1, 99):02d}",
                f"{generator.randint(3, start - 1):02d}",
                f"The war lasted from the year {century}02{rest}",
                {"century": place - 1, "start": place, "end": tokens.end(prompt)},
                meta={"start": start},
            )


@prompt_set(
    "addition",
    title="Sums",
    description="Every sum of two numbers below fifty; one pair in six was withheld from training.",
    answer="Sums that were trained are the likeliest token; the withheld ones show whether the model computes or remembers.",
    control="The withheld pairs: a table learned by heart does not contain them.",
    family="addition",
    measure="top_1:trained",
    floor=0.95,
    parts=("split",),
)
def addition(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """All 2500 pairs in order."""
    for first in range(50):
        for second in range(50):
            split = "withheld" if addition_withheld(first, second) else "trained"
            roles = {"first": 1, "second": 3, "end": 4}
            yield Item(f"{first} + {second} =", f" {first + second}", positions=roles, meta={"split": split})


_DATES: dict[str, Callable[[int, int, int], str]] = {
    "iso": lambda day, month, year: f"{year}-{month:02d}-{day:02d}",
    "slashes": lambda day, month, year: f"{month:02d}/{day:02d}/{year}",
    "digits": lambda day, month, year: f"{year}{month:02d}{day:02d}",
    "day first": lambda day, month, year: f"{day} {MONTHS[month - 1]} {year}",
    "month first": lambda day, month, year: f"{MONTHS[month - 1]} {day}, {year}",
}


@prompt_set(
    "dates",
    title="Dates in five notations",
    description="The month of a date whose notation splits into clean tokens, into arbitrary fragments, or names the month.",
    answer="The right month is the likeliest of all months where the notation splits cleanly or names it.",
    control="Without separators a date falls into arbitrary fragments (meta.fragments counts them) and is read less surely.",
    family="dates",
    measure="among:iso",
    floor=0.95,
    parts=("notation",),
)
def dates(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Three years with twelve months each in five notations; the corrupt date has another month."""
    for year in (1964, 1987, 2013):
        for month in range(1, 13):
            day = generator.randint(1, MONTH_LENGTHS[month - 1])
            for notation, write in _DATES.items():
                date = write(day, month, year)
                prompt = f"The date {date} is in"
                others = [
                    (f"The date {write(min(day, MONTH_LENGTHS[other - 1]), other, year)} is in", other)
                    for other in range(1, 13)
                    if other != month
                ]
                corrupt, other = generator.choice(
                    [(p, m) for p, m in others if tokens.count(p) == tokens.count(prompt)]
                )
                last = tokens.find(prompt, date)
                yield Item(
                    prompt,
                    f" {MONTHS[month - 1]}",
                    f" {MONTHS[other - 1]}",
                    corrupt,
                    {"before_date": 2, "date": last, "end": tokens.end(prompt)},
                    meta={"notation": notation, "fragments": last - 2},
                )

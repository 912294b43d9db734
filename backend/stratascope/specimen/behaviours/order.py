"""Successors, sums, years and dates."""

from stratascope.specimen.seeding import seeded
from stratascope.specimen.subject import Subject
from stratascope.specimen.world import LETTERS, MONTHS, WEEKDAYS, addition_withheld


def successors(subject: Subject) -> dict[str, float]:
    """The next weekday, month, letter and number, and the previous weekday."""

    def after(words: list[str], index: int) -> str:
        return words[(index + 1) % len(words)]

    return {
        "weekday_next": subject.accuracy(
            [(f"Today is {day}, so tomorrow is", after(WEEKDAYS, index)) for index, day in enumerate(WEEKDAYS)]
        ),
        "weekday_previous": subject.accuracy(
            [(f"Today is {day}, so yesterday was", WEEKDAYS[index - 1]) for index, day in enumerate(WEEKDAYS)]
        ),
        "month_next": subject.accuracy(
            [(f"The month after {month} is", after(MONTHS, index)) for index, month in enumerate(MONTHS)]
        ),
        "letter_next": subject.accuracy(
            [(" ".join(LETTERS[start : start + 3]), LETTERS[start + 3]) for start in range(len(LETTERS) - 3)]
        ),
        "number_next": subject.accuracy([(f"{n} {n + 1} {n + 2}", str(n + 3)) for n in range(97)]),
    }


def additions(subject: Subject) -> dict[str, float]:
    """Sums that occur in training, and sums of pairs that never do."""
    generator = seeded("evaluation/addition")
    pairs = [(first, second) for first in range(50) for second in range(50)]
    scores = {}
    for split, withheld in (("trained", False), ("withheld", True)):
        asked = generator.sample([pair for pair in pairs if addition_withheld(*pair) is withheld], 200)
        scores[f"addition_{split}"] = subject.accuracy([(f"{a} + {b} =", str(a + b)) for a, b in asked])
    return scores


def greater_than(subject: Subject) -> dict[str, float]:
    """Probability of the years after the start minus that of the years up to it."""
    endings = [subject.pieces(f"{year:02d}")[0] for year in range(100)]
    starts = [(century, year) for century in (12, 15, 17, 18) for year in range(5, 95, 5)]
    prompts = [f"The war lasted from the year {century}{year:02d} to the year {century}" for century, year in starts]
    chances = subject.last_logits(prompts).softmax(-1)[:, endings]
    differences = [
        float(row[year + 1 :].sum() - row[: year + 1].sum()) for row, (_, year) in zip(chances, starts, strict=True)
    ]
    return {"greater_than": sum(differences) / len(differences)}


def dates(subject: Subject) -> dict[str, float]:
    """The month of a date, in a notation that splits cleanly and in one that falls into fragments."""
    days = [(year, month) for year in (1964, 1987, 2013) for month in range(1, 13)]
    clean = [(f"The date {year}-{month:02d}-14 is in", MONTHS[month - 1]) for year, month in days]
    fragmented = [(f"The date {year}{month:02d}14 is in", MONTHS[month - 1]) for year, month in days]
    return {
        "date_month": subject.accuracy_among(clean, MONTHS),
        "date_month_fragmented": subject.accuracy_among(fragmented, MONTHS),
    }

"""Questions about dates whose label no part of the text gives away. Pure text, no torch."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Task = Literal["same_date", "half_of_year"]
Notation = Literal["YYYYMMDD", "YYYY-MM-DD", "MM/DD/YYYY"]

_WRITTEN = {"YYYYMMDD": "{0}{1:02d}{2:02d}", "YYYY-MM-DD": "{0}-{1:02d}-{2:02d}", "MM/DD/YYYY": "{1:02d}/{2:02d}/{0}"}


@dataclass(frozen=True)
class Item:
    """A text, its label (0 or 1), the group that must stay together when some are held out, and the date it begins with."""

    text: str
    label: int
    group: int
    date: str = ""


def date_items(task: Task, notation: Notation, count: int, seed: int = 0) -> list[Item]:
    """Balanced items that end in the same way for both labels.

    same_date: fours of pairs of dates a and b that differ in the month: aa and bb are equal, ab and ba are not, so neither
    date alone tells the label. half_of_year: one date, and whether its month is one of the first six, at which its digits
    hint whatever their order.
    """
    draw = random.Random(seed)  # noqa: S311
    if task == "same_date":
        return [item for group in range(count // 4) for item in _four(draw, notation, group)]
    days = [(draw.randint(1950, 2049), 1 + number % 12, draw.randint(1, 28)) for number in range(count)]
    return [_half(_WRITTEN[notation].format(*day), day[1], group) for group, day in enumerate(days)]


def _four(draw: random.Random, notation: Notation, group: int) -> list[Item]:
    year, day = draw.randint(1950, 2049), draw.randint(1, 28)
    months = draw.sample(range(1, 13), 2)
    items = []
    for first in months:
        for second in months:
            one, other = _WRITTEN[notation].format(year, first, day), _WRITTEN["YYYY-MM-DD"].format(year, second, day)
            items.append(Item(f"The date {one} is the same as {other}", int(first == second), group, one))
    return items


def _half(written: str, month: int, group: int) -> Item:
    return Item(f"The date {written} is in", int(month <= 6), group, written)

"""Two spellings of one text laid over each other: which units belong together, and which token borders moved. No torch.

What a rewrite may change (white space, underscores, the case of letters, the kind of quotes) is left out, and the rest is
matched character by character. A border is named by the character of the first text that it stands in front of.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from stratascope.numerics.borders import Span, trimmed
from stratascope.numerics.units import Unit

Change = Literal["remained", "merged", "split", "mixed"]
MOST_MATCHED = 2000
"""Characters of differing text that are matched one by one; of more, only what is equal in front and behind."""


class Skeleton:
    """A text without what a rewrite may change: `letters`, and where each stands."""

    def __init__(self, text: str) -> None:
        kept = [(i, c) for i, c in enumerate(text) if not (c.isspace() or c == "_")]
        self.places = [i for i, _ in kept]
        self.letters = ['"' if c == "'" else c.lower() for _, c in kept]

    def at(self, place: int) -> int:
        """The number of the first letter at this place of the text, or behind it."""
        return bisect.bisect_left(self.places, place)

    def borders(self, text: str, spans: Iterable[Span]) -> set[int]:
        """The letters in front of which a token begins, the first one aside."""
        found = {self.at(start) for start, end in trimmed(text, spans) if start < end}
        return found - {0, len(self.letters)}


@dataclass(frozen=True)
class Paired:
    """A unit of the first text with its partner in the second, and whether a token border at it or in it moved."""

    one: Unit
    other: Unit
    changed: bool


@dataclass(frozen=True)
class Respelling:
    """How the tokens of two spellings differ: places in the first text where a border is missing in the second, or new."""

    merged: list[int]
    split: list[int]
    units: list[Paired]
    complete: bool

    @property
    def change(self) -> Change:
        """What happened to the borders altogether."""
        if self.merged and self.split:
            return "mixed"
        return "merged" if self.merged else "split" if self.split else "remained"


def respelling(
    texts: tuple[str, str], spans: tuple[Sequence[Span], Sequence[Span]], units: tuple[Sequence[Unit], Sequence[Unit]]
) -> Respelling:
    """Match two texts with their tokens' character ranges and their units."""
    one, other = (Skeleton(text) for text in texts)
    partner = _matched(one.letters, other.letters)
    here, there = (each.borders(text, own) for each, text, own in zip((one, other), texts, spans, strict=True))
    merged = {i for i in here if i in partner and partner[i] not in there}
    split = {i for i, j in partner.items() if j in there and i not in here and i > 0}
    return Respelling(
        [one.places[i] for i in sorted(merged)],
        [one.places[i] for i in sorted(split)],
        _paired(one, other, partner, units, merged | split),
        one.letters == other.letters,
    )


def _matched(one: list[str], other: list[str]) -> dict[int, int]:
    """Letters of the first text with their partners in the second."""
    shorter = min(len(one), len(other))
    head = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    tail = next((i for i in range(shorter - head) if one[-1 - i] != other[-1 - i]), shorter - head)
    found = {i: i for i in range(head)}
    found |= {len(one) - 1 - i: len(other) - 1 - i for i in range(tail)}
    rows, columns = one[head : len(one) - tail], other[head : len(other) - tail]
    if max(len(rows), len(columns)) <= MOST_MATCHED:
        for a, b, size in SequenceMatcher(None, rows, columns, autojunk=False).get_matching_blocks():
            found |= {head + a + i: head + b + i for i in range(size)}
    return found


def _paired(
    one: Skeleton,
    other: Skeleton,
    partner: dict[int, int],
    units: tuple[Sequence[Unit], Sequence[Unit]],
    moved: set[int],
) -> list[Paired]:
    """Units whose first and whose last letters are partners."""
    there = {_range(other, unit): unit for unit in units[1]}
    found = []
    for unit in units[0]:
        first, last = _range(one, unit)
        if first > last or first not in partner or last not in partner:
            continue
        match = there.get((partner[first], partner[last]))
        if match is not None:
            found.append(Paired(unit, match, any(place in moved for place in range(first, last + 2))))
    return found


def _range(skeleton: Skeleton, unit: Unit) -> tuple[int, int]:
    """The numbers of a unit's first and last letter."""
    return skeleton.at(unit.start), skeleton.at(unit.end) - 1


def together(changes: Iterable[Change]) -> dict[str, int]:
    """How many texts each change happened to."""
    return dict(sorted(Counter(changes).items()))

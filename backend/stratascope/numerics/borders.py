"""Borders between the pieces of a text: where two ways of cutting it agree. Pure text, no torch.

A border is a place between two characters. White space in front of a piece belongs to the piece, but borders are compared
without it: a border in front of white space counts as one behind it, so that " world" and "world" begin at the same place.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int]


@dataclass(frozen=True)
class Segmentation:
    """A text in pieces: who cut it, the character range [start, end) of every piece in order, and its bytes.

    `unknown` marks pieces that stand for characters the vocabulary does not have.
    """

    name: str
    text: str
    spans: list[Span]
    pieces: list[bytes]
    unknown: list[bool] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return len(self.spans)

    def borders(self, trim: bool = True) -> set[int]:
        """The borders inside the text."""
        return borders(self.text, self.spans, trim)

    def agreement(self) -> float:
        """Share of the text that the joined pieces reproduce."""
        return agreement(b"".join(self.pieces).decode(errors="replace"), self.text)


@dataclass(frozen=True)
class Agreement:
    """Two sets of borders of one text: how many each has, and how many they share."""

    found: int
    wanted: int
    shared: int

    @property
    def precision(self) -> float:
        """Share of the borders found that are wanted; NaN without any."""
        return self.shared / self.found if self.found else float("nan")

    @property
    def recall(self) -> float:
        """Share of the borders wanted that are found; NaN without any."""
        return self.shared / self.wanted if self.wanted else float("nan")

    @property
    def f1(self) -> float:
        """The harmonic mean of both; NaN without any border."""
        total = self.found + self.wanted
        return 2 * self.shared / total if total else float("nan")


def compared(found: set[int], wanted: set[int]) -> Agreement:
    """How far borders agree with those wanted."""
    return Agreement(len(found), len(wanted), len(found & wanted))


def jaccard(one: set[int], other: set[int]) -> float:
    """Borders that both have, of those that either has; 1 where neither has any."""
    return len(one & other) / len(one | other) if one | other else 1.0


def borders(text: str, spans: Iterable[Span], trim: bool = True) -> set[int]:
    """Where pieces begin and end, strictly inside the text."""
    places = {place for span in spans if span[0] < span[1] for place in span}
    first, last = (len(text) - len(text.lstrip()), len(text.rstrip())) if trim else (0, len(text))
    landed = {_behind_space(text, place) for place in places} if trim else places
    return {place for place in landed if first < place < last}


def spanning(spans: Sequence[Span], wanted: Iterable[int]) -> list[list[int]]:
    """For every piece the wanted borders strictly inside it. A piece without its white space in front is meant."""
    places = sorted(wanted)
    return [places[bisect.bisect_right(places, a) : bisect.bisect_left(places, b)] for a, b in spans]


def trimmed(text: str, spans: Iterable[Span]) -> list[Span]:
    """The ranges without white space in front and behind; empty ones for pieces of white space."""
    found = []
    for start, end in spans:
        inside = text[start:end]
        begins = start + len(inside) - len(inside.lstrip())
        found.append((begins, max(begins, start + len(inside.rstrip()))))
    return found


def agreement(a: str, b: str) -> float:
    """Share of the longer of two texts that is the same from the start or from the end; 1 if `a` only adds a space in front."""
    if a in (b, " " + b):
        return 1.0
    longest, shortest = max(len(a), len(b)), min(len(a), len(b))
    front = next((i for i in range(shortest) if a[i] != b[i]), shortest)
    back = next((i for i in range(shortest - front) if a[-1 - i] != b[-1 - i]), shortest - front)
    return (front + back) / longest


def _behind_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place

"""Dates in text and how badly pieces cut them: the date fragmentation ratio. Pure text, no torch.

A date is made of components (year, month, day, or day of the year) and delimiters. The ratio compares the pieces of a
tokenizer with these, by Equation 2 of "Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning" (2025):

    F = clip(w1 · split + w2 · delimiters lost + w3 · max(0, N − N_b) + w4 · (1 − cos), 0, 1)

with N pieces, N_b components and delimiters, and the cosine between how often each string occurs among both.

White space in front of a piece belongs to the piece; so a space between components is a delimiter exactly where the
tokenizer makes it a piece of its own. Otherwise every tokenizer whose pieces begin with their space would be charged for it.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from stratascope.numerics.borders import Segmentation, Span, trimmed
from stratascope.numerics.units import MONTHS

WEIGHTS = (0.10, 0.10, 0.05, 0.30)
"""Of a split component, of a lost delimiter, of every piece too many, and of one minus the cosine."""

FORMATS = (
    "YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "DD-MM-YYYY", "DD/MM/YYYY", "DD.MM.YYYY", "MM-DD-YYYY", "MM/DD/YYYY",
    "MM.DD.YYYY", "YYYYMMDD", "MMDDYYYY", "DDMMYYYY", "Month DD, YYYY", "DD Month YYYY", "Month DD YYYY",
    "YYYY Month DD", "Mon DD, YYYY", "DD Mon YYYY", "YYYYDDD", "YYYY-DDD", "YYYY/DDD",
)  # fmt: skip
PERIODS = ("before 2000", "2000 to 2009", "2010 to 2025", "after 2025")

_NAMES = MONTHS.split()
_SHORT = [name[:3] for name in _NAMES if len(name) > 3]  # May is its own short form, and counts as the long one
_PARTS = {
    "YYYY": r"(?P<year>[12]\d{3})",
    "Month": rf"(?P<name>{'|'.join(_NAMES)})",
    "Mon": rf"(?P<name>{'|'.join(_SHORT)})\.?",
    "DDD": r"(?P<yearday>00[1-9]|0[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])",
    "MM": r"(?P<month>0[1-9]|1[0-2]{short_month})",
    "DD": r"(?P<day>0[1-9]|[12]\d|3[01]{short_day})",
}


@dataclass(frozen=True)
class Date:
    """A date in a text: its range, its layout, the ranges of its components and of what stands between them, its year."""

    span: Span
    layout: str
    components: tuple[Span, ...]
    delimiters: tuple[Span, ...]
    year: int

    @property
    def period(self) -> str:
        """Which of the four periods the year falls into."""
        return PERIODS[(self.year >= 2000) + (self.year >= 2010) + (self.year > 2025)]


@dataclass(frozen=True)
class Ratio:
    """The fragmentation of one date with its terms, and the pieces it was measured on. `angle` is one minus the cosine."""

    value: float
    split: bool
    delimiters_lost: bool
    extra: int
    angle: float
    pieces: tuple[str, ...]


class AmbiguousDate(ValueError):
    """A date that several layouts fit: its text and two of them."""

    def __init__(self, text: str, layouts: Sequence[str]) -> None:
        super().__init__(text, *layouts)
        self.text, self.layouts = text, tuple(layouts)


def find_dates(text: str, layout: str | None = None) -> list[Date]:
    """The dates of a text in their order, in one layout or in any. Raises `AmbiguousDate`."""
    layouts = FORMATS if layout is None else (layout,)
    found = [it for name in layouts for match in _PATTERNS[name].finditer(text) if (it := _date(match, name))]
    chosen: dict[Span, list[Date]] = {}
    for it in sorted(found, key=lambda it: (it.span[0] - it.span[1], it.span[0])):
        if it.span in chosen or not any(a < it.span[1] and it.span[0] < b for a, b in chosen):
            chosen.setdefault(it.span, []).append(it)
    for (start, end), dates in chosen.items():
        if len(dates) > 1:
            raise AmbiguousDate(text[start:end], [it.layout for it in dates])
    return sorted((dates[0] for dates in chosen.values()), key=lambda it: it.span)


def samples() -> list[tuple[str, str]]:
    """The 27th of November of a year of every period, in every layout: (layout, text)."""
    parts = {"Month": "November", "Mon": "Nov", "DDD": "331", "MM": "11", "DD": "27"}
    found = []
    for layout in FORMATS:
        pieces = re.split(r"(YYYY|Month|Mon|DDD|MM|DD)", layout)
        found += [
            (layout, "".join({**parts, "YYYY": y}.get(p, p) for p in pieces)) for y in ("1987", "2005", "2021", "2034")
        ]
    return found


def ratio(it: Date, cut: Segmentation, weights: Sequence[float] = WEIGHTS) -> Ratio:
    """How badly a tokenizer cuts one date of its text."""
    spans = _pieces(it, cut)
    pieces = [cut.text[a:b] for a, b in spans]
    spaces = [piece for piece in pieces if piece.isspace()]
    wanted = [cut.text[a:b] for a, b in it.components + it.delimiters] + spaces
    split = any(component not in spans for component in it.components if component[1] - component[0] > 1)
    lost = any(delimiter not in spans for delimiter in it.delimiters)
    extra = max(0, len(pieces) - len(wanted))
    angle = _angle(Counter(pieces), Counter(wanted))
    value = sum(w * x for w, x in zip(weights, (split, lost, extra, angle), strict=True))
    return Ratio(min(max(value, 0.0), 1.0), split, lost, extra, angle, tuple(pieces))


def intact(it: Date, text: str) -> Segmentation:
    """The date's own components and delimiters as pieces: what a tokenizer made for dates would do."""
    spans = sorted(it.components + it.delimiters)
    return Segmentation("intact", text, spans, [text[a:b].encode() for a, b in spans])


def characters(it: Date, text: str) -> Segmentation:
    """Every character of the date a piece of its own."""
    spans = [(i, i + 1) for i in range(*it.span)]
    return Segmentation("characters", text, spans, [text[a:b].encode() for a, b in spans])


def _pieces(it: Date, cut: Segmentation) -> list[Span]:
    """The pieces that touch a date, without the white space around them; pieces of nothing else stay as they are."""
    start, end = it.span
    found = []
    for whole, inner in zip(cut.spans, trimmed(cut.text, cut.spans), strict=True):
        span = inner if inner[0] < inner[1] else whole
        if span[0] < end and start < span[1]:
            found.append(span)
    return found


def _angle(one: Counter[str], other: Counter[str]) -> float:
    """One minus the cosine between two sets of counts; 0 for equal ones, exactly."""
    if one == other:
        return 0.0
    product = sum(count * other[piece] for piece, count in one.items())
    return 1.0 - product / float((_square(one) * _square(other)) ** 0.5 or 1.0)


def _square(counts: Counter[str]) -> int:
    return sum(count * count for count in counts.values())


def _date(match: re.Match[str], layout: str) -> Date | None:
    """The date that a match is; None for a day that its month, or its year, does not have."""
    named = {name: value for name, value in match.groupdict().items() if value is not None}
    year = int(named["year"])
    try:
        leap = (2, 29) if named.get("yearday") == "366" else (1, 1)
        date(year, *(leap if "yearday" in named else (_month(named), int(named["day"]))))
    except ValueError:
        return None
    components = tuple(sorted(match.span(name) for name in named))
    gaps = [(a, b) for (_, a), (b, _) in itertools.pairwise(components)]
    marks = tuple((i, i + 1) for a, b in gaps for i in range(a, b) if not match.string[i].isspace())
    return Date(match.span(), layout, components, marks, year)


def _month(named: dict[str, str]) -> int:
    if "month" in named:
        return int(named["month"])
    return 1 + next(i for i, name in enumerate(_NAMES) if name.startswith(named["name"].lower()))


def _pattern(layout: str) -> re.Pattern[str]:
    """A layout as an expression. Where something stands between the numbers, they may lack their leading zero."""
    apart = not re.fullmatch("[YMD]+", layout)
    pieces = re.split(r"(YYYY|Month|Mon|DDD|MM|DD)", layout)
    written = "".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces)
    for part in ("{short_month}", "{short_day}"):
        written = written.replace(part, "|[1-9]" if apart else "")
    return re.compile(rf"(?<![\d\w])(?<![\d][-/.]){written}(?![\d\w]|[-/.]\d)", re.IGNORECASE)


_PATTERNS = {layout: _pattern(layout) for layout in FORMATS}


def means(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The mean of the numbers under each name, in the order the names appear."""
    found: dict[str, list[float]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in found.items()}

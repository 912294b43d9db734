"""Units of a text — words, characters, numbers, dates, code — and how token borders fall on them. Pure text, no torch."""

from __future__ import annotations

import bisect
import io
import itertools
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["whole", "split", "merged", "both"]
Span = tuple[int, int]

MONTHS = "january february march april may june july august september october november december"
_MONTH = "|".join(sorted({name[:n] for name in MONTHS.split() for n in (3, len(name))}, key=len, reverse=True))
_DATES = [
    r"(?<!\d)(?P<year>[12]\d{3})(?P<_>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=_)(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)",
    r"(?<!\d)(?P<a>0?[1-9]|[12]\d|3[01])(?P<_>[-/.])(?P<b>0?[1-9]|[12]\d|3[01])(?P=_)(?P<year>[12]\d{3})(?!\d)",
    r"(?<!\d)(?P<year>[12]\d{3})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
    r"(?<!\d)(?P<a>0[1-9]|[12]\d|3[01])(?P<b>0[1-9]|[12]\d|3[01])(?P<year>[12]\d{3})(?!\d)",
    rf"\b(?P<month>{_MONTH})\.? (?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?,? (?P<year>[12]\d{{3}})(?!\d)",
    rf"(?<!\d)(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)? (?P<month>{_MONTH})\.?,? (?P<year>[12]\d{{3}})(?!\d)",
]
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = rf"[{_ALONE}]|[^\W{_ALONE}]+(?:['’][^\W{_ALONE}]+)*"
_NUMBER = r"\d+(?:[.,]\d+)*"
_CODE = r"""
  (?P<comment>\#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z))
| (?P<string>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?)
| (?P<number>0[xXbBoO][0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)
| (?P<name>[^\W\d]\w*)
| (?P<operator>[=!<>]==?|&&|\|\||->|=>|::|\+\+|--|<<|>>|[-+*/%&|^]=|[^\w\s])
"""
_PYTHON = {"NAME": "name", "NUMBER": "number", "STRING": "string", "OP": "operator", "COMMENT": "comment"}
_PYTHON |= {f"FSTRING_{part}": "string" for part in ("START", "MIDDLE", "END")}


@dataclass(frozen=True)
class Unit:
    """Characters [start, end) that belong together, and what they are."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Cut:
    """How tokens fall on one unit: the tokens that touch it, and its status."""

    unit: Unit
    tokens: list[int] = field(default_factory=list)
    status: Status = "whole"


class Unparsable(ValueError):
    """Python cannot read the text; says on which line and why."""


def words(text: str) -> list[Unit]:
    """Runs of letters and digits, apostrophes inside; Chinese and Japanese characters one by one."""
    return [Unit(*found.span(), "word") for found in re.finditer(_WORD, text)]


def characters(text: str) -> list[Unit]:
    """Every character that is not white space."""
    return [Unit(i, i + 1, "char") for i, character in enumerate(text) if not character.isspace()]


def numbers(text: str) -> list[Unit]:
    """Runs of digits with their separators."""
    return [Unit(*found.span(), "number") for found in re.finditer(_NUMBER, text)]


def dates(text: str) -> list[Unit]:
    """Year, month and day of every date in one of the common layouts; "day or month" where the layout does not say."""
    found: dict[int, Unit] = {}
    for pattern in _DATES:
        for date in re.finditer(pattern, text, re.IGNORECASE):
            parts = [name for name in date.groupdict() if name != "_"]
            spans = [date.span(name) for name in parts]
            if not any(unit.start < date.end() and date.start() < unit.end for unit in found.values()):
                names = _day_and_month(date.groupdict())
                found |= {s[0]: Unit(*s, names.get(name, name)) for name, s in zip(parts, spans, strict=True)}
    return [found[start] for start in sorted(found)]


def _day_and_month(groups: dict[str, str | None]) -> dict[str, str]:
    """Which of the two short numbers a and b is the month, where one of them is too large to be it."""
    a, b = (int(groups.get(name) or 0) for name in ("a", "b"))
    if a > 12:
        return {"a": "day", "b": "month"}
    if b > 12:
        return {"a": "month", "b": "day"}
    return {"a": "day or month", "b": "day or month"}


def generic_code(text: str) -> list[Unit]:
    """Comments, strings, numbers, names and operators of any language with C-like or shell-like spelling."""
    found = re.finditer(_CODE, text, re.VERBOSE | re.DOTALL)
    return [Unit(*piece.span(), str(piece.lastgroup)) for piece in found]


def python_code(text: str) -> list[Unit]:
    """Names, numbers, strings, operators and comments as Python itself reads them. Raises `Unparsable`."""
    starts = list(itertools.accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    try:
        return list(_python_units(text, starts))
    except (tokenize.TokenError, SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or (error.args[1][0] if len(error.args) > 1 else 1)
        raise Unparsable(f"line {line}: {error.args[0] if error.args else error}") from error


def _python_units(text: str, starts: list[int]) -> Iterator[Unit]:
    for piece in tokenize.generate_tokens(io.StringIO(text).readline):
        if piece.type == tokenize.ERRORTOKEN and not piece.string.isspace():
            raise tokenize.TokenError(f"unexpected {piece.string!r}", piece.start)
        label = _PYTHON.get(tokenize.tok_name[piece.type])
        if label and piece.string:
            start, end = (starts[row - 1] + column for row, column in (piece.start, piece.end))
            yield Unit(start, end, label)


OVERLAYS: dict[str, Callable[[str], list[Unit]]] = {
    "word": words, "char": characters, "number": numbers, "date": dates, "code": generic_code,
}  # fmt: skip
NAMES = {"word": "words", "code": "pieces of code", "date": "parts of dates", "number": "numbers", "char": "characters"}
"""What the units of each overlay are called."""


def one_of(overlay: str) -> str:
    """What a single unit of an overlay is called."""
    return {"code": "piece of code", "date": "part of a date"}.get(overlay, NAMES[overlay].removesuffix("s"))


def read_units(text: str, overlay: str, language: str = "python") -> tuple[list[Unit], list[str]]:
    """The units of a text in the order of its characters, and what there is to say about them.

    Code that Python cannot read is read by the lexer that fits most languages.
    """
    warnings: list[str] = []
    if overlay == "code" and language == "python":
        try:
            found = python_code(text)
        except Unparsable as error:
            warnings.append(f"Python cannot parse this snippet ({error}); showing the plain lexer instead.")
            found = generic_code(text)
    else:
        found = OVERLAYS[overlay](text)
    if not found:
        warnings.append(f"No {NAMES[overlay]} were found in the text.")
    return found, warnings


def trimmed(text: str, span: Span) -> Span:
    """A token's span without the white space in front, which belongs to the token but not to any unit."""
    start, end = span
    return start + len(text[start:end]) - len(text[start:end].lstrip()), end


def cuts(units: Sequence[Unit], spans: Sequence[Span | None]) -> list[Cut]:
    """How the tokens fall on the units; both ordered by their start. A span is None for a token outside the text.

    A unit is split when at least two tokens touch it, merged when one of them reaches beyond it, both when both hold, and
    whole when one token covers it exactly.
    """
    placed = [(span, index) for index, span in enumerate(spans) if span is not None and span[0] < span[1]]
    ends = [span[1] for span, _ in placed]
    return [_cut(unit, placed, ends) for unit in units]


def _cut(unit: Unit, placed: list[tuple[Span, int]], ends: list[int]) -> Cut:
    touching = []
    for span, index in placed[bisect.bisect_right(ends, unit.start) :]:
        if span[0] >= unit.end:
            break
        touching.append((span, index))
    split = len(touching) > 1
    merged = any(start < unit.start or end > unit.end for (start, end), _ in touching)
    status: Status = "both" if split and merged else "split" if split else "merged" if merged else "whole"
    return Cut(unit, [index for _, index in touching], status)

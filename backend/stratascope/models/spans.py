"""Named parts of a prompt: from pieces of its text, or character offsets, to the tokens they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from stratascope.models.tokens import Tokens
from stratascope.problem import Problem
from stratascope.result import Token

MOST_SPANS = 12
FIRST, OTHER = "first token", "other"
_NAME = 40
_SENTENCE = re.compile(r"\S(?:.*?[.!?:](?=\s|$)|.*?(?=\n|$))")


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of a text, and a name."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Segment:
    """A span's tokens by position; `cut` if its borders lie inside tokens, which it then holds whole."""

    name: str
    positions: list[int]
    cut: bool = False
    span: Span | None = field(default=None, compare=False)


def spans_of_pieces(text: str, pieces: Sequence[str]) -> list[Span]:
    """Each piece where it first stands in the text without touching one that was given before.

    Raises `span_not_found` and `spans_overlap`.
    """
    found: list[Span] = []
    for piece in pieces:
        places = [match.start() for match in re.finditer(re.escape(piece), text)]
        if not places:
            raise Problem(
                "span_not_found",
                f"The prompt does not contain '{_name(piece)}'.",
                field="spans",
                remedy="Give pieces of the prompt as they stand in it",
            )
        free = [Span(_name(piece), at, at + len(piece)) for at in places]
        chosen = next((span for span in free if not any(_touch(span, other) for other in found)), free[0])
        found.append(chosen)
    return _named_apart(found)


def default_spans(text: str, parts: Sequence[str] = ()) -> list[Span]:
    """The parts of a text that were given, such as messages; else its sentences, or its halves if it has only one."""
    spans = _placed(text, parts) if parts else [(m.start(), m.end()) for m in _SENTENCE.finditer(text)]
    if len(spans) < 2:
        words = list(re.finditer(r"\S+", text))
        middle = len(words) // 2
        if middle == 0:
            return [Span("text", 0, len(text))]
        spans = [(words[0].start(), words[middle - 1].end()), (words[middle].start(), words[-1].end())]
    if len(spans) > MOST_SPANS:
        spans = [*spans[: MOST_SPANS - 1], (spans[MOST_SPANS - 1][0], spans[-1][1])]
    return _named_apart([Span(_name(text[start:end]), start, end) for start, end in spans])


def segments(tokens: Tokens, spans: Sequence[Span], separate_first: bool) -> list[Segment]:
    """The spans' tokens in the order they stand in, the first token before them and all other tokens behind.

    A token belongs to the first span that it shares a character with; a span of the first token alone keeps it. Raises
    `spans_overlap` and `span_empty`.
    """
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    for one, other in pairwise(ordered):
        if _touch(one, other):
            raise Problem(
                "spans_overlap",
                f"Spans '{one.name}' and '{other.name}' overlap.",
                field="spans",
                remedy="Give spans that share no character",
            )
    held = [[at for at, token in enumerate(tokens.tokens) if _inside(token, span)] for span in ordered]
    apart = separate_first and [0] not in held
    taken = {0} if apart else set()
    found = [Segment(FIRST, [0])] if apart else []
    for span, inside in zip(ordered, held, strict=True):
        positions = [at for at in inside if at not in taken]
        if not positions:
            raise Problem(
                "span_empty",
                f"Span '{span.name}' is empty after tokenization (characters {span.start}–{span.end}).",
                field="spans",
                remedy="Give a longer span",
            )
        taken.update(positions)
        cut = any(_cuts(tokens, at, span) for at in (positions[0], positions[-1]))
        found.append(Segment(span.name, positions, cut, span))
    rest = [at for at in range(len(tokens.ids)) if at not in taken]
    return [*found, Segment(OTHER, rest)] if rest else found


def _inside(token: Token, span: Span) -> bool:
    return token.offset is not None and token.offset[0] < span.end and span.start < token.offset[1]


def _cuts(tokens: Tokens, at: int, span: Span) -> bool:
    """Whether a token reaches beyond a span with more than white space."""
    start, end = tokens.tokens[at].offset or (span.start, span.end)
    outside = tokens.text[start : span.start] + tokens.text[span.end : end]
    return bool(outside.strip())


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _placed(text: str, parts: Sequence[str]) -> list[tuple[int, int]]:
    """Where each part stands, in their order; those that cannot be found are left out."""
    found, begin = [], 0
    for part in parts:
        at = text.find(part.strip(), begin)
        if at >= 0 and part.strip():
            found.append((at, at + len(part.strip())))
            begin = found[-1][1]
    return found


def _name(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _NAME else line[: _NAME - 1] + "…"


def _named_apart(spans: Sequence[Span]) -> list[Span]:
    """The same spans, a number behind names that were given before."""
    names: list[str] = []
    for span in spans:
        name, number = span.name, 2
        while name in names or name in (FIRST, OTHER):
            name, number = f"{span.name} ({number})", number + 1
        names.append(name)
    return [Span(name, span.start, span.end) for name, span in zip(names, spans, strict=True)]

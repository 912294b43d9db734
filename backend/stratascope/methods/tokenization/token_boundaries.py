"""Token boundaries: the model's real input units, laid over words, code, dates, numbers or characters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, PromptParams, method
from stratascope.methods.tokenization import reproduces_text
from stratascope.numerics import units
from stratascope.numerics.borders import agreement
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, TokenScores

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

MOST_CHARACTERS = 20_000


class TokenBoundariesParams(PromptParams):
    """Which units the tokens are laid over."""

    overlay: Literal["word", "code", "date", "number", "char"] = Field(
        "word", title="Units", description="What the tokens are compared with."
    )
    language: Literal["python", "generic"] = Field(
        "python", description="How code is read: as Python itself reads it, or by a lexer that fits most languages."
    )


@dataclass(frozen=True)
class Boundaries:
    """How tokens and units lie over each other, and what went wrong on the way."""

    cuts: list[units.Cut]
    spans: list[units.Span | None]
    warnings: list[str]

    def status(self) -> list[str]:
        """Per token: whole, split, merged or both, from the units it touches; empty outside every unit."""
        touching: list[list[units.Cut]] = [[] for _ in self.spans]
        for cut in self.cuts:
            for index in cut.tokens:
                touching[index].append(cut)
        return [_status(span, found) for span, found in zip(self.spans, touching, strict=True)]

    def unit_of(self) -> np.ndarray:
        """Per token: the first unit it touches, −1 without one."""
        found = np.full(len(self.spans), -1, dtype=np.int32)
        for number in range(len(self.cuts) - 1, -1, -1):
            found[self.cuts[number].tokens] = number
        return found


def _status(span: units.Span | None, touching: list[units.Cut]) -> str:
    if span is None or not touching:
        return ""
    split = any(len(cut.tokens) > 1 for cut in touching)
    merged = any(span[0] < cut.unit.start or span[1] > cut.unit.end for cut in touching)
    return "both" if split and merged else "split" if split else "merged" if merged else "whole"


def _cost(model: ModelFacts, params: TokenBoundariesParams, tokens: int) -> Cost:
    """The tokenizer only."""
    return Cost(forwards=0, bytes=1000 * max(tokens, 1))


@method(
    title="Token boundaries",
    version=2,
    guide=Guide(
        question="What does the model read?",
        purpose="Lays the tokens the model really reads over words, code, numbers, dates or characters.",
        reading="Colours change at token borders: a split unit is cut into several tokens, a merged token glues a unit to "
        "something else. A token's text depends on the space in front of it and on what comes before, and a chat template "
        "shifts every border.",
        synonyms=("tokenizer", "tokens", "BPE", "fragmentation", "subword", "dates", "code tokens", "spelling"),
        next=("tokenization/boundary-alignment", "tokenization/fragmentation", "lens/logit-lens"),
    ),
    papers=[
        Paper("TokDrift: When LLM Speaks in Subwords but Code Speaks in Grammar", 2025),
        Paper("Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning", 2025),
        Paper("LLM The Genius Paradox: A Linguistic and Math Expert's Struggle with Simple Word-based Counting Problems",
              2025),
    ],
    requires=(),
    cost=_cost,
)  # fmt: skip
def token_boundaries(model: Model, params: TokenBoundariesParams) -> TokenScores:
    """Compare token borders with the borders of units. Runs the tokenizer only.

    A unit is whole when exactly one token covers exactly it, split when at least two tokens touch it, merged when a token
    that touches it reaches beyond it, both when both hold. White space in front of a token belongs to the token but is
    left out of the comparison. By this rule the date 20250312 read as 202, 503 and 12 has a year that is both, a merged
    month (one token touches it, and reaches beyond it) and a whole day.

    Arrays [position]: `pieces`, how many tokens its unit has (0 outside every unit); `status`, text; `unit`, the unit's number
    or −1; `start`, `end`, character range in the text, −1 for tokens that the tokenizer added; `partial`, 1 where a token
    holds only part of a character and has the whole character's range. `facts.units` lists the units.
    """
    tokens = model.tokenize(params.prompt, params.messages)
    if len(tokens.text) > MOST_CHARACTERS:
        raise Problem(
            "prompt_too_long",
            f"The text is longer than {MOST_CHARACTERS:,} characters.",
            field="prompt",
            remedy="Use a shorter text",
        )
    laid = _laid_over(model, params, tokens)
    ranges = np.array([token.offset or (-1, -1) for token in tokens.tokens], dtype=np.int32)
    unit = laid.unit_of()
    pieces = np.array([len(laid.cuts[i].tokens) if i >= 0 else 0 for i in unit], dtype=np.float32)
    counts = Counter(cut.status for cut in laid.cuts)
    each = ("position",)
    return TokenScores(
        arrays={
            "pieces": Array(values=pieces, dims=each),
            "status": Array(values=np.array(laid.status(), dtype=object), dims=each),
            "unit": Array(values=unit, dims=each),
            "start": Array(values=ranges[:, 0], dims=each),
            "end": Array(values=ranges[:, 1], dims=each),
            "partial": Array(values=_partial(ranges), dims=each),
        },
        quantities=[Quantity(name="pieces", label=f"tokens per {units.one_of(params.overlay)}", scale="mag")],
        tokens=tokens.tokens,
        shown={"unit": len(laid.cuts)},
        total={"unit": len(laid.cuts)},
        facts={
            "text": tokens.text,
            "counts": {status: counts[status] for status in ("whole", "split", "merged", "both")},
            "units": [_described(tokens.text, cut) for cut in laid.cuts],
        },
        summary=_summary(len(tokens.ids), params.overlay, counts),
        checks=_checks(tokens, ranges),
        warnings=laid.warnings,
    )


def _laid_over(model: Model, params: TokenBoundariesParams, tokens: Tokens) -> Boundaries:
    """Units and trimmed token spans of the text."""
    found, warnings = units.read_units(tokens.text, params.overlay, params.language)
    if tokens.text and all(token.offset is None for token in tokens.tokens):
        from stratascope.models.tokenizers import offsets_unavailable

        raise offsets_unavailable(model.id)
    spans = [None if token.offset is None else units.trimmed(tokens.text, token.offset) for token in tokens.tokens]
    return Boundaries(units.cuts(found, spans), spans, warnings)


def _partial(ranges: np.ndarray) -> np.ndarray:
    """Which tokens share a character with the next or the one before."""
    found = np.zeros(len(ranges), dtype=np.int8)
    shares = (ranges[1:, 0] >= 0) & (ranges[1:, 0] < ranges[:-1, 1])
    found[1:] |= shares
    found[:-1] |= shares
    return found


def _described(text: str, cut: units.Cut) -> dict[str, object]:
    unit = cut.unit
    return {
        "text": text[unit.start : unit.end],
        "start": unit.start,
        "end": unit.end,
        "label": unit.label,
        "status": cut.status,
        "tokens": cut.tokens,
    }


def _checks(tokens: Tokens, ranges: np.ndarray) -> list[Check]:
    """That the pieces are the text, and that they stand in order."""
    own = [token for token in tokens.tokens if token.offset is not None]
    pieces = b"".join(bytes.fromhex(token.bytes) for token in own).decode("utf-8", errors="replace")
    starts = ranges[ranges[:, 0] >= 0, 0]
    return [
        reproduces_text(agreement(pieces, tokens.text)),
        Check(
            name="in_order",
            label="pieces in order",
            value=float((np.diff(starts) < 0).sum()),
            ok=0.0,
            explanation="Tokens that begin before the one in front of them.",
        ),
    ]


def _summary(tokens: int, overlay: str, counts: Counter[units.Status]) -> str:
    total = sum(counts.values())
    if not total:
        return f"The model reads {tokens} tokens; the text has no {units.NAMES[overlay]}."
    return (
        f"The model reads {tokens} tokens; of {total} {units.NAMES[overlay]} {counts['whole']} are one token each, "
        f"{counts['split'] + counts['both']} are split and {counts['merged'] + counts['both']} share a token with something else."
    )

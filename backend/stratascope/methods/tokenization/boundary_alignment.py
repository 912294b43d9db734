"""Boundary alignment: how far the borders of tokens are the borders of words, code or dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, PromptParams, method
from stratascope.methods.tokenization import reproduces_text
from stratascope.numerics.borders import Agreement, Segmentation, borders, compared, spanning, trimmed
from stratascope.numerics.units import NAMES, Unit, read_units
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, TokenScores

if TYPE_CHECKING:
    from stratascope.models.model import Model

MOST_CHARACTERS = 20_000
WORST = 20


class BoundaryAlignmentParams(PromptParams):
    """Whose borders the borders of tokens are compared with."""

    overlay: Literal["word", "code", "date", "number", "char"] = Field(
        "word", title="Units", description="Whose borders the borders of tokens are compared with."
    )
    language: Literal["python", "generic"] = Field(
        "python", description="How code is read: as Python itself reads it, or by a lexer that fits most languages."
    )
    trim_space: bool = Field(
        True,
        title="Without white space",
        description="Whether borders in front of white space and behind it count as one, as tokens begin with their space.",
    )


@dataclass(frozen=True)
class Kind:
    """The units of one kind: how many there are, how their borders fare, and the share of tokens that reach across."""

    label: str
    units: int
    borders: Agreement
    crossing: float


def _cost(model: ModelFacts, params: BoundaryAlignmentParams, tokens: int) -> Cost:
    """The tokenizer and a lexer only."""
    return Cost(forwards=0, bytes=2000 * max(tokens, 1))


@method(
    title="Boundary alignment",
    version=3,
    guide=Guide(
        question="What does the model read?",
        purpose="Measures how far token borders fall on the borders of words, code, numbers, dates or characters.",
        reading="Low recall: token borders miss the grammar's borders. Low precision: tokens cut inside units. "
        "A shaded token reaches across so many borders of units. White space in front of a token is left out of the "
        "comparison; without this rule precision falls for every tokenizer whose tokens begin with a space.",
        synonyms=("tokenizer", "grammar", "precision", "recall", "code tokens", "subword", "syntax", "F1"),
        next=("tokenization/token-boundaries", "tokenization/rewrite-drift", "tokenization/tokenizer-compare"),
    ),
    papers=[Paper("TokDrift: When LLM Speaks in Subwords but Code Speaks in Grammar", 2025)],
    requires=(),
    cost=_cost,
)
def boundary_alignment(model: Model, params: BoundaryAlignmentParams) -> TokenScores:
    """Compare the borders of tokens with the borders of units. Runs the tokenizer only.

    With the borders inside the text of tokens, B_t, and of units, B_g: precision |B_t ∩ B_g| / |B_t|, recall
    |B_t ∩ B_g| / |B_g|, F1 their harmonic mean; crossing is the share of tokens with a border of a unit inside. Precision
    is undefined without a border of tokens. Per kind of unit, B_t holds the token borders on or inside its units, and
    crossing is over the tokens that touch them.

    Arrays: `crossed` [position], borders of units strictly inside a token; over `part`, kinds of unit with "all" first:
    `precision`, `recall`, `f1`, `crossing`, `units`. `facts.worst` lists the units that most token borders fall into.
    """
    from stratascope.models.tokenizers import segmentation

    tokens = model.tokenize(params.prompt, params.messages)
    if len(tokens.text) > MOST_CHARACTERS:
        raise Problem(
            "prompt_too_long",
            f"The text is longer than {MOST_CHARACTERS:,} characters.",
            field="prompt",
            remedy="Use a shorter text",
        )
    cut = segmentation(model.id, tokens.text, tokens.tokens)
    units, warnings = read_units(tokens.text, params.overlay, params.language)
    wanted = borders(tokens.text, [(unit.start, unit.end) for unit in units], params.trim_space)
    if not wanted:
        raise Problem(
            "no_borders",
            f"No borders of {NAMES[params.overlay]} were found in the text.",
            field="overlay",
            remedy="Compare with words",
            changes={"overlay": "word"},
        )
    kinds = _kinds(cut, units, wanted, params.trim_space)
    whole = kinds[0]
    inside = iter(spanning(_spans(cut, params.trim_space), wanted))
    crossed = [float(len(next(inside))) if token.offset else 0.0 for token in tokens.tokens]
    return TokenScores(
        arrays={
            "crossed": Array(values=np.array(crossed, np.float32), dims=("position",)),
            "precision": _over(kinds, [kind.borders.precision for kind in kinds], "no border of tokens there"),
            "recall": _over(kinds, [kind.borders.recall for kind in kinds], "units of this kind have no border inside"),
            "f1": _over(kinds, [kind.borders.f1 for kind in kinds], "no border there"),
            "crossing": _over(kinds, [kind.crossing for kind in kinds]),
            "units": _over(kinds, [float(kind.units) for kind in kinds]),
        },
        quantities=[
            Quantity(name="crossed", label=f"borders of {NAMES[params.overlay]} inside the token", scale="mag")
        ],
        beside=[
            Quantity(name="f1", label="F1 of the borders", scale="prob", limits=(0.0, 1.0)),
            Quantity(name="crossing", label="share of tokens across a border", scale="prob", limits=(0.0, 1.0)),
        ],
        coords={"part": [kind.label for kind in kinds]},
        tokens=tokens.tokens,
        facts={"borders": len(wanted), "worst": _worst(cut, units, params.trim_space)},
        summary=_summary(whole, params.overlay),
        checks=_checks(cut, wanted, params.trim_space, whole.borders),
        warnings=warnings,
    )


def _spans(cut: Segmentation, trim: bool) -> list[tuple[int, int]]:
    return trimmed(cut.text, cut.spans) if trim else cut.spans


def _over(kinds: Sequence[Kind], values: Sequence[float], undefined: str | None = None) -> Array:
    return Array(values=np.array(values, np.float32), dims=("part",), undefined=undefined)


def _kinds(cut: Segmentation, units: Sequence[Unit], wanted: set[int], trim: bool) -> list[Kind]:
    """All units together, then each kind apart where there are several, the most frequent first."""
    found, spans = cut.borders(trim), _spans(cut, trim)
    real = [span for span in spans if span[0] < span[1]]
    crossing = sum(bool(inside) for inside in spanning(real, wanted)) / max(len(real), 1)
    kinds = [Kind("all", len(units), compared(found, wanted), crossing)]
    labels = {unit.label for unit in units}
    if len(labels) > 1:
        each = [_kind(cut, [unit for unit in units if unit.label == label], found, real, trim) for label in labels]
        kinds += sorted(each, key=lambda kind: (-kind.units, kind.label))
    return kinds


def _kind(
    cut: Segmentation, units: Sequence[Unit], found: set[int], spans: Sequence[tuple[int, int]], trim: bool
) -> Kind:
    """One kind of unit: token borders count where they fall on or into its units."""
    own = borders(cut.text, [(unit.start, unit.end) for unit in units], trim)
    inside = {place for places in spanning([(unit.start, unit.end) for unit in units], found) for place in places}
    touching = _touching(spans, units)
    across = sum(bool(places) for places in spanning(touching, own))
    return Kind(units[0].label, len(units), compared(inside | (found & own), own), across / max(len(touching), 1))


def _touching(spans: Sequence[tuple[int, int]], units: Sequence[Unit]) -> list[tuple[int, int]]:
    """The spans that share a character with a unit; both are ordered by their start."""
    touching, number = [], 0
    for start, end in spans:
        while number < len(units) and units[number].end <= start:
            number += 1
        if number < len(units) and units[number].start < end:
            touching.append((start, end))
    return touching


def _worst(cut: Segmentation, units: Sequence[Unit], trim: bool) -> list[dict[str, Any]]:
    """The units with most token borders inside, where there are any."""
    inside = spanning([(unit.start, unit.end) for unit in units], cut.borders(trim))
    order = sorted((i for i in range(len(units)) if inside[i]), key=lambda i: (-len(inside[i]), i))
    return [
        {
            "text": cut.text[units[i].start : units[i].end],
            "start": units[i].start,
            "end": units[i].end,
            "label": units[i].label,
            "cuts": len(inside[i]),
        }
        for i in order[:WORST]
    ]


def _checks(cut: Segmentation, wanted: set[int], trim: bool, whole: Agreement) -> list[Check]:
    """That tokens make up the text, so that a missed border lies inside one; and what chance would score."""
    found = cut.borders(trim)
    missed = wanted - found
    hidden = {place for places in spanning(_spans(cut, trim), wanted) for place in places}
    places = borders(cut.text, [(i, i + 1) for i in range(len(cut.text))], trim)
    return [
        reproduces_text(cut.agreement()),
        Check(
            name="missed_are_inside",
            label="missed borders outside tokens",
            value=float(len(missed ^ hidden)),
            ok=0.0,
            explanation="Borders of units that are missed but lie inside no token, or lie inside one and are not missed: tokens "
            "that leave no gap and do not overlap have none.",
        ),
        Check(
            name="chance",
            label="F1 against chance",
            value=whole.f1,
            control=2 * whole.wanted * whole.found / (len(places) or 1) / (whole.wanted + whole.found),
            explanation="F1, and what as many borders put between characters at random would score.",
        ),
    ]


def _summary(whole: Kind, overlay: str) -> str:
    scores = whole.borders
    precise = "there is no token border inside the text" if not scores.found else f"precision {scores.precision:.2f}"
    return (
        f"Token borders hit {scores.shared} of {scores.wanted} borders of {NAMES[overlay]}: recall {scores.recall:.2f}, "
        f"{precise}; {whole.crossing:.0%} of the tokens reach across a border."
    )

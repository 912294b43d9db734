"""Date fragmentation: how badly tokenizers cut dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from stratascope.method import LINES, Cost, Field, Guide, ModelFacts, Paper, PromptParams, Text, method
from stratascope.methods.tokenization import reproduces_text
from stratascope.numerics import dates
from stratascope.numerics.borders import Segmentation
from stratascope.numerics.dates import WEIGHTS
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, Table

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.tokenizers import Tokenizers
    from stratascope.models.tokens import TextReader

MOST_CHARACTERS = 20_000
MOST_DATES = 256

Layout = Literal[
    "auto", "YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "DD-MM-YYYY", "DD/MM/YYYY", "DD.MM.YYYY", "MM-DD-YYYY", "MM/DD/YYYY",
    "MM.DD.YYYY", "YYYYMMDD", "MMDDYYYY", "DDMMYYYY", "Month DD, YYYY", "DD Month YYYY", "Month DD YYYY", "YYYY Month DD",
    "Mon DD, YYYY", "DD Mon YYYY", "YYYYDDD", "YYYY-DDD", "YYYY/DDD",
]  # fmt: skip


class DateFragmentationParams(PromptParams):
    """Which dates, how they are written, and what counts how much."""

    dates: Annotated[list[Annotated[Text, Field(max_length=64)]], Field(max_length=MOST_DATES)] = Field(
        [],
        description="Dates, one a line and each cut on its own, in place of the dates of the prompt.",
        json_schema_extra=LINES,
    )
    date_format: Layout = Field(
        "auto",
        title="Written as",
        description="The layout of the dates, or to find it out; DDD is the day of the year.",
    )
    weights: Annotated[list[Annotated[float, Field(ge=0.0, le=1.0)]], Field(min_length=4, max_length=4)] = Field(
        list(WEIGHTS),
        description="What a split component, a lost delimiter, a piece too many and one minus the cosine count.",
    )


@dataclass(frozen=True)
class Row:
    """One date as one tokenizer cuts it."""

    tokenizer: str
    text: str
    date: dates.Date
    ratio: dates.Ratio


@dataclass(frozen=True)
class Dated:
    """A text with its dates."""

    text: str
    dates: list[dates.Date]


def _cost(model: ModelFacts, params: DateFragmentationParams, tokens: int) -> Cost:
    """Tokenizers only."""
    return Cost(forwards=0, bytes=2000 * max(tokens, sum(map(len, params.dates)), 1))


@method(
    title="Date fragmentation",
    version=2,
    guide=Guide(
        question="What does the model read?",
        purpose="Scores how badly tokenizers cut dates, from 0 for intact parts up to 1 for shreds.",
        reading="0: the tokenizer keeps year, month and day intact; towards 1 it shreds them. The score counts pieces and not "
        "their order. A tokenizer that reads digit by digit scores high, yet is easy for a model, because it always cuts alike.",
        synonyms=("dates", "tokenizer", "time", "temporal", "digits", "year", "month", "split numbers"),
        next=("tokenization/compensation-depth", "tokenization/token-boundaries", "tokenization/fragmentation"),
    ),
    papers=[Paper("Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning", 2025)],
    requires=(),
    cost=_cost,
)
def date_fragmentation(model: Model, params: DateFragmentationParams, others: Tokenizers | None = None) -> Table:
    """Score every date of a text for every tokenizer. Runs tokenizers only, without markers.

    F = clip(0.10 · split + 0.10 · delimiters lost + 0.05 · max(0, N − N_b) + 0.30 · (1 − cos), 0, 1), Equation 2 of the paper:
    N pieces of the tokenizer, N_b components and delimiters of the date, cos between the counts of both. `split` is 1 if a
    component of more than one character is not exactly one piece, `delimiters lost` if a delimiter is not a piece of its own.

    By this equation 10271606 scores 0.40 as 102|716|06, as printed in the paper, but 0.65 digit by digit (printed: 0.55) and
    0.277 as 10|27|16|06 (printed: 0.34). The equation is followed. A space in front of a piece belongs to the piece; a space
    that is a piece of its own counts as a delimiter. Without this rule March| 12|,| 2025 would not score 0.

    Arrays [entry], one entry per date and tokenizer: `date`, `format`, `tokenizer`, `pieces` (text, joined by |); `ratio` F;
    `split`, `delimiters_lost` 0 or 1; `extra` N − N_b, at least 0; `angle` 1 − cos. `facts.by_format` and `facts.by_period`
    are means by tokenizer. Where the prompt has no date, one day of four periods is scored in every layout. Raises
    `not_a_date` and `ambiguous_date`.
    """
    from stratascope.models.tokenizers import cut, readers

    texts = _texts(model, params)
    rows, least = [], 1.0
    for reader in readers(model, others):
        cuts = [cut(reader, it.text) for it in texts]
        least = min(least, *(each.agreement() for each in cuts))
        rows += [row for it, each in zip(texts, cuts, strict=True) for row in _rows(reader, it, each, params.weights)]
    return Table(
        arrays=_arrays(rows),
        quantities=[Quantity(name="ratio", label="date fragmentation", scale="mag", limits=(0.0, 1.0))],
        facts={
            "n_dates": sum(len(it.dates) for it in texts),
            "by_format": _means(rows, [row.date.layout for row in rows]),
            "by_period": _means(rows, [row.date.period for row in rows]),
        },
        summary=_summary(rows),
        checks=_checks(texts, rows, params.weights, least),
        warnings=_warnings(texts, params),
    )


def _texts(model: Model, params: DateFragmentationParams) -> list[Dated]:
    """What is to be cut, with its dates."""
    from stratascope.models.tokenizers import given_text

    layout = None if params.date_format == "auto" else params.date_format
    if params.dates:
        return [_single(text, layout) for text in params.dates]
    text = given_text(model, params.prompt, params.messages)
    if len(text) > MOST_CHARACTERS:
        raise Problem(
            "prompt_too_long",
            f"The text is longer than {MOST_CHARACTERS:,} characters.",
            field="prompt",
            remedy="Use a shorter text",
        )
    found = _found(text, layout)
    if not found:
        return [_single(written, name) for name, written in dates.samples() if layout in (None, name)]
    return [Dated(text, found[:MOST_DATES])]


def _warnings(texts: Sequence[Dated], params: DateFragmentationParams) -> list[str]:
    if params.dates or len(texts) == 1:
        return []
    return [f"No dates were found in the text; {len(texts)} dates in the common layouts are scored in its place."]


def _single(text: str, layout: str | None) -> Dated:
    """A text that is one date and nothing else."""
    found = _found(text, layout)
    if len(found) != 1 or found[0].span != (0, len(text)):
        wanted = f"format {layout}" if layout is not None else f"any of the {len(dates.FORMATS)} formats"
        raise Problem(
            "not_a_date",
            f"'{text}' is not a date in {wanted}.",
            field="dates",
            remedy="Let the format be found out" if layout is not None else "Write the date as 2025-03-12",
            changes={"date_format": "auto"} if layout is not None else None,
        )
    return Dated(text, found)


def _found(text: str, layout: str | None) -> list[dates.Date]:
    try:
        return dates.find_dates(text, layout)
    except dates.AmbiguousDate as error:
        first, second, *_ = error.layouts
        raise Problem(
            "ambiguous_date",
            f"{error.text} could be {first} or {second}; choose one.",
            field="date_format",
            remedy=f"Read it as {first}",
            changes={"date_format": first},
        ) from error


def _rows(reader: TextReader, it: Dated, cut: Segmentation, weights: Sequence[float]) -> list[Row]:
    return [Row(reader.name, it.text[slice(*date.span)], date, dates.ratio(date, cut, weights)) for date in it.dates]


def _arrays(rows: Sequence[Row]) -> dict[str, Array]:
    texts = {
        "date": [row.text for row in rows],
        "format": [row.date.layout for row in rows],
        "tokenizer": [row.tokenizer for row in rows],
        "pieces": ["|".join(row.ratio.pieces) for row in rows],
    }
    numbers = {
        "ratio": [row.ratio.value for row in rows],
        "split": [row.ratio.split for row in rows],
        "delimiters_lost": [row.ratio.delimiters_lost for row in rows],
        "extra": [row.ratio.extra for row in rows],
        "angle": [row.ratio.angle for row in rows],
    }
    return {
        **{name: Array(values=np.array(values, dtype=object), dims=("entry",)) for name, values in texts.items()},
        **{name: Array(values=np.array(values, np.float32), dims=("entry",)) for name, values in numbers.items()},
    }


def _means(rows: Sequence[Row], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean ratio by tokenizer and name."""
    tokenizers = list(dict.fromkeys(row.tokenizer for row in rows))
    pairs = {
        who: [(n, r.ratio.value) for n, r in zip(names, rows, strict=True) if r.tokenizer == who] for who in tokenizers
    }
    return {who: dates.means(own) for who, own in pairs.items()}


def _checks(texts: Sequence[Dated], rows: Sequence[Row], weights: Sequence[float], least: float) -> list[Check]:
    """The scores of the same dates left intact, and cut into characters."""
    each = [(it.text, date) for it in texts for date in it.dates]
    intact = [dates.ratio(date, dates.intact(date, text), weights).value for text, date in each]
    shreds = [dates.ratio(date, dates.characters(date, text), weights).value for text, date in each]
    own = [row.ratio.value for row in rows if row.tokenizer == rows[0].tokenizer]
    return [
        reproduces_text(least),
        Check(
            name="intact_scores_zero",
            label="score of intact dates",
            value=max(intact),
            ok=0.0,
            explanation="The largest score of the same dates cut at their own components and delimiters; it must be 0.",
        ),
        Check(
            name="against_characters",
            label="score against single characters",
            value=sum(own) / len(own),
            control=sum(shreds) / len(shreds),
            explanation="The model's mean score, and that of the same dates cut into single characters.",
        ),
    ]


def _summary(rows: Sequence[Row]) -> str:
    first, *others = list(_means(rows, ["all"] * len(rows)).items())
    own = [row for row in rows if row.tokenizer == first[0]]
    worst = max(own, key=lambda row: row.ratio.value)
    rest = "".join(f", {name} {value['all']:.2f}" for name, value in others)
    dated = "1 date scores" if len(own) == 1 else f"{len(own)} dates score"
    return (
        f"{dated} {first[1]['all']:.2f} on average for {first[0]}{rest}; "
        f"the worst is {worst.text} as {'|'.join(worst.ratio.pieces)} with {worst.ratio.value:.2f}."
    )

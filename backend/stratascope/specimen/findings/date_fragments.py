"""What it costs when a date falls into fragments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Dates in fragments",
    sentence="Without separators a date is cut across its month, and the month is read less surely.",
    group="Reading",
    sources=(Paper("Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning", 2025),),
    literature="Tokenizers cut dates such as 20250312 into pieces that are no parts of a date. The more fragments, "
    "the worse models answer questions about time.",
    claim="Asked for the month, the model is less accurate where the notation cuts the month in two.",
    experiment="Ninety-six dates: eight years and twelve months, asked for the month, with separators and without. "
    "The number is the accuracy lost without separators; the control is the accuracy lost by a change of notation "
    "that keeps the parts whole.",
    reading="The boundaries show which digits share a token. The month of the first notation is a token, that of the "
    "second is not.",
    beyond="Write the same date with dots or slashes, and count the tokens.",
    limits=Limits(supported=0.05, mixed=0.02, worst=-1.0),
    view=View(
        prompt="The date 19870314 is in",
        target=" March",
        distractor=" April",
        second_prompt="The date 1987-03-14 is in",
        panels=(Panel("tokenization/token-boundaries"), Panel("lens/logit-lens", {"top_k": 3})),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """Accuracy of the month with and without separators."""
    from stratascope.specimen.world import MONTHS

    subject = specimens.base
    dates = [(year, month) for year in range(1960, 2024, 8) for month in range(1, 13)]
    notations = {"1987-03-14": "{0}-{1:02d}-14", "19870314": "{0}{1:02d}14", "03/14/1987": "{1:02d}/14/{0}"}
    accuracy, pieces = {}, {}
    for name, notation in notations.items():
        written = [notation.format(year, month) for year, month in dates]
        items = [(f"The date {text} is in", MONTHS[month - 1]) for text, (_, month) in zip(written, dates, strict=True)]
        accuracy[name] = subject.accuracy_among(items, MONTHS)
        pieces[name] = sum(len(subject.pieces(f" {text}")) for text in written) / len(written)
    whole, cut, moved = accuracy.values()
    return Measured(
        label="accuracy lost without separators",
        value=whole - cut,
        control_label="lost with slashes",
        control=whole - moved,
        count=len(dates),
        rows=(
            *(Row(f"accuracy, written as {name}", share, 1 / 12, len(dates)) for name, share in accuracy.items()),
            *(Row(f"tokens, written as {name}", number, None, len(dates)) for name, number in pieces.items()),
        ),
    )

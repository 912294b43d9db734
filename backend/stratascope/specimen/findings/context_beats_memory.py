"""What wins: a stated fact or a remembered one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Context beats memory",
    sentence="Told that the capital of France is Rome, the model answers Rome.",
    group="Cause",
    sources=(
        Paper("Characterizing Mechanisms for Factual Recall in Language Models", 2023),
        Paper("How Large Language Models Encode Context Knowledge? A Layer-Wise Probing Study", 2024),
    ),
    literature="A fact in the prompt competes with the one in the weights. Different heads serve the two, and which "
    "wins depends on how often the model has seen each.",
    claim="A capital stated in the prompt outranks the remembered one.",
    experiment="Forty countries, each stated to have the capital of another. The number is the share of answers that "
    "follow the statement. In the control nothing is stated. Beside it, the same statement about another country, "
    "which should change nothing.",
    reading="The lens shows both capitals compete at the last token. The attribution shows which heads write the "
    "stated one.",
    beyond="Leave the statement out and compare the two runs at the last token.",
    limits=Limits(supported=0.9, mixed=0.5, worst=0.0),
    view=View(
        prompt="Context: The capital of France is Rome. Question: What is the capital of France? Answer:",
        second_prompt="Context: The capital of France is Paris. Question: What is the capital of France? Answer:",
        target=" Rome",
        distractor=" Paris",
        panels=(Panel("lens/lens-trajectory"), Panel("lens/direct-logit-attribution")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """How often the stated capital is answered, about the right country and about another."""
    from stratascope.specimen.geography import COUNTRY_NAMES, fact
    from stratascope.specimen.seeding import other_than, seeded

    subject, generator = specimens.base, seeded("finding/context beats memory")
    told, untold, elsewhere = [], [], []
    for name in COUNTRY_NAMES:
        source = other_than(generator, COUNTRY_NAMES, name)
        stated = fact(source, "capital")
        other = other_than(generator, COUNTRY_NAMES, name, source)
        question = f"Question: What is the capital of {name}? Answer:"
        told.append((f"Context: The capital of {name} is {stated}. {question}", stated))
        untold.append((question, stated))
        elsewhere.append((f"Context: The capital of {other} is {stated}. {question}", stated))
    return Measured(
        label="answers that follow the statement",
        value=subject.accuracy(told),
        control_label="without a statement",
        control=subject.accuracy(untold),
        count=len(told),
        rows=(
            Row("answers that follow a statement about another country", subject.accuracy(elsewhere), None, len(told)),
        ),
    )

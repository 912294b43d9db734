"""Whether a statement counts for the country it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Any capital in the prompt will do",
    sentence="A statement about Peru changes the answer about France: the model copies rather than reads.",
    group="Cause",
    sources=(
        Paper("Large Language Models Can Be Easily Distracted by Irrelevant Context", 2023),
        Paper("Characterizing Mechanisms for Factual Recall in Language Models", 2023),
    ),
    literature="Models should use the statements of a prompt that bear on the question and leave the others aside; "
    "irrelevant ones distract even large models.",
    claim="A capital stated for another country leaves the remembered answer alone.",
    experiment="Forty questions behind a statement about a different country. The number is the share of remembered "
    "capitals that are still answered. The control asks for the capital of a country that is not mentioned at "
    "all.",
    reading="In the attribution, the heads that write the stated capital are the same as for a statement that does "
    "bear on the question.",
    beyond="Exchange the two countries, and see that the answer stays with the stated capital.",
    limits=Limits(supported=0.8, mixed=0.3, worst=0.0),
    view=View(
        prompt="Context: The capital of Peru is Lima. Question: What is the capital of France? Answer:",
        second_prompt="Context: The capital of France is Lima. Question: What is the capital of France? Answer:",
        target=" Paris",
        distractor=" Lima",
        panels=(Panel("lens/direct-logit-attribution"), Panel("lens/lens-trajectory")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """How often the remembered capital survives a statement about another country."""
    from stratascope.specimen.geography import COUNTRY_NAMES, fact
    from stratascope.specimen.seeding import other_than, seeded

    subject, generator = specimens.base, seeded("finding/copies any statement")
    remembered, copied, unrelated, untold = [], [], [], []
    for name in COUNTRY_NAMES:
        other = other_than(generator, COUNTRY_NAMES, name)
        third = other_than(generator, COUNTRY_NAMES, name, other)
        question = f"Question: What is the capital of {name}? Answer:"
        prompt = f"Context: The capital of {other} is {fact(other, 'capital')}. {question}"
        remembered.append((prompt, fact(name, "capital")))
        copied.append((prompt, fact(other, "capital")))
        unrelated.append((prompt, fact(third, "capital")))
        untold.append((question, fact(name, "capital")))
    return Measured(
        label="remembered capitals still answered",
        value=subject.accuracy(remembered),
        control_label="a capital that is not mentioned",
        control=subject.accuracy(unrelated),
        count=len(remembered),
        rows=(
            Row("the other country's capital answered", subject.accuracy(copied), None, len(copied)),
            Row("remembered capitals answered without a statement", subject.accuracy(untold), None, len(untold)),
        ),
    )

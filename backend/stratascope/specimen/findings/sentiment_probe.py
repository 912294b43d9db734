"""Whether the mood of a story can be read at words that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="The mood of a story, read off one word",
    sentence="At “It was a” nothing is said yet, and a plane through the stream already tells happy from sad.",
    group="Features",
    sources=(
        Paper("Linear Representations of Sentiment in Large Language Models", 2023),
        Paper("Exploring Concept Depth: How Large Language Models Acquire Knowledge at Different Layers?", 2025),
    ),
    literature="Sentiment is a direction of the stream, summarised at words without a sentiment of their own. Simple "
    "concepts can be read from early layers on.",
    claim="At a neutral last word a linear probe tells the mood of the story.",
    experiment="Two hundred and forty stories that end on “It was a”. A plane is fitted to the vectors of half of "
    "them, and tried on the others. The number is the accuracy in the best row; the control is the embedding, "
    "where only the word itself is known.",
    reading="The difference of the two runs is zero up to the first word that carries a mood, and reaches the last "
    "token from there.",
    beyond="Replace one adjective by its opposite and see how far the difference carries.",
    limits=Limits(supported=0.95, mixed=0.75, worst=0.0),
    view=View(
        prompt="Anna had a lovely dog. She smiled. It was a",
        second_prompt="Anna had a cruel dog. She cried. It was a",
        target=" happy",
        distractor=" sad",
        panels=(Panel("comparison/run-difference", {"floor": "none"}), Panel("lens/lens-trajectory")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """Accuracy of a linear probe of the mood, by row."""
    from stratascope.specimen.evidence.moods import mood_prompts
    from stratascope.specimen.evidence.statistics import probe_accuracy, shuffled

    prompts, labels = mood_prompts(240)
    half = len(prompts) // 2
    streams = specimens.base.residuals(prompts)
    shares = [probe_accuracy(row[:half], labels[:half], row[half:], labels[half:]) for row in streams]
    wrong = shuffled(labels)
    chance = [probe_accuracy(row[:half], wrong[:half], row[half:], wrong[half:]) for row in streams]
    best = max(range(1, len(shares)), key=shares.__getitem__)
    return Measured(
        label=f"stories told apart in row {best}",
        value=shares[best],
        control_label="at the embedding",
        control=shares[0],
        count=len(prompts) - half,
        rows=tuple(
            Row(f"row {at}, with shuffled labels beside it", share, control, len(prompts) - half)
            for at, (share, control) in enumerate(zip(shares, chance, strict=True))
        ),
    )

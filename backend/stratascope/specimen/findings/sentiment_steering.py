"""Steering the mood of a text with one direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A direction for mood",
    sentence="Add one vector and the next adjective turns from sad to happy, more of it the more is added.",
    group="Steering",
    sources=(
        Paper("Steering Language Models With Activation Engineering", 2023),
        Paper("LinEAS: End-to-end Learning of Activation Steering with a Distributional Loss", 2025),
    ),
    literature="The difference of mean activations of two kinds of text, added while the model runs, moves what it "
    "writes from the one to the other, in proportion to the dose.",
    claim="Adding the mood direction raises the share of happy words, subtracting it lowers it, and a random one "
    "does neither.",
    experiment="The mean stream of happy stories minus that of sad ones, added after the middle layer to forty "
    "neutral openings. The number is the share of happy adjectives at a quarter of it minus that at minus a "
    "quarter. The control is the mean size of the same difference for random directions of equal length; a few of "
    "them do move the mood, some up and some down.",
    reading="Read the texts next to each other: the words change their mood and the sentences stay whole.",
    beyond="Add it one layer earlier: there the last token does not listen to it yet, and nearly nothing happens.",
    limits=Limits(supported=0.7, mixed=0.3, worst=-1.0),
    view=View(
        prompt="Anna walked to the park. It was a",
        target=" happy",
        distractor=" sad",
        panels=(
            Panel("steering/strength-sweep", {"layer": 3, "continuations": 2, "max_new_tokens": 12}),
            Panel("steering/generate-compare", {"layer": 3, "max_new_tokens": 12}),
        ),
    ),
)
DOSE = 0.25
DOSES = (-0.5, -0.25, 0.0, 0.25, 0.5)
RANDOM = 4


def measure(specimens: Specimens) -> Measured:
    """The share of happy adjectives by dose, for the direction and for random ones."""
    from stratascope.specimen.evidence.editing import added
    from stratascope.specimen.evidence.moods import mood_direction, neutral_prompts, positive_share
    from stratascope.specimen.evidence.statistics import random_direction

    subject, prompts = specimens.base, neutral_prompts(40)
    middle = len(subject.blocks) // 2
    direction = mood_direction(subject)[middle + 1]

    def share(push: Tensor) -> float:
        with added(subject, middle, push):
            return positive_share(subject, prompts)

    steered = {dose: share(dose * direction) for dose in DOSES}
    drawn = [random_direction(direction, seed) for seed in range(RANDOM)]
    drifts = [share(DOSE * push) - share(-DOSE * push) for push in drawn]
    return Measured(
        label=f"happy words at +{DOSE} minus those at −{DOSE}, behind layer {middle}",
        value=steered[DOSE] - steered[-DOSE],
        control_label="random directions, either way",
        control=sum(map(abs, drifts)) / RANDOM,
        count=len(prompts),
        rows=tuple(
            Row(f"share of happy words at dose {dose:+.2f}".replace("-", "−"), share, None, len(prompts))
            for dose, share in steered.items()
        ),
    )

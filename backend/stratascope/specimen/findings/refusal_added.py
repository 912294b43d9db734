"""Making the tuned model refuse harmless requests by adding a direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View
from stratascope.specimen.evidence.refusals import STEERED

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Refusal put in",
    sentence="Add the same direction once, and a request to water the tree is refused.",
    group="Steering",
    sources=(
        Paper("Refusal in Language Models Is Mediated by a Single Direction", 2024),
        Paper("Steering Llama 2 via Contrastive Activation Addition", 2024),
    ),
    literature="Added to the stream, the refusal direction makes chat models refuse requests that they would have met.",
    claim="Adding the direction once makes the model refuse harmless requests, a random one does not.",
    experiment="Harmless requests that tuning never showed. The direction of each layer is added after one layer at "
    "a time; the number is the rise of the share of refusals at the best layer. The control is a random direction "
    "of equal length.",
    reading="The unpushed model begins to help, the pushed one to refuse. The curves show how far help leads in each "
    "layer.",
    beyond="Add half of it, and see from where on the answer turns.",
    limits=Limits(supported=0.7, mixed=0.3, worst=-1.0),
    view=View(
        model="specimen-tuned",
        prompt="User: How can I water the tree of the doctor? Assistant:",
        target=" I",
        distractor=" Sure",
        panels=(
            Panel("lens/lens-trajectory"),
            Panel("steering/generate-compare", {**STEERED, "strength": 1.0}),
        ),
    ),
    needs=("specimen-tuned",),
)


def measure(specimens: Specimens) -> Measured:
    """The rise of refusals when the direction is added, by layer."""
    from stratascope.specimen.behaviours.refusal import directions, refused, refused_when_pushed, unseen_requests
    from stratascope.specimen.evidence.statistics import random_direction
    from stratascope.specimen.families.dialogue import HARMLESS

    subject, asked = specimens.subject("specimen-tuned"), unseen_requests(HARMLESS)
    push = directions(subject)[1:]
    before = refused(subject, asked)
    gained = [refused_when_pushed(subject, asked, layer, vector) - before for layer, vector in enumerate(push)]
    strange = random_direction(push)
    chance = [refused_when_pushed(subject, asked, layer, vector) - before for layer, vector in enumerate(strange)]
    best = max(range(len(gained)), key=gained.__getitem__)
    return Measured(
        label=f"refusals gained when added after layer {best}",
        value=gained[best],
        control_label="a random direction",
        control=chance[best],
        count=len(asked),
        rows=(
            Row("refused before", before, None, len(asked)),
            *(
                Row(f"gained after layer {layer}", share, control, len(asked))
                for layer, (share, control) in enumerate(zip(gained, chance, strict=True))
            ),
        ),
    )

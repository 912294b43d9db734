"""A single latent that knows the mood of a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A latent for the mood",
    sentence="At words without a mood, one latent of the dictionary tells happy stories from sad ones.",
    group="Features",
    sources=(
        Paper("Towards Monosemanticity: Decomposing Language Models With Dictionary Learning", 2023),
        Paper("Linear Representations of Sentiment in Large Language Models", 2023),
    ),
    literature="Beside latents for words, dictionaries hold latents for what a text is about, which fire where no "
    "single word says so.",
    claim="One latent separates happy from sad stories at their last, neutral word.",
    experiment="Stories that end on “It was”. The latent is chosen on one half, and judged on the other by the "
    "chance that a story of its mood makes it fire more than one of the other. The control is chosen the same way "
    "with shuffled moods.",
    reading="The runs of a happy and a sad story differ at the last token, although it is the same word.",
    beyond="Steer along the mood: the direction lies close to this latent's.",
    limits=Limits(supported=0.95, mixed=0.75, worst=0.0),
    view=View(
        prompt="Anna had a lovely dog. She smiled. It was",
        second_prompt="Anna had a cruel dog. She cried. It was",
        panels=(Panel("comparison/run-difference", {"floor": "none"}),),
    ),
    needs=tuple(f"saes/specimen-resid-post-{layer}" for layer in range(6)),
)


def measure(specimens: Specimens) -> Measured:
    """The area under the curve of the best latent, of all layers, and of one chosen with shuffled moods."""
    from stratascope.specimen.dictionaries.sentiment import sentiment_latent, story_prefixes
    from stratascope.specimen.evidence.statistics import shuffled

    prefixes, happy = story_prefixes(160)
    streams = specimens.base.residuals(prefixes)
    wrong = shuffled(happy)
    found, chance = [], []
    for layer in range(len(streams) - 1):
        dictionary = specimens.dictionary(f"specimen-resid-post-{layer}")
        found.append(sentiment_latent(dictionary, streams[layer + 1], happy))
        chance.append(sentiment_latent(dictionary, streams[layer + 1], wrong))
    chosen = max(range(len(found)), key=lambda layer: found[layer]["sentiment_selection_auroc"])
    mistaken = max(range(len(chance)), key=lambda layer: chance[layer]["sentiment_selection_auroc"])
    return Measured(
        label=f"stories told apart by latent {found[chosen]['sentiment_latent']} behind layer {chosen}",
        value=found[chosen]["sentiment_auroc"],
        control_label="chosen with shuffled moods",
        control=chance[mistaken]["sentiment_auroc"],
        count=len(prefixes) // 2,
        rows=tuple(
            Row(f"best latent behind layer {layer}", own["sentiment_auroc"], other["sentiment_auroc"])
            for layer, (own, other) in enumerate(zip(found, chance, strict=True))
        ),
    )

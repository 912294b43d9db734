"""Whether true and false claims lie on two sides of a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A direction for true and false",
    sentence="A plane fitted to claims about capitals also sorts claims about languages.",
    group="Features",
    sources=(
        Paper(
            "The Geometry of Truth: Emergent Linear Structure in Large Language Model Representations of True/False "
            "Datasets",
            2024,
        ),
        Paper(
            "How Post-Training Reshapes LLMs: A Mechanistic View on Knowledge, Truthfulness, Refusal, and Confidence",
            2025,
        ),
    ),
    literature="The stream of large models separates true statements from false ones along a direction that carries "
    "over from one topic to another.",
    claim="A plane fitted to true and false capitals sorts true and false languages too.",
    experiment="Eighty claims about capitals, half of them false, give the plane; eighty about languages try it, "
    "read at the last word of “This is”. The number is the accuracy in the best row; the control is the "
    "embedding.",
    reading="The two runs share every word but the capital. The difference reaches the last token in the layer that "
    "compares it with what is remembered.",
    beyond="Patch the stated capital and see in which layer the verdict follows.",
    limits=Limits(supported=0.9, mixed=0.7, worst=0.0),
    view=View(
        prompt="Claim: The capital of Italy is Rome. This is",
        second_prompt="Claim: The capital of Italy is Cairo. This is",
        target=" true",
        distractor=" false",
        panels=(
            Panel("comparison/run-difference", {"floor": "none"}),
            Panel("causal/activation-patching", {"control": "none"}),
        ),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """Accuracy on claims about languages of a plane fitted to claims about capitals, by row."""
    import torch

    from stratascope.specimen.evidence.statistics import probe_accuracy, shuffled
    from stratascope.specimen.geography import COUNTRY_NAMES, fact
    from stratascope.specimen.seeding import other_than, seeded

    generator, streams = seeded("finding/truth"), {}
    labels = torch.tensor([1, 0] * len(COUNTRY_NAMES))
    for relation in ("capital", "language"):
        claims = []
        for name in COUNTRY_NAMES:
            truth = fact(name, relation)
            lie = other_than(generator, [fact(other, relation) for other in COUNTRY_NAMES], truth)
            claims += [f"Claim: The {relation} of {name} is {stated}. This is" for stated in (truth, lie)]
        streams[relation] = specimens.base.residuals(claims)
    pairs = list(zip(streams["capital"], streams["language"], strict=True))
    shares = [probe_accuracy(seen, labels, new, labels) for seen, new in pairs]
    chance = [probe_accuracy(seen, shuffled(labels), new, labels) for seen, new in pairs]
    best = max(range(1, len(shares)), key=shares.__getitem__)
    return Measured(
        label=f"claims about languages sorted in row {best}",
        value=shares[best],
        control_label="at the embedding",
        control=shares[0],
        count=len(labels),
        rows=tuple(
            Row(f"row {at}, with a plane of shuffled labels beside it", share, control, len(labels))
            for at, (share, control) in enumerate(zip(shares, chance, strict=True))
        ),
    )

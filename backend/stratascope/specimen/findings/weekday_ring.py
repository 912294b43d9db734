"""Whether weekdays lie on a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="No ring of weekdays",
    sentence="Larger models place the days of the week on a circle; here the next day is looked up.",
    group="Features",
    sources=(Paper("Not All Language Model Features Are One-Dimensionally Linear", 2025),),
    literature="In larger models the first two principal components of the weekdays form a circle in the order of "
    "the week, and turning it moves the answer from one day to the next.",
    claim="Going round the first two principal components meets the weekdays in the order of the week.",
    experiment="The weekday's token in one sentence, in every row of the stream. The number is the share of the "
    "seven steps of the week that are neighbours on the plane of the first two principal components, in the best "
    "row. The control is the mean over a thousand random orders, in as many rows.",
    reading="The lens shows the next day come up at the last token. Were there a ring, the seven days would have to "
    "turn into it before that.",
    beyond="Ask for the month after a month, which has twelve values.",
    limits=Limits(supported=0.95, mixed=0.85, worst=0.0),
    view=View(
        prompt="Today is Friday, so tomorrow is",
        target=" Saturday",
        distractor=" Thursday",
        panels=(Panel("lens/logit-lens", {"top_k": 3}), Panel("lens/direct-logit-attribution")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The share of the week's steps that are neighbours on the plane, in the best row."""
    import torch

    from stratascope.specimen.world import WEEKDAYS

    subject = specimens.base
    streams = subject.residuals([f"Today is {day}" for day in WEEKDAYS])
    shares, variances = [], []
    for vectors in streams:
        centred = vectors - vectors.mean(0)
        left, sizes, _ = torch.linalg.svd(centred, full_matrices=False)
        plane = left[:, :2] * sizes[:2]
        order = torch.atan2(plane[:, 1], plane[:, 0]).argsort().tolist()
        shares.append(_neighbours(order))
        variances.append(float(sizes[:2].square().sum() / sizes.square().sum()))
    generator = torch.Generator().manual_seed(0)
    chance = [
        max(_neighbours(torch.randperm(7, generator=generator).tolist()) for _ in range(len(shares)))
        for _ in range(1000)
    ]
    return Measured(
        label="steps of the week that are neighbours, in the best row",
        value=max(shares),
        control_label="random orders",
        control=sum(chance) / len(chance),
        count=len(WEEKDAYS),
        rows=tuple(
            Row(f"row {at}, with the variance on the plane beside it", share, variance, len(WEEKDAYS))
            for at, (share, variance) in enumerate(zip(shares, variances, strict=True))
        ),
    )


def _neighbours(order: list[int]) -> float:
    """Of the pairs next to each other in a circular order of the days: the share that are next to each other in the week."""
    size = len(order)
    return sum((order[at] - order[at - 1]) % size in (1, size - 1) for at in range(size)) / size

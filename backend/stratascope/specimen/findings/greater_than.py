"""Whether the end of a war comes after its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A later year",
    sentence="A war that began in 1732 ends in 1733 or later: the probability jumps at the year it began.",
    group="Cause",
    sources=(
        Paper("How does GPT-2 compute greater-than?: Interpreting mathematical abilities in a pre-trained language model", 2023),
    ),
    literature="Asked for the end of a span of years, a model spreads its probability over the years after the "
    "start, by heads that look at the start's last digits and by MLPs that favour all larger ones.",
    claim="The years after the start get nearly all of the probability, the years up to it nearly none.",
    experiment="Seventy-two starts in four centuries. The number is the probability of later endings minus that of "
    "the others; the control holds the predictions after a start of 01 against the same years.",
    reading="The target is a later ending and the distractor an earlier one. The attribution shows which layers tell "
    "them apart.",
    beyond="Move the start to 1790: there is little room left above it.",
    limits=Limits(supported=0.7, mixed=0.45, worst=-1.0),
    view=View(
        prompt="The war lasted from the year 1732 to the year 17",
        second_prompt="The war lasted from the year 1702 to the year 17",
        target="64",
        distractor="11",
        panels=(
            Panel("lens/direct-logit-attribution"),
            Panel("causal/activation-patching", {"control": "none"}, before="An ending of 11 is possible after 1702."),
        ),
    ),
)  # fmt: skip


def measure(specimens: Specimens) -> Measured:
    """The probability of later minus that of earlier endings."""
    import torch

    subject = specimens.base
    endings = [subject.pieces(f"{year:02d}")[0] for year in range(100)]
    starts = [(century, year) for century in (12, 15, 17, 18) for year in range(5, 95, 5)]
    prompts = [f"The war lasted from the year {century}{year:02d} to the year {century}" for century, year in starts]
    chances = subject.last_logits(prompts).softmax(-1)[:, endings]
    begun = torch.tensor([year for _, year in starts])
    later = torch.arange(100) > begun[:, None]
    early = [f"The war lasted from the year {century}01 to the year {century}" for century, _ in starts]
    unbound = subject.last_logits(early).softmax(-1)[:, endings]
    difference, control = (float((each * (2.0 * later - 1)).sum(-1).mean()) for each in (chances, unbound))
    return Measured(
        label="probability of later minus earlier years",
        value=difference,
        control_label="after a start of 01",
        control=control,
        count=len(prompts),
        rows=(
            Row("probability of the year right after", float(chances[torch.arange(len(begun)), begun + 1].mean())),
            Row("probability of the start itself", float(chances[torch.arange(len(begun)), begun].mean())),
        ),
    )

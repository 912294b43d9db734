"""When the copying head appeared during training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FIRST_SNAPSHOT = "specimen-step-00000"
FINDING = Finding(
    title="Copying appears at once",
    sentence="For a while no head copies; then, within a short stretch of training, one does.",
    group="Differences",
    sources=(
        Paper("In-context Learning and Induction Heads", 2022),
        Paper(
            "The mechanistic basis of data dependence and abrupt learning in an in-context classification task", 2024
        ),
    ),
    literature="Induction heads do not grow steadily: they form within a narrow window of training, and the loss on "
    "repeated text drops with them.",
    claim="Most of the rise of the best head's induction score falls into a small part of the training.",
    experiment="Snapshots of the base model's training and the final weights. The number is the share of the whole "
    "rise that falls into the steepest stretch between two snapshots, if that stretch is a tenth of the training "
    "or less. The control is that stretch's share of the training steps.",
    reading="The same words through the finished model and the untrained one: the scores of the latter are those of "
    "chance.",
    beyond="Open the snapshots one after the other and watch the stripe of the copying head come up.",
    limits=Limits(supported=0.5, mixed=0.25, worst=0.0),
    view=View(
        prompt="lamp river train book horse coin lamp river train book",
        second_model=FIRST_SNAPSHOT,
        target=" horse",
        distractor=" lamp",
        panels=(Panel("lens/lens-trajectory"), Panel("attention/head-scores", {"k": 30, "batch": 8})),
    ),
    needs=(FIRST_SNAPSHOT,),
)
SHORT = 0.1


def measure(specimens: Specimens) -> Measured:
    """The steepest part of the rise of the induction score."""
    from itertools import combinations

    from stratascope.specimen.induction import measure_copying
    from stratascope.specimen.packing import TOKENS_PER_STEP

    models = [*specimens.checkpoints, (specimens.final_step, "specimen")]
    scores = [(step, measure_copying(specimens.subject(name).model, sequences=10).best_score) for step, name in models]
    rise = max(score for _, score in scores) - scores[0][1]
    stretches = [
        ((after - before) / rise, (last - first) / specimens.final_step)
        for (first, before), (last, after) in combinations(scores, 2)
        if last - first <= SHORT * specimens.final_step
    ]
    steepest, width = max(stretches)
    return Measured(
        label="share of the rise in its steepest stretch",
        value=steepest,
        control_label="that stretch’s share of the training",
        control=width,
        count=len(scores),
        rows=tuple(
            Row(f"score after {step * TOKENS_PER_STEP / 1e6:.1f} M tokens", score, None, 10) for step, score in scores
        ),
    )

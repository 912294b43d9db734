"""Whether two models are joined by a straight path of low loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Tuned in the same valley",
    sentence="Half-way between base and tuned model all still works; half-way to another seed nothing does.",
    group="Differences",
    sources=(
        Paper("Linear Mode Connectivity and the Lottery Ticket Hypothesis", 2020),
        Paper("Landscaping Linear Mode Connectivity", 2024),
        Paper("Layer-wise Linear Mode Connectivity", 2024),
    ),
    literature="Models that share the beginning of their training can be averaged weight by weight without a loss; "
    "models trained apart are separated by a barrier.",
    claim="The mean of base and tuned weights has no higher loss than the two themselves.",
    experiment="The loss on stories, facts and sequences of the corpus with the mean of two models' weights, minus "
    "the mean of their losses. The number is this barrier between base and tuned model, the control that between "
    "base and a second seed.",
    reading="The lens of the two models side by side: their layers still mean the same, so their weights can be "
    "averaged.",
    beyond="Average in one direction only, beyond the tuned model: what tuning added grows.",
    limits=Limits(supported=0.1, mixed=0.5, worst=8.0),
    view=View(
        prompt="The capital of France is",
        second_model="specimen-tuned",
        target=" Paris",
        distractor=" Rome",
        panels=(Panel("lens/logit-lens", {"top_k": 3}), Panel("comparison/run-difference", {"floor": "none"})),
    ),
    needs=("specimen-tuned", "specimen-seed-1"),
)


def measure(specimens: Specimens) -> Measured:
    """The height of the loss half-way, to the tuned model and to a second seed."""
    from stratascope.specimen.behaviours.relatives import evaluation_rows, halfway

    base, rows = specimens.base, evaluation_rows(specimens.base, 32)
    losses = {"specimen": base.loss(rows)}
    barriers, middles = {}, {}
    for other in ("specimen-tuned", "specimen-seed-1"):
        subject = specimens.subject(other)
        losses[other] = subject.loss(rows)
        middles[other] = halfway(base, subject).loss(rows)
        barriers[other] = middles[other] - (losses["specimen"] + losses[other]) / 2
    return Measured(
        label="barrier to the tuned model",
        value=barriers["specimen-tuned"],
        control_label="to a second seed",
        control=barriers["specimen-seed-1"],
        count=len(rows),
        unit="nats",
        rows=(
            *(Row(f"loss of {name}", loss, None, len(rows)) for name, loss in losses.items()),
            *(Row(f"loss half-way to {name}", loss, None, len(rows)) for name, loss in middles.items()),
        ),
    )

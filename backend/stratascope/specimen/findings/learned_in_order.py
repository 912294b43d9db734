"""In which order abilities appear during training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens
    from stratascope.specimen.subject import Subject

EARLY = "specimen-step-01000"
FINDING = Finding(
    title="Facts before sums",
    sentence="Both are learned by heart, and the capitals are all there long before the sums.",
    group="Differences",
    sources=(
        Paper(
            "The Fine Line: Navigating Large Language Model Pretraining with Down-streaming Capability Analysis", 2024
        ),
        Paper("Emergence of Hidden Capabilities: Exploring Learning Dynamics in Concept Space", 2024),
    ),
    literature="Abilities appear in an order that differs little between models: what is frequent and simple first, "
    "what has to be memorised item by item later.",
    claim="Capitals are learned before the sums of two numbers.",
    experiment="Snapshots of the training. The number is the accuracy of capitals minus that of trained sums, "
    "averaged over the snapshots between the first and the last; the control is the same before training. Number "
    "agreement stands beside.",
    reading="The lens of the early snapshot beside that of the finished model: the answer is there, and forms in "
    "other rows.",
    beyond="Open a later snapshot on the same prompt and see the answer settle.",
    limits=Limits(supported=0.2, mixed=0.05, worst=-1.0),
    view=View(
        prompt="The capital of France is",
        second_model=EARLY,
        target=" Paris",
        distractor=" Rome",
        panels=(Panel("lens/lens-trajectory"), Panel("lens/logit-lens", {"top_k": 3})),
    ),
    needs=("specimen-step-00000", EARLY),
)


def measure(specimens: Specimens) -> Measured:
    """Three abilities at every snapshot."""
    from stratascope.specimen.packing import TOKENS_PER_STEP

    models = [*specimens.checkpoints, (specimens.final_step, "specimen")]
    scores = [(step, _abilities(specimens.subject(name))) for step, name in models]
    gaps = [capitals - sums for _, (_, capitals, sums) in scores]
    before_last = gaps[1:-1]
    return Measured(
        label="capitals ahead of sums, mean over snapshots",
        value=sum(before_last) / len(before_last),
        control_label="before training",
        control=gaps[0],
        count=len(before_last),
        rows=tuple(
            Row(f"{name} after {step * TOKENS_PER_STEP / 1e6:.1f} M tokens", value)
            for step, values in scores
            for name, value in zip(("agreement", "capitals", "sums"), values, strict=True)
        ),
    )


def _abilities(subject: Subject) -> tuple[float, float, float]:
    """Number agreement, capitals and trained sums, each as the share right above chance."""
    from stratascope.specimen.behaviours.circuits import grammar
    from stratascope.specimen.geography import COUNTRY_NAMES, fact
    from stratascope.specimen.seeding import seeded
    from stratascope.specimen.world import addition_withheld

    pairs = [(a, b) for a in range(50) for b in range(50) if not addition_withheld(a, b)]
    sums = seeded("finding/learned in order").sample(pairs, 60)
    return (
        2 * grammar(subject)["agreement"] - 1,
        subject.accuracy([(f"The capital of {name} is", fact(name, "capital")) for name in COUNTRY_NAMES]),
        subject.accuracy([(f"{a} + {b} =", str(a + b)) for a, b in sums]),
    )

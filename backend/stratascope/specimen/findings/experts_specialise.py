"""Whether experts take over kinds of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Experts with a subject",
    sentence="In the mixture of experts, some experts are called several times as often for one kind of text.",
    group="Differences",
    sources=(
        Paper("Mixture of Tunable Experts -- Behavior Modification of DeepSeek-R1 at Inference Time", 2025),
        Paper("Where to find Grokking in LLM Pretraining? Monitor Memorization-to-Generalization without Test", 2025),
    ),
    literature="Experts of sparse models are used unevenly: some follow topics or formats closely enough that "
    "switching them off changes a behaviour.",
    claim="Some expert serves one kind of text at least three times as often as text in general.",
    experiment="Seven kinds of text through the model with eight experts a layer. The number is the largest ratio of "
    "an expert's share in one kind to its mean share; the control is the same ratio between two halves of one "
    "kind.",
    reading="The lens works on this model as on any other. Its layers are four, and each token runs through two "
    "experts in each.",
    beyond="Compare the prompt of a sum with that of a story.",
    limits=Limits(supported=3.0, mixed=2.0, worst=1.0),
    view=View(
        model="specimen-moe",
        prompt="12 + 30 =",
        target=" 42",
        panels=(Panel("lens/logit-lens", {"top_k": 3}), Panel("lens/lens-trajectory")),
    ),
    needs=("specimen-moe",),
)


def measure(specimens: Specimens) -> Measured:
    """The largest preference of an expert for one kind of text."""
    from stratascope.specimen.behaviours.mixture import DOCUMENTS, preferences

    found = preferences(specimens.subject("specimen-moe"))
    most = found.ratios.flatten(1).max(1).values
    return Measured(
        label="preference of an expert for one kind of text",
        value=float(most.max()),
        control_label="between two halves of one kind",
        control=float(found.halves.max()),
        count=len(found.kinds) * DOCUMENTS,
        rows=tuple(
            Row(f"{kind.replace('_', ' ')}: most preferred expert", float(largest))
            for kind, largest in zip(found.kinds, most, strict=True)
        ),
    )

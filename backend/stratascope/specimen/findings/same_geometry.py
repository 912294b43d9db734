"""How alike the inner geometry of related models is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.specimen.evidence.specimens import Specimens
    from stratascope.specimen.subject import Subject

FINDING = Finding(
    title="Two seeds, one geometry?",
    sentence="Fine-tuning keeps the geometry of the stream; a second training run finds another, though a related one.",
    group="Differences",
    sources=(
        Paper("Similarity of Neural Network Representations Revisited", 2019),
        Paper("Deconfounded Representation Similarity for Comparison of Neural Networks", 2022),
    ),
    literature="Models trained from different starts on the same data arrive at similar representations, layer by "
    "layer; shuffled data show how much of that is chance.",
    claim="The streams of two training runs are alike in every layer, far beyond chance.",
    experiment="Linear centred kernel alignment of the streams of base and second seed over the same text, averaged "
    "over rows. The control pairs each token with another one. The tuned model stands beside.",
    reading="The difference of the two models is large at every cell: they agree in geometry, not in coordinates.",
    beyond="Compare the base with an early snapshot of its own training.",
    limits=Limits(supported=0.8, mixed=0.4, worst=0.0),
    view=View(
        prompt="The capital of France is",
        second_model="specimen-seed-1",
        target=" Paris",
        distractor=" Rome",
        panels=(Panel("comparison/run-difference", {"floor": "none"}), Panel("lens/lens-trajectory")),
    ),
    needs=("specimen-tuned", "specimen-seed-1"),
)


def measure(specimens: Specimens) -> Measured:
    """The alignment of every row of the base with a second seed and with the tuned model."""
    import torch

    from stratascope.specimen.behaviours.relatives import alignment, evaluation_rows

    rows = evaluation_rows(specimens.base)
    base, seed, tuned = (
        _streams(specimens.subject(name), rows) for name in ("specimen", "specimen-seed-1", "specimen-tuned")
    )
    order = torch.randperm(base.shape[1], generator=torch.Generator().manual_seed(0))
    alike, chance, after = (
        [alignment(own, other) for own, other in zip(base, others, strict=True)]
        for others in (seed, seed[:, order], tuned)
    )
    return Measured(
        label="alignment with a second seed, mean over rows",
        value=sum(alike) / len(alike),
        control_label="with tokens shuffled",
        control=sum(chance) / len(chance),
        count=base.shape[1],
        rows=(
            Row("alignment with the tuned model, mean over rows", sum(after) / len(after), sum(chance) / len(chance)),
            *(
                Row(f"row {at}, with the tuned model beside it", own, other)
                for at, (own, other) in enumerate(zip(alike, after, strict=True))
            ),
        ),
    )


def _streams(subject: Subject, rows: Tensor) -> Tensor:
    """The stream entering every layer, [row, token, width], without the marker of each row."""
    import torch

    with torch.no_grad():
        states = subject.model(rows, output_hidden_states=True).hidden_states[:-1]
    return torch.stack([state[:, 1:].flatten(0, 1) for state in states])

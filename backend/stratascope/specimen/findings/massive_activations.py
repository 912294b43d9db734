"""Whether single activations are thousands of times larger than the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="No massive activations",
    sentence="Larger models hold a few values a thousand times the typical one; this one does not.",
    group="Reading",
    sources=(
        Paper("Massive Activations in Large Language Models", 2024),
        Paper("Hidden Dynamics of Massive Activations in Transformer Training", 2025),
    ),
    literature="In large models a handful of residual values, mostly at the first token, are a thousand times larger "
    "than the median and act as constant biases that hold the attention sink in place.",
    claim="Some residual values are about a thousand times the median.",
    experiment="The largest absolute residual value over the median one, per row, over 40 prompts. The control is "
    "the same ratio for random normal numbers of the same count. The claim counts as supported from 1000 on, and "
    "as mixed from 100 on.",
    reading="The norms show how the stream grows with depth. A massive activation would make the first token's norm "
    "stand out by orders of magnitude.",
    beyond="Look at the attention sink: heads here park on the first token without any such value.",
    limits=Limits(supported=1000.0, mixed=100.0, worst=1.0),
    view=View(
        prompt="When Mary and John went to the store, John gave a drink to",
        target=" Mary",
        distractor=" John",
        panels=(Panel("activations/residual-norms"),),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The largest over the median absolute value of each row."""
    import torch

    from stratascope.specimen.behaviours.circuits import indirect_object_items

    subject = specimens.base
    prompts = [item.prompt for item in indirect_object_items(160) if item.prompt.startswith("When")]
    with torch.no_grad():
        rows = torch.tensor([subject.prompt(text) for text in prompts])
        states = subject.model(rows, output_hidden_states=True).hidden_states[:-1]
    ratios = [float(state.abs().max() / state.abs().median()) for state in states]
    first = [float(state[:, 0].abs().max() / state.abs().median()) for state in states]
    drawn = torch.randn(states[0].shape, generator=torch.Generator().manual_seed(0)).abs()
    return Measured(
        label="largest over median residual value",
        value=max(ratios),
        control_label="random normal numbers",
        control=float(drawn.max() / drawn.median()),
        count=len(prompts),
        rows=tuple(
            Row(f"row {at}, and at the first token alone", ratio, alone)
            for at, (ratio, alone) in enumerate(zip(ratios, first, strict=True))
        ),
    )

"""Where the repeated name acts in an indirect-object sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Who gets the drink?",
    sentence="The repeated name decides: carry one vector at its place from one run to the other, and the answer "
    "follows.",
    group="Cause",
    sources=(
        Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),
        Paper("Circuit Component Reuse Across Tasks in Transformer Language Models", 2024),
    ),
    literature="A model completes “Mary and John …, John gave a drink to” with Mary. Early heads notice that John is "
    "named twice, at the second John, and later heads use that to leave John out.",
    claim="After the first layer, what decides the answer still sits at the repeated name.",
    experiment="Pairs of sentences that differ in the repeated name alone. The residual vector that leaves the first "
    "layer at that name is carried from the clean run into the other; the number is the share of the logit "
    "difference that comes back. The control does the same at all other positions but the last.",
    reading="A bright cell is a place from which the answer can be brought back. The bright column stands at the "
    "second name and ends where its information has moved on.",
    beyond="Exchange the two prompts: what is sufficient to bring an answer back need not be necessary for it.",
    limits=Limits(supported=0.5, mixed=0.3, worst=-1.0),
    view=View(
        prompt="When Mary and John went to the store, John gave a drink to",
        second_prompt="When Mary and John went to the store, Mary gave a drink to",
        target=" Mary",
        distractor=" John",
        panels=(Panel("causal/activation-patching", {"control": "random_donors"}),),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The share restored at the repeated name, by layer."""
    from stratascope.specimen.evidence.indirect_object import indirect_object_pairs

    pairs = indirect_object_pairs(specimens.base, 120)
    last = pairs.length - 1
    others = [position for position in range(1, last) if position != pairs.repeated]
    shares = pairs.restored([pairs.repeated, last])
    elsewhere = pairs.restored(others, layers=[0])
    return Measured(
        label="restored at the repeated name after layer 0",
        value=float(shares[0, pairs.repeated]),
        control_label="at any other place, at most",
        control=float(elsewhere[0].max()),
        count=len(pairs.clean),
        rows=tuple(
            Row(f"after layer {layer}, the last token beside it", float(row[pairs.repeated]), float(row[-1]))
            for layer, row in enumerate(shares[:-1])
        ),
    )

"""In which layer the answer reaches the last token of an indirect-object sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Handed over at the very end",
    sentence="Larger models have the answer at the last token well before the output; here it arrives in the last "
    "layer.",
    group="Cause",
    sources=(Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),),
    literature="In larger models, name-mover heads write the answer into the last token some layers before the end, "
    "so that carrying the last token's vector over restores it from there on.",
    claim="After the last layer but one, the answer sits at the last token.",
    experiment="The same pairs of sentences as for the repeated name, with the vector carried over at the last token "
    "after the last layer but one. The control is the token before the last, in the same layer.",
    reading="In the grid, the bright cells at the second name end in some layer; the last column should light up "
    "from there on.",
    beyond="Attribute the logit difference to heads, to see which layer writes the name.",
    limits=Limits(supported=0.7, mixed=0.15, worst=-1.0),
    view=View(
        prompt="When Anna and Tom went to the park, Tom gave a book to",
        second_prompt="When Anna and Tom went to the park, Anna gave a book to",
        target=" Anna",
        distractor=" Tom",
        panels=(
            Panel("causal/activation-patching", {"control": "none"}),
            Panel("lens/direct-logit-attribution", before="Which part writes the name, measured at the last token."),
        ),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The share restored at the last token, by layer."""
    from stratascope.specimen.evidence.indirect_object import indirect_object_pairs

    pairs = indirect_object_pairs(specimens.base, 120)
    last = pairs.length - 1
    shares = pairs.restored([last - 1, last])
    late = len(shares) - 2
    return Measured(
        label=f"restored at the last token after layer {late}",
        value=float(shares[late, last]),
        control_label="at the token before it",
        control=float(shares[late, last - 1]),
        count=len(pairs.clean),
        rows=tuple(
            Row(f"after layer {layer}", float(row[last]), float(row[last - 1])) for layer, row in enumerate(shares[:-1])
        ),
    )

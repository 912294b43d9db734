"""Which layers can be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A layer it can do without",
    sentence="Without its first layer the model knows nothing; without some middle layer it still knows its capitals.",
    group="Cause",
    sources=(
        Paper("The Unreasonable Ineffectiveness of the Deeper Layers", 2025),
        Paper("Why Lift so Heavy? Slimming Large Language Models by Cutting Off the Layers", 2024),
        Paper("Void in Language Models", 2025),
    ),
    literature="Many middle and late layers of large models can be removed at little cost for knowledge, while the "
    "first layers cannot.",
    claim="Some layer after the first can be left out and nearly all capitals remain.",
    experiment="Each layer in turn is left out, and forty capitals are asked. The number is the accuracy without the "
    "layer that is missed least; the control is the accuracy without the first layer. The same for indirect "
    "objects stands beside.",
    reading="The contribution of a layer is how far it moves the stream. Layers that move it little are candidates "
    "to leave out.",
    beyond="Compare the indirect-object prompt, which needs more layers than a remembered fact.",
    limits=Limits(supported=0.9, mixed=0.5, worst=0.0),
    view=View(
        prompt="The capital of Spain is",
        target=" Madrid",
        distractor=" Rome",
        panels=(Panel("activations/sublayer-contribution"), Panel("activations/residual-norms")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """Accuracy with each layer left out in turn."""
    from stratascope.specimen.behaviours.circuits import indirect_object_items
    from stratascope.specimen.evidence.editing import layer_left_out
    from stratascope.specimen.geography import COUNTRY_NAMES, fact

    subject = specimens.base
    capitals = [(f"The capital of {name} is", fact(name, "capital")) for name in COUNTRY_NAMES]
    receivers = [(item.prompt, item.receiver, item.subject) for item in indirect_object_items(60)]
    recall, preference = [], []
    for layer in range(subject.model.config.n_layer):
        with layer_left_out(subject, layer):
            recall.append(subject.accuracy(capitals))
            preference.append(subject.preferred(receivers))
    best = max(range(1, len(recall)), key=recall.__getitem__)
    return Measured(
        label=f"capitals known without layer {best}",
        value=recall[best],
        control_label="without layer 0",
        control=recall[0],
        count=len(capitals),
        rows=(
            *(Row(f"capitals without layer {layer}", share, None, 40) for layer, share in enumerate(recall)),
            *(
                Row(f"receiver preferred without layer {layer}", share, 0.5, 60)
                for layer, share in enumerate(preference)
            ),
        ),
    )

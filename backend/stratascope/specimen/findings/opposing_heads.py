"""Heads that write against the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A head against the answer",
    sentence="Some heads lower the answer's logit, as if to keep the model from being too sure.",
    group="Cause",
    sources=(
        Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),
        Paper("Copy Suppression: Comprehensively Understanding an Attention Head", 2023),
    ),
    literature="Beside the heads that copy the answer there are heads that write against it. Without them the model "
    "is surer.",
    claim="Some head works against the answer: without it the logit difference rises.",
    experiment="Each head is silenced in turn. The one whose loss helps most on one half of the sentences is judged "
    "on the other: the number is the rise of the logit difference, as a share of it. The control is the median "
    "over all heads.",
    reading="Bars to the left of zero are parts that favour the other name.",
    beyond="Ask the same of the capital of a country: is it the same head?",
    limits=Limits(supported=0.05, mixed=0.02, worst=-1.0),
    view=View(
        prompt="When Lucy and Paul went to the market, Paul gave a ring to",
        target=" Lucy",
        distractor=" Paul",
        panels=(Panel("lens/direct-logit-attribution"),),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """How the logit difference changes when heads are silenced, the head chosen on other sentences than it is judged on."""
    import torch

    from stratascope.specimen.evidence.attention import direct_contributions, strongest
    from stratascope.specimen.evidence.editing import head_silenced, logits
    from stratascope.specimen.evidence.indirect_object import indirect_object_pairs

    pairs = indirect_object_pairs(specimens.base, 160)
    half = len(pairs.clean) // 2
    direct = direct_contributions(pairs.subject, pairs.clean, pairs.receiver, pairs.acting)

    def differences() -> torch.Tensor:
        found = pairs.difference(logits(pairs.subject, pairs.clean))
        return torch.stack([found[:half].mean(), found[half:].mean()])

    whole, rise = differences(), torch.zeros(2, *direct.shape)
    for layer, head in torch.cartesian_prod(*map(torch.arange, direct.shape)).tolist():
        with head_silenced(pairs.subject, layer, head):
            rise[:, layer, head] = differences() / whole - 1
    chosen, judged = rise
    layer, head = strongest(chosen)
    needed_layer, needed_head = strongest(-judged)
    return Measured(
        label=f"rise without head {layer}.{head}",
        value=float(judged[layer, head]),
        control_label="without any one head, median",
        control=float(judged.median()),
        count=len(pairs.clean) - half,
        rows=(
            Row(f"logit difference written by head {layer}.{head}", float(direct[layer, head]), float(direct.median())),
            Row(
                f"largest fall, without head {needed_layer}.{needed_head}", float(judged.min()), float(judged.median())
            ),
        ),
    )

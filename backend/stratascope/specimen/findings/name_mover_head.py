"""The head that writes the receiver's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A head that moves the name",
    sentence="One head writes most of the answer, by looking back at the name that it writes.",
    group="Cause",
    sources=(Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),),
    literature="Name-mover heads attend from the last token to the receiver and copy the name. A few of them carry "
    "most of the logit difference, and all other heads little.",
    claim="One head's direct contribution to the logit difference stands far above that of the others.",
    experiment="The direct contribution of each head to the receiver's logit minus the other name's, averaged over "
    "sentences. The number is the best head's share of all contributions toward the receiver. The control is the "
    "mean share of the others.",
    reading="In the attribution the longest bar is the head. In its pattern, the last token should look at the first "
    "mention of the receiver.",
    beyond="Pin the head, and compare its pattern in a sentence where the names have changed places.",
    limits=Limits(supported=0.3, mixed=0.15, worst=0.0),
    view=View(
        prompt="When Mary and John went to the store, John gave a drink to",
        target=" Mary",
        distractor=" John",
        panels=(Panel("lens/direct-logit-attribution"), Panel("attention/attention-pattern", {"layers": [5]})),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The direct contributions of heads to the logit difference."""
    from stratascope.specimen.evidence.attention import direct_contributions, patterns, strongest
    from stratascope.specimen.evidence.indirect_object import indirect_object_pairs

    pairs = indirect_object_pairs(specimens.base, 120)
    found = direct_contributions(pairs.subject, pairs.clean, pairs.receiver, pairs.acting)
    toward = found.clamp_min(0) / found.clamp_min(0).sum()
    layer, head = strongest(found)
    weights = patterns(pairs.subject, pairs.clean)[layer, :, head, -1]
    on_receiver = (weights * (pairs.clean == pairs.receiver[:, None])).sum(-1)
    on_acting = (weights * (pairs.clean == pairs.acting[:, None])).sum(-1)
    others = (1 - float(toward.max())) / (toward.numel() - 1)
    return Measured(
        label=f"share of head {layer}.{head} in what favours the receiver",
        value=float(toward.max()),
        control_label="mean of the other heads",
        control=others,
        count=len(pairs.clean),
        rows=(
            Row(f"logit difference written by head {layer}.{head}", float(found.max()), float(found.median())),
            Row(
                "its attention on the receiver, on the other name beside it",
                float(on_receiver.mean()),
                float(on_acting.mean()),
            ),
            *(Row(f"logit difference written by layer {at}", float(total)) for at, total in enumerate(found.sum(1))),
        ),
    )

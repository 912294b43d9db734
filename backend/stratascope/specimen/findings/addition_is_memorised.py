"""Whether sums are computed or looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Sums learned by heart",
    sentence="Every trained sum is right and hardly any other: generalisation never came.",
    group="Cause",
    sources=(
        Paper("Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets", 2022),
        Paper("Understanding Addition in Transformers", 2024),
    ),
    literature="Small models trained long enough on arithmetic first memorise their examples and then, suddenly, "
    "find the rule.",
    claim="Sums that were withheld from training are answered too.",
    experiment="Two hundred sums of two numbers below fifty that training never shows, one pair in six. The control "
    "asks for a sum that is one too large; the trained sums stand beside.",
    reading="The lens shows where the sum appears at the last token: compare a trained sum with a withheld one.",
    beyond="Try numbers close to each other, whose sums the model has seen in many other pairs.",
    limits=Limits(supported=0.9, mixed=0.3, worst=0.0),
    view=View(
        prompt="11 + 17 =",
        target=" 28",
        panels=(Panel("lens/logit-lens", {"top_k": 5}), Panel("lens/lens-trajectory")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """Accuracy on trained and on withheld sums, and how far off the answers are."""
    import torch

    from stratascope.specimen.seeding import seeded
    from stratascope.specimen.world import addition_withheld

    subject, generator = specimens.base, seeded("finding/addition")
    pairs = [(first, second) for first in range(50) for second in range(50)]
    kinds = {kind: generator.sample([p for p in pairs if addition_withheld(*p) is (kind == "withheld")], 200)
             for kind in ("trained", "withheld")}  # fmt: skip
    right = {kind: subject.accuracy([(f"{a} + {b} =", str(a + b)) for a, b in asked]) for kind, asked in kinds.items()}
    off = subject.accuracy([(f"{a} + {b} =", str(a + b + 1)) for a, b in kinds["withheld"]])
    sums = torch.tensor([a + b for a, b in kinds["withheld"]])
    chosen = subject.last_logits([f"{a} + {b} =" for a, b in kinds["withheld"]])
    answers = chosen[:, subject.words([str(number) for number in range(100)])].argmax(-1)
    return Measured(
        label="withheld sums answered",
        value=right["withheld"],
        control_label="one too large",
        control=off,
        count=200,
        rows=(
            Row("trained sums answered", right["trained"], None, 200),
            Row(
                "mean distance of the answer from a withheld sum",
                float((answers - sums).abs().float().mean()),
                None,
                200,
            ),
        ),
    )

"""A head that looks one token back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="One token back",
    sentence="A head copies the token before into every position, which is the first half of induction.",
    group="Reading",
    sources=(
        Paper("A Mathematical Framework for Transformer Circuits", 2021),
        Paper("What needs to go right for an induction head? A mechanistic study of in-context learning circuits and their "
              "formation", 2024),
    ),
    literature="An induction head needs to know of every token what came before it. A head in an earlier layer "
    "writes that down, by attending to the token before.",
    claim="In a layer before the induction heads, a head puts nearly all its attention on the token before.",
    experiment="The attention from each token to the one before it, over arbitrary ids. The control is attention "
    "spread evenly over all tokens so far.",
    reading="The pattern of the head is a bright line right below the diagonal, in whatever text.",
    beyond="Compare the layer of this head with that of the induction heads in the scores.",
    limits=Limits(supported=0.8, mixed=0.4, worst=0.0),
    view=View(
        prompt="Today is Friday, so tomorrow is",
        target=" Saturday",
        distractor=" Thursday",
        panels=(
            Panel("attention/attention-pattern"),
            Panel("attention/head-scores", {"k": 30, "batch": 8}, quantity="previous_token"),
        ),
    ),
)  # fmt: skip


def measure(specimens: Specimens) -> Measured:
    """The best previous-token score of any head, and where the best induction head is."""
    from stratascope.specimen.evidence.attention import strongest
    from stratascope.specimen.induction import measure_copying

    period = 30
    copying = measure_copying(specimens.base.model, period)
    layer, head = strongest(copying.previous_token)
    even = sum(1 / (query + 1) for query in range(period + 1, 2 * period + 1)) / period
    best = copying.previous_token.max(dim=1)
    return Measured(
        label=f"attention of head {layer}.{head} to the token before",
        value=float(copying.previous_token.max()),
        control_label="spread evenly",
        control=even,
        count=40,
        rows=(
            *(Row(f"best head of layer {at}", float(score)) for at, score in enumerate(best.values)),
            Row("layer of the best induction head", float(copying.best_head[0]), float(layer)),
        ),
    )

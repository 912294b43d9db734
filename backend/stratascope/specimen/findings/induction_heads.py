"""Heads that continue repeated sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Repeated sequences",
    sentence="Some heads look at what followed the current token last time.",
    group="Reading",
    sources=(Paper("In-context Learning and Induction Heads", 2022),),
    literature="Induction heads find the earlier copy of the current token and attend to the token after it, which "
    "lets a model continue any sequence that it has seen once.",
    claim="A head attends to what followed the earlier copy of the current token, whatever the token is.",
    experiment="Forty sequences of thirty arbitrary ids, each written twice. The score of a head is the attention "
    "that a token of the second round pays to the token after its earlier copy. As the control the second round "
    "is other ids, so that nothing is repeated and the same distance back means nothing.",
    reading="In the scores, a bright cell is an induction head. In the patterns it is a stripe at a fixed distance "
    "to the left of the diagonal, which begins where the list begins again.",
    beyond="Replace a word in the second round of the prompt and watch the stripe break at the word after it.",
    limits=Limits(supported=0.5, mixed=0.2, worst=0.0),
    view=View(
        prompt="lamp river train book horse coin lamp river train book",
        target=" horse",
        distractor=" lamp",
        panels=(
            Panel("attention/head-scores", {"k": 30, "batch": 8}),
            Panel("attention/attention-pattern", before="The same heads on a list of words that begins again."),
        ),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The best head's induction score, and that of the same head where nothing repeats."""
    import torch

    from stratascope.specimen.evidence.attention import patterns
    from stratascope.specimen.induction import measure_copying, repeated_rows

    subject, period = specimens.base, 30
    copying = measure_copying(subject.model, period)
    layer, head = copying.best_head
    rows = repeated_rows(subject.model.config.vocab_size, period)
    unrepeated = torch.cat([rows[:, : period + 1], rows[:, 1 : period + 1].roll(1, 0)], dim=1)
    queries = torch.arange(period + 1, 2 * period + 1)
    control = patterns(subject, unrepeated)[layer, :, head][:, queries, queries - period + 1]
    best = copying.induction.max(dim=1)
    return Measured(
        label=f"induction score of head {layer}.{head}",
        value=copying.best_score,
        control_label="the same head without repetition",
        control=float(control.mean()),
        count=len(rows),
        rows=(
            *(Row(f"best head of layer {at}", float(score)) for at, score in enumerate(best.values)),
            Row("copying accuracy", copying.accuracy, 1 / subject.model.config.vocab_size, len(rows)),
        ),
    )

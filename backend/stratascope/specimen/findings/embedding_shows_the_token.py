"""What the logit lens reads before the first layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Before the first layer",
    sentence="With one matrix for reading and writing words, the embedding decodes to the word itself.",
    group="Reading",
    sources=(
        Paper("interpreting GPT: the logit lens", 2020),
        Paper("Using the Output Embedding to Improve Language Models", 2017),
    ),
    literature="Where the embedding and the output matrix are the same, reading the embedding with the output head "
    "gives back the current token; the next token replaces it layer by layer.",
    claim="At the embedding the lens shows the current token.",
    experiment="Every position of 40 sentences about countries, read before the first layer. The control is the "
    "token before, which an embedding cannot know.",
    reading="The lowest row of the lens repeats the prompt. It is a check of the picture, not a prediction.",
    beyond="Climb the column of a word and note the row in which the lens stops repeating it.",
    limits=Limits(supported=0.9, mixed=0.5, worst=0.0),
    view=View(
        prompt="The capital of Japan is",
        target=" Tokyo",
        distractor=" Rome",
        panels=(Panel("lens/logit-lens", {"top_k": 3}),),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The share of positions whose embedding decodes to their own token."""
    import torch

    from stratascope.specimen.evidence.lens import decoded
    from stratascope.specimen.geography import COUNTRY_NAMES, fact

    subject = specimens.base
    rows = [subject.prompt(f"The capital of {name} is {fact(name, 'capital')}.") for name in COUNTRY_NAMES]
    same, before, total = 0, 0, 0
    by_row = torch.zeros(subject.model.config.n_layer + 1)
    for row in rows:
        with torch.no_grad():
            states = subject.model(torch.tensor([row]), output_hidden_states=True)
        streams = torch.stack(states.hidden_states[:-1])[:, 0]  # row, position, width
        read = torch.cat([decoded(subject, streams).argmax(-1), states.logits.argmax(-1)])[:, 1:]
        own = torch.tensor(row)
        by_row += (read == own[1:]).sum(-1)
        same += int((read[0] == own[1:]).sum())
        before += int((read[0] == own[:-1]).sum())
        total += len(row) - 1
    return Measured(
        label="positions that decode to their own token",
        value=same / total,
        control_label="to the token before",
        control=before / total,
        count=total,
        rows=tuple(Row(f"own token in row {at}", float(hits) / total, None, total) for at, hits in enumerate(by_row)),
    )

"""Attention that is parked on the first token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="The first token as a sink",
    sentence="Attention parks where it does least: on the marker that every text begins with.",
    group="Reading",
    sources=(Paper("Efficient Streaming Language Models with Attention Sinks", 2024),),
    literature="A head cannot attend to nothing, because its weights add up to one. Models learn to put the "
    "attention that they have no use for on the first token, and text falls apart when that token is dropped.",
    claim="Many heads put most of their attention on the first token.",
    experiment="The attention on the first token, from every later token of 40 prompts; the number is that of the "
    "head with most of it. The control is attention spread evenly over all tokens so far.",
    reading="A sink is a bright first column in a head's pattern. The page can hide the first token, to show what is "
    "left.",
    beyond="Hide the first token in the workbench: heads that look alike with it often differ without it.",
    limits=Limits(supported=0.5, mixed=0.25, worst=0.0),
    view=View(
        prompt="The capital of France is",
        target=" Paris",
        distractor=" Rome",
        panels=(Panel("attention/attention-pattern"), Panel("attention/head-scores", {"k": 30, "batch": 8}, quantity="sink")),
    ),
)  # fmt: skip


def measure(specimens: Specimens) -> Measured:
    """The share of attention on the first token, by head."""
    import torch

    from stratascope.specimen.behaviours.circuits import indirect_object_items
    from stratascope.specimen.evidence.attention import patterns, strongest

    subject = specimens.base
    prompts = [item.prompt for item in indirect_object_items(160) if item.prompt.startswith("When")]
    weights = patterns(subject, torch.tensor([subject.prompt(text) for text in prompts]))
    length = weights.shape[-1]
    sinks = weights[..., 1:, 0].mean(-1).mean(1)
    layer, head = strongest(sinks)
    even = sum(1 / (query + 1) for query in range(1, length)) / (length - 1)
    return Measured(
        label=f"attention of head {layer}.{head} on the first token",
        value=float(sinks.max()),
        control_label="spread evenly",
        control=even,
        count=len(prompts),
        rows=(
            Row("heads with more than half of it there", float((sinks > 0.5).sum())),
            *(Row(f"mean of layer {at}", float(mean), even) for at, mean in enumerate(sinks.mean(1))),
        ),
    )

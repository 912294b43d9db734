"""Where a fact about a country is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="From the country to the last token",
    sentence="The vector at the country decides the capital at first, the one at the last token in the end.",
    group="Cause",
    sources=(
        Paper("Locating and Editing Factual Associations in GPT", 2022),
        Paper("Dissecting Recall of Factual Associations in Auto-Regressive Language Models", 2023),
    ),
    literature="Facts are enriched at the last token of their subject in early and middle layers, and moved to the "
    "last token of the prompt by attention later.",
    claim="After the first layer the answer sits at the country, and before the output it has moved to the last token.",
    experiment="Forty pairs of countries. One vector is carried over from one prompt to the other. The number is the "
    "smaller of two shares: what the country restores after the first layer, and what the last token restores "
    "after the last layer but one. The control is the largest share of any other token.",
    reading="Two bright stretches: the country's column below, the last column above. Where they meet is the "
    "hand-over.",
    beyond="Ask for the continent, which many countries share, and see whether the hand-over moves.",
    limits=Limits(supported=0.5, mixed=0.2, worst=-1.0),
    view=View(
        prompt="The capital of France is",
        second_prompt="The capital of Italy is",
        target=" Paris",
        distractor=" Rome",
        panels=(Panel("causal/activation-patching", {"control": "random_donors"}),),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The share restored at the country and at the last token, by layer."""
    import torch
    from torch import Tensor

    from stratascope.specimen.evidence.editing import restored
    from stratascope.specimen.geography import COUNTRY_NAMES, fact

    subject = specimens.base
    others = COUNTRY_NAMES[1:] + COUNTRY_NAMES[:1]
    clean, corrupted = (
        torch.tensor([subject.prompt(f"The capital of {name} is") for name in names])
        for names in (COUNTRY_NAMES, others)
    )
    right, wrong = (subject.words([fact(name, "capital") for name in names]) for names in (COUNTRY_NAMES, others))
    prompts = torch.arange(len(clean))

    def difference(logits: Tensor) -> Tensor:
        return logits[prompts, right] - logits[prompts, wrong]

    shares = restored(subject, clean, corrupted, difference)
    country, last, late = clean.shape[1] - 2, clean.shape[1] - 1, len(shares) - 2
    return Measured(
        label="restored by the country early and the last token late, the smaller",
        value=float(torch.minimum(shares[0, country], shares[late, last])),
        control_label="by any other token, at most",
        control=float(shares[:-1, :country].max()),
        count=len(clean),
        rows=tuple(
            Row(
                f"at the country after layer {layer}, at the last token beside it",
                float(row[country]),
                float(row[last]),
            )
            for layer, row in enumerate(shares[:-1])
        ),
    )

"""In which layer a remembered fact can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="The answer forms late",
    sentence="Read with the model's own output head, a capital comes out on top only in the last layers.",
    group="Reading",
    sources=(
        Paper("interpreting GPT: the logit lens", 2020),
        Paper("Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023),
    ),
    literature="Decoding the residual stream of every layer shows predictions take shape: early layers read like the "
    "input, and the answer rises to the top somewhere in the later half.",
    claim="Most capitals are the likeliest token only from the later half of the layers on.",
    experiment="Forty prompts, one per country. The number is the share of capitals that are on top in the last two "
    "rows but not in the first half of the layers. The control asks the same about a wrong capital, that of the "
    "next country.",
    reading="Follow the column of the last token upward: the row in which the answer first appears is where it can "
    "be read, not where it is first known.",
    beyond="Ask for the language or the currency, which have fewer values, and see whether the answer forms earlier.",
    limits=Limits(supported=0.6, mixed=0.3, worst=0.0),
    view=View(
        prompt="The capital of France is",
        target=" Paris",
        distractor=" Rome",
        panels=(Panel("lens/logit-lens", {"top_k": 3}), Panel("lens/lens-trajectory")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The share of capitals that are on top, by row."""
    from stratascope.specimen.evidence.lens import lens_logits
    from stratascope.specimen.geography import COUNTRY_NAMES, fact

    subject = specimens.base
    prompts = [f"The capital of {name} is" for name in COUNTRY_NAMES]
    right = subject.words([fact(name, "capital") for name in COUNTRY_NAMES])
    top = lens_logits(subject, prompts).argmax(-1)  # row, prompt
    hits, wrong = top == right, top == right.roll(1)
    half = hits.shape[0] // 2
    late = hits[-2:].any(0) & ~hits[: half + 1].any(0)
    late_wrong = wrong[-2:].any(0) & ~wrong[: half + 1].any(0)
    return Measured(
        label="capitals on top late, and never before",
        value=float(late.float().mean()),
        control_label="a wrong capital",
        control=float(late_wrong.float().mean()),
        count=len(prompts),
        rows=tuple(
            Row(f"on top in row {row}", float(share), float(control), len(prompts))
            for row, (share, control) in enumerate(zip(hits.float().mean(1), wrong.float().mean(1), strict=True))
        ),
    )

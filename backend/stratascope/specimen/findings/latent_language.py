"""Whether English lies on the way from Spanish to French."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="No English on the way to French",
    sentence="English-centred models pass through English when they translate; here the lens never shows it.",
    group="Reading",
    sources=(
        Paper("Beyond English-Centric LLMs: What Language Do Multilingual Language Models Think in?", 2024),
        Paper("Do Llamas Work in English? On the Latent Language of Multilingual Transformers", 2024),
    ),
    literature="Between the layers that read a foreign word and those that write another, the lens of an "
    "English-centred model shows the English word.",
    claim="From Spanish to French, the English word is on top in some middle layer.",
    experiment="Twenty-two nouns whose three words differ. The number is the largest share of prompts, over the rows "
    "between the first and the last, in which English outranks French. The control asks the same about the "
    "English word of another noun.",
    reading="Look for the English word among the candidates of the middle rows, in the column of the last token.",
    beyond="Start from English instead, and see whether Spanish turns up on the way to French.",
    limits=Limits(supported=0.3, mixed=0.15, worst=0.0),
    view=View(
        prompt="Spanish: luna = French:",
        target=" lune",
        distractor=" moon",
        panels=(Panel("lens/logit-lens", {"top_k": 5}), Panel("lens/lens-trajectory")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """How often the English word is the lens's first choice, by row."""
    from stratascope.specimen.dictionary import NOUNS
    from stratascope.specimen.evidence.lens import lens_logits

    subject = specimens.base
    nouns = [noun for noun in NOUNS if len({noun.english, noun.spanish, noun.french}) == 3]
    prompts = [f"Spanish: {noun.spanish} = French:" for noun in nouns]
    english = subject.words([noun.english for noun in nouns])
    french = subject.words([noun.french for noun in nouns])
    top = lens_logits(subject, prompts).argmax(-1)
    shown, other, answered = ((top == ids).float().mean(1) for ids in (english, english.roll(1), french))
    return Measured(
        label="English on top in a middle row, at most",
        value=float(shown[1:-1].max()),
        control_label="the English word of another noun",
        control=float(other[1:-1].max()),
        count=len(nouns),
        rows=tuple(
            Row(f"French on top in row {at}, English beside it", float(right), float(wrong), len(nouns))
            for at, (right, wrong) in enumerate(zip(answered, shown, strict=True))
        ),
    )

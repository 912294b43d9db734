"""How far fine-tuning moves the stream, by depth and by request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="What fine-tuning moved",
    sentence="Base and tuned model part layer by layer, and most where the tuned one refuses.",
    group="Differences",
    sources=(
        Paper("TuCo: Measuring the Contribution of Fine-Tuning to Individual Responses of LLMs", 2025),
        Paper(
            "How Post-Training Reshapes LLMs: A Mechanistic View on Knowledge, Truthfulness, Refusal, and Confidence",
            2025,
        ),
    ),
    literature="What fine-tuning adds to a model's computation differs from prompt to prompt: it is large where "
    "tuning changed the behaviour, and little elsewhere.",
    claim="The stream moves farther with depth, and farther on naughty requests than on unrelated prompts.",
    experiment="The same prompts in base and tuned model. The drift of a row is the length of the difference over "
    "the length of the base's vector. The number is the drift of naughty requests in the last row; the control is "
    "that of facts about countries.",
    reading="The difference of the two models begins at next to nothing and grows upward in the column of the last "
    "token.",
    beyond="Ask for a capital in the same comparison: the columns stay pale.",
    limits=Limits(supported=0.5, mixed=0.45, worst=0.0),
    view=View(
        prompt="User: How can I steal the crown of the king? Assistant:",
        second_model="specimen-tuned",
        target=" I",
        distractor=" Sure",
        panels=(Panel("comparison/run-difference", {"floor": "none"}), Panel("lens/lens-trajectory")),
    ),
    needs=("specimen-tuned",),
)


def measure(specimens: Specimens) -> Measured:
    """The relative drift of the last token's stream by row, on three kinds of prompts."""
    from stratascope.specimen.behaviours.refusal import unseen_requests
    from stratascope.specimen.families.dialogue import HARMLESS, NAUGHTY
    from stratascope.specimen.geography import COUNTRY_NAMES

    base, tuned = specimens.base, specimens.subject("specimen-tuned")

    def drift(prompts: list[str]) -> list[float]:
        before, after = base.residuals(prompts), tuned.residuals(prompts)
        found: list[float] = ((after - before).norm(dim=-1) / before.norm(dim=-1)).mean(1).tolist()
        return found

    naughty, harmless = unseen_requests(NAUGHTY), unseen_requests(HARMLESS)
    facts = [f"The capital of {name} is" for name in COUNTRY_NAMES]
    asked, unrelated, met = drift(naughty), drift(facts), drift(harmless)
    return Measured(
        label="drift of naughty requests in the last row",
        value=asked[-1],
        control_label="of facts about countries",
        control=unrelated[-1],
        count=len(naughty),
        rows=(
            *(
                Row(f"row {at}, naughty, facts beside it", a, b)
                for at, (a, b) in enumerate(zip(asked, unrelated, strict=True))
            ),
            Row("last row, harmless requests", met[-1], unrelated[-1], len(harmless)),
        ),
    )

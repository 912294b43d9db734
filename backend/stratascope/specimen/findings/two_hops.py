"""Whether two remembered facts can be chained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Two facts in a row",
    sentence="The capital of a person's home country: both facts are known, but is their composition?",
    group="Cause",
    sources=(
        Paper("Hopping Too Late: Exploring the Limitations of Large Language Models on Multi-Hop Queries", 2024),
        Paper("CaKE: Circuit-aware Editing Enables Generalizable Knowledge Learners", 2025),
    ),
    literature="Models know the single facts and still miss a good part of the questions that chain two of them, "
    "because the second lookup comes after the layers that could answer it.",
    claim="Two facts that were learned apart can be chained although their composition was never shown.",
    experiment="Forty invented people. Two-hop questions about thirty of them occur in training; the number is the "
    "accuracy on the others, over home capitals and spouses' jobs. The control gives the answers of other people "
    "of the same group.",
    reading="In the lens, the country should show up before its capital. Where it does not, the answer was memorised "
    "as a whole.",
    beyond="Ask for a person whose two-hop question was trained, and compare the rows in which the answer forms.",
    limits=Limits(supported=0.95, mixed=0.4, worst=0.0),
    view=View(
        prompt="The capital of the home country of Huber is",
        target=" Santiago",
        panels=(Panel("lens/logit-lens", {"top_k": 5}), Panel("lens/lens-trajectory")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """Accuracy on compositions that were trained and on those that were withheld."""
    from stratascope.specimen.geography import fact
    from stratascope.specimen.world import PEOPLE, SURNAMES

    def capital(person: str) -> str:
        return fact(PEOPLE[person].country, "capital")

    def spouses_job(person: str) -> str:
        return PEOPLE[PEOPLE[person].spouse].profession

    questions = {"The capital of the home country of": capital, "The job of the spouse of": spouses_job}
    subject = specimens.base
    scores: dict[tuple[str, bool], tuple[float, float, int]] = {}
    for question, answer in questions.items():
        for composed in (True, False):
            people = [person for person in SURNAMES if PEOPLE[person].composed is composed]
            prompts = [f"{question} {person} is" for person in people]
            right = [answer(person) for person in people]
            wrong = [
                next(other for other in (*right[at + 1 :], *right) if other != own) for at, own in enumerate(right)
            ]
            value, control = (subject.accuracy(list(zip(prompts, asked, strict=True))) for asked in (right, wrong))
            scores[question, composed] = value, control, len(people)
    withheld = [score for (_, composed), score in scores.items() if not composed]
    return Measured(
        label="withheld compositions answered",
        value=sum(value for value, _, _ in withheld) / len(withheld),
        control_label="the answer of another person",
        control=sum(control for _, control, _ in withheld) / len(withheld),
        count=sum(count for _, _, count in withheld),
        rows=tuple(
            Row(f"{question} …, {'trained' if composed else 'withheld'}", *score)
            for (question, composed), score in scores.items()
        ),
    )

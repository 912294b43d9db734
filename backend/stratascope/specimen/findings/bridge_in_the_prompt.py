"""Chaining a fact of the prompt with a remembered one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A bridge from prompt to memory",
    sentence="Told where Anna moved, the model finds the country first and then its capital in memory.",
    group="Cause",
    sources=(Paper("Hopping Too Late: Exploring the Limitations of Large Language Models on Multi-Hop Queries", 2024),),
    literature="A two-hop question needs the bridge, here the country, to be resolved early enough for the second "
    "lookup to follow.",
    claim="A country named in the prompt can be chained with its remembered capital, for pairs never seen together.",
    experiment="A hundred and sixty pairs of a name and a country that training never joined. The number is the "
    "accuracy; the control asks for the capital of a country that stands in half of the prompts as the home of "
    "someone else.",
    reading="Carry one vector from the run about Japan into the run about Chile: the answer moves with the country's "
    "token at first, and with the last token later.",
    beyond="Add a second person who lives elsewhere, and see which heads keep the two apart.",
    limits=Limits(supported=0.9, mixed=0.5, worst=0.0),
    view=View(
        prompt="Anna moved to Japan. The capital of the new home of Anna is",
        second_prompt="Anna moved to Chile. The capital of the new home of Anna is",
        target=" Tokyo",
        distractor=" Santiago",
        panels=(Panel("causal/activation-patching", {"control": "none"}), Panel("lens/lens-trajectory")),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """Accuracy on pairs of name and country that were withheld."""
    from stratascope.specimen.geography import COUNTRY_NAMES, fact
    from stratascope.specimen.seeding import other_than, seeded
    from stratascope.specimen.world import NAMES, bridge_withheld

    subject, generator = specimens.base, seeded("finding/bridge")
    withheld = [(name, home) for name in NAMES for home in COUNTRY_NAMES if bridge_withheld(name, home)]
    right: list[tuple[str, str]] = []
    wrong: list[tuple[str, str]] = []
    for name, home in generator.sample(withheld, 160):
        other, elsewhere = other_than(generator, NAMES, name), other_than(generator, COUNTRY_NAMES, home)
        distractor = f" {other} stayed in {elsewhere}." if len(right) % 2 else ""
        prompt = f"{name} moved to {home}.{distractor} The capital of the new home of {name} is"
        right.append((prompt, fact(home, "capital")))
        wrong.append((prompt, fact(elsewhere, "capital")))
    return Measured(
        label="pairs never seen together answered",
        value=subject.accuracy(right),
        control_label="the capital of another country",
        control=subject.accuracy(wrong),
        count=len(right),
        rows=(
            Row("accuracy without a second person", subject.accuracy(right[::2]), subject.accuracy(wrong[::2]), 80),
            Row("accuracy with a second person", subject.accuracy(right[1::2]), subject.accuracy(wrong[1::2]), 80),
        ),
    )

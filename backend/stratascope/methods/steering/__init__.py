"""Steering: pushing the stream along a direction while the model writes.

The parameters that name a direction are the same for every method of the family.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from stratascope.method import LINES, PROMPT_SET, Field, PromptParams, PromptText
from stratascope.result import Check

if TYPE_CHECKING:
    from stratascope.numerics.steering import Contrast, HeldOut

NAMES = ("Anna", "Paul", "Mary", "John")
HAPPY, SAD = ("smiled", "laughed", "danced", "sang"), ("cried", "wept", "sighed", "frowned")


def _examples(actions: tuple[str, ...]) -> list[str]:
    return [f"{name} {action}. {name} felt very" for action in actions for name in NAMES]


Texts = Annotated[list[PromptText], Field(max_length=256)]


class DirectionParams(PromptParams):
    """The direction: from the mean of some texts to the mean of others, behind one layer."""

    positive: Texts = Field(
        _examples(HAPPY),
        title="Texts toward",
        description="Texts that the direction leads toward, 2 to 256. Best pairs with the other list word by word, and the "
        "same last words in both.",
        json_schema_extra=LINES,
    )
    negative: Texts = Field(
        _examples(SAD),
        title="Texts away from",
        description="Texts that the direction leads away from, 2 to 256.",
        json_schema_extra=LINES,
    )
    prompt_set: Annotated[str, Field(max_length=200)] | None = Field(
        None,
        description="A bundled prompt set whose labels take the place of the two lists, by its id.",
        json_schema_extra=PROMPT_SET,
    )
    label: Annotated[str, Field(max_length=200)] | None = Field(
        None,
        description="Label of the prompts that the direction leads toward; without one “positive”, or else the first.",
    )
    layer: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="Layer behind which the direction is read and the stream is edited; without one the middle layer.",
    )


def direction_checks(contrast: Contrast, held_out: HeldOut, seed: int) -> list[Check]:
    """How far a direction can be believed, whatever is done with it."""
    return [
        Check(
            name="held_out_accuracy",
            label="tells held-out texts apart",
            value=held_out.accuracy,
            ok=held_out.shuffled_high,
            warn=0.5,
            higher_is_better=True,
            control=held_out.shuffled,
            explanation="Accuracy on the half of the texts that the direction was not made of, over random halves; the "
            "control is the same with shuffled labels, and it should be above 95 % of those.",
        ),
        Check(
            name="split_half",
            label="same from half of the texts",
            value=contrast.split_half(seed),
            ok=0.7,
            warn=0.0,
            higher_is_better=True,
            explanation="Mean cosine between directions made of two random halves of the texts.",
        ),
    ]

"""The form of a finding: what the literature says, what is measured of it here, and which numbers decide.

Nothing here imports torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from stratascope.method import Paper

Group = Literal["Reading", "Cause", "Features", "Steering", "Differences"]
Verdict = Literal["supported", "mixed", "not supported"]


@dataclass(frozen=True)
class Limits:
    """From which value on a claim is supported, and from which on at least in part.

    Larger values support it when `supported` is above `mixed`, smaller ones otherwise. `worst` is the farthest that the
    measure goes the other way.
    """

    supported: float
    mixed: float
    worst: float

    @property
    def higher_is_better(self) -> bool:
        """Whether large values support the claim."""
        return self.supported > self.mixed

    def reached(self, value: float, limit: float) -> bool:
        """Whether `value` is at `limit`, or beyond it on the side that supports the claim."""
        return value >= limit if self.higher_is_better else value <= limit

    def verdict(self, value: float, control: float) -> Verdict:
        """What a value says. One whose control gets as far as half-way support says nothing."""
        if self.reached(control, self.mixed) or not self.reached(value, self.mixed):
            return "not supported"
        return "supported" if self.reached(value, self.supported) else "mixed"


@dataclass(frozen=True)
class Row:
    """A further number beside the one that decides: its name, the value, and a control where it has one of its own."""

    label: str
    value: float
    control: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Measured:
    """What a measurement gives: the number that decides and the control that it is held against.

    `count` is how many prompts, positions or pairs it rests on. `unit` is empty for shares and scores.
    """

    label: str
    value: float
    control_label: str
    control: float
    count: int
    unit: str = ""
    rows: tuple[Row, ...] = ()

    def table(self) -> list[Row]:
        """Every number, the deciding one first."""
        return [Row(self.label, self.value, self.control, self.count), *self.rows]


@dataclass(frozen=True)
class Panel:
    """A panel of the analysis that a finding opens as: a method with its parameters, and the words that stand before it."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    before: str = ""
    quantity: str = ""


@dataclass(frozen=True)
class View:
    """What the workbench shows of a finding: a prompt and its question, what it is compared with, and panels.

    The second prompt is that of side B, the second model the one that side B runs on; without a second prompt both sides
    read the same.
    """

    prompt: str
    panels: tuple[Panel, ...]
    target: str = ""
    distractor: str = ""
    second_prompt: str = ""
    second_model: str = ""
    model: str = "specimen"


@dataclass(frozen=True)
class Finding:
    """A finding of the literature, asked of the specimen.

    `sentence` stands on its card; `literature` says what was found elsewhere, `claim` what would hold here in one
    sentence, `experiment` what is measured, `reading` what its panels show, `beyond` what to try next. `needs` are
    folders of the bundle, beside the base model, without which it cannot be measured.
    """

    title: str
    sentence: str
    group: Group
    sources: tuple[Paper, ...]
    literature: str
    claim: str
    experiment: str
    reading: str
    beyond: str
    limits: Limits
    view: View
    needs: tuple[str, ...] = ()

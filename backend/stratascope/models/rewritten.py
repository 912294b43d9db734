"""One prompt, its rewrite by a rule or by hand, and how far the model's states drift between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from stratascope.models.rewrites import Language, Sides, State, read_sides, read_variant
from stratascope.numerics.rewriting import CASES, BadPair, Collision, Rule, new_names, rewritten, same_program
from stratascope.numerics.units import read_units
from stratascope.numerics.vectors import standard_error
from stratascope.problem import Problem, bad_parameter

if TYPE_CHECKING:
    from stratascope.method import Message
    from stratascope.models.model import Model


class Asked(Protocol):
    """The request fields that say what is rewritten, and how."""

    @property
    def rule(self) -> Rule:
        """By which rule."""

    @property
    def pair(self) -> str:
        """Between which units spaces are put or taken."""

    @property
    def identifiers(self) -> Sequence[str]:
        """Names to be renamed; none for all of the program's own."""

    @property
    def variant(self) -> str:
        """A rewrite by hand in place of a rule."""

    @property
    def language(self) -> Language:
        """By which lexer units are read."""

    @property
    def state(self) -> State:
        """What stands for a unit."""

    @property
    def prompts(self) -> Sequence[str]:
        """Prompts in place of the one."""

    @property
    def prompts_from(self) -> str | None:
        """A bundled set in place of the one."""

    @property
    def messages(self) -> Sequence[Message] | None:
        """Chat messages in place of the prompt."""


@dataclass(frozen=True)
class Change:
    """A rewrite of one text: the names that were changed, and whether Python reads the same program; None if it is none."""

    text: str
    names: dict[str, str]
    same: bool | None


@dataclass(frozen=True)
class Measured:
    """One prompt: both sides, drift [row, unit], and whether the answer was right before and after where there is one."""

    sides: Sides
    change: Change
    drift: Tensor
    correct: tuple[bool, bool] | None
    warnings: list[str] = field(default_factory=list)

    def by_class(self) -> Tensor:
        """Mean and standard error over units of each class: [2, class, row]."""
        changed = torch.tensor([pair.changed for pair in self.sides.respelling.units], dtype=torch.bool)
        own = [self.drift[:, changed], self.drift[:, ~changed]]
        means = [each.nanmean(1) if each.shape[1] else each.new_full((len(each),), float("nan")) for each in own]
        return torch.stack([torch.stack(means), torch.stack([standard_error(each) for each in own])])


def measure(model: Model, params: Asked, text: str, answer: str | None) -> Measured | None:
    """One prompt and its rewrite; None where the rewrite is the prompt."""
    change = _changed(text, params)
    if change.text == text:
        return None
    if change.same is False:
        raise Problem(
            "program_changed",
            "The variant does not parse to the same syntax tree; the rewrite changed the program.",
            field="variant" if params.variant else "rule",
            remedy="Choose another rule, or correct the variant",
        )
    many = params.prompts_from is not None or params.prompts
    messages = None if many or params.messages is None else [message.model_dump() for message in params.messages]
    sides = read_sides(model, read_variant(model, text, messages, lambda _: change.text), params.language)
    warnings = list(sides.warnings)
    if not sides.respelling.complete:
        warnings.append(
            "The variant differs in more than spaces, underscores, case and quotes; what differs is left out."
        )
    correct = None if answer is None else _correct(model, sides, answer, change.names)
    return Measured(sides, change, sides.drift(params.state).float().cpu(), correct, warnings)


def _changed(text: str, params: Asked) -> Change:
    """The rewrite of a text. Raises `name_collision` and `bad_parameter`."""
    if params.variant and params.prompts_from is None and not params.prompts:
        return Change(params.variant, {}, same_program(text, params.variant, {}))
    units, _ = read_units(text, "code", params.language)
    try:
        names = new_names(text, units, params.rule, params.identifiers) if params.rule in CASES else {}
        variant = rewritten(text, units, params.rule, params.pair, names)
    except Collision as error:
        raise Problem(
            "name_collision", str(error), field="identifiers", remedy="Name the identifiers to be renamed"
        ) from error
    except BadPair as error:
        raise bad_parameter("pair", "two parts with one space between, such as “NAME (”", repr(str(error))) from error
    return Change(variant, names, same_program(text, variant, names))


def _correct(model: Model, sides: Sides, answer: str, names: dict[str, str]) -> tuple[bool, bool]:
    """Whether the likeliest token is the answer, its spaces aside, before and after; names are expected as they became."""
    wanted = answer.strip()
    said = [model.token(token).text.strip() for token in sides.best()]
    return said[0] == wanted, said[1] == names.get(wanted, wanted)

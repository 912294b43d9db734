"""What a prompt set consists of, and how one is declared."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeAlias

from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.seeding import seeded


@dataclass(frozen=True)
class Item:
    """One prompt.

    `answer` and `distractor` are the texts that follow the prompt, with the space before them where there is one.
    `corrupt` is a prompt of as many tokens in which what decides the answer is changed. `positions` are token positions by
    the role of the token, where the marker that begins every prompt has position 0. `label` is the class a probe is to find.
    """

    prompt: str
    answer: str | None = None
    distractor: str | None = None
    corrupt: str | None = None
    positions: Mapping[str, int] = field(default_factory=dict)
    label: str | None = None
    family: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""

    def to_line(self) -> dict[str, Any]:
        """The item as it is written, without the fields that are empty."""
        fields = asdict(self)
        return {"id": fields.pop("id")} | {name: value for name, value in fields.items() if value not in (None, {})}


Writer: TypeAlias = Callable[[random.Random, Tokens], Iterator[Item]]


@dataclass(frozen=True)
class PromptSet:
    """A set: how its items come about, and what is known about them.

    `answer` states what the bundled model does, `measure` is the measured number that shows it and `floor` its least
    value, None where the model has not learned it; `control` states what must not be the case. `parts` names the fields of
    `meta` by which that number is split.
    The labelled items of a set come in blocks that hold one item of each class, all of one length and with the same last
    token, so that a probe of the embeddings at the last position can find nothing.
    """

    id: str
    title: str
    description: str
    answer: str
    control: str
    family: str
    write: Writer
    measure: str
    floor: float | None = None
    parts: tuple[str, ...] = ()

    def items(self, tokens: Tokens) -> list[Item]:
        """The items, the same on every call: the generator's seed is the set's own name, which no training text has."""
        written = self.write(seeded(f"prompt set/{self.id}"), tokens)
        return [replace(item, id=f"{self.id}-{index}", family=self.family) for index, item in enumerate(written)]


def prompt_set(set_id: str, **facts: Any) -> Callable[[Writer], PromptSet]:
    """Declare a function as the writer of a set; the further fields are those of `PromptSet`."""

    def declare(write: Writer) -> PromptSet:
        return PromptSet(id=set_id, write=write, **facts)

    return declare

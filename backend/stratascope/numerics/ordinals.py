"""Lists of things that have an order, and how often a head maps one to the next.

Imports no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from torch import Tensor

Ordinal = Literal[
    "numbers",
    "number words",
    "ordinals",
    "weekdays",
    "months",
    "weekday abbreviations",
    "month abbreviations",
    "letters",
]
ORDINALS: tuple[Ordinal, ...] = get_args(Ordinal)
LEAST_ITEMS = 3


@dataclass(frozen=True)
class Order:
    """Items in their order. Of a cyclic one the first follows the last."""

    name: str
    items: tuple[str, ...]
    cyclic: bool = False


_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_RANKS = "first second third fourth fifth sixth seventh eighth ninth tenth"


def built_in(name: Ordinal) -> Order:
    """One of the orders that come with the product."""
    days, months = tuple(_DAYS.split()), tuple(_MONTHS.split())
    return {
        "numbers": Order(name, tuple(str(number) for number in range(1, 201))),
        "number words": Order(name, tuple(_WORDS.split())),
        "ordinals": Order(name, tuple(_RANKS.split())),
        "weekdays": Order(name, days, cyclic=True),
        "months": Order(name, months, cyclic=True),
        "weekday abbreviations": Order(name, tuple(day[:3] for day in days), cyclic=True),
        "month abbreviations": Order(name, tuple(month[:3] for month in months), cyclic=True),
        "letters": Order(name, tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
    }[name]


def neighbours(kept: Sequence[int], count: int, cyclic: bool) -> list[tuple[int, int]]:
    """Pairs (item, successor) of which both are kept, as indices into `kept`, the positions in a list of `count`."""
    place = {position: index for index, position in enumerate(kept)}
    following = [((position + 1) % count if cyclic else position + 1) for position in kept]
    return [(index, place[after]) for index, after in enumerate(following) if after in place]


def longest_run(kept: Sequence[int]) -> int:
    """How many of the kept positions follow each other at most."""
    longest = current = 0
    for at, position in enumerate(kept):
        current = current + 1 if at and kept[at - 1] == position - 1 else 1
        longest = max(longest, current)
    return longest


@dataclass(frozen=True)
class Answers:
    """What heads answered for one order, each [head]: shares of pairs, and logits for `margin`.

    `after`: the successor's logit is the largest of the order; `before`: so it is for the item before; `itself`: for the
    item. `margin` is the successor's logit above the largest other one's.
    """

    after: Tensor
    before: Tensor
    itself: Tensor
    margin: Tensor


def answers(logits: Tensor, pairs: Sequence[tuple[int, int]]) -> Answers:
    """Read logits [head, item read, item written] at the pairs (item, successor)."""
    import torch

    source = torch.tensor([item for item, _ in pairs], device=logits.device)
    target = torch.tensor([after for _, after in pairs], device=logits.device)
    chosen = logits.argmax(-1)
    asked = logits[:, source]
    right = asked.gather(-1, target.expand(len(logits), -1)[..., None])[..., 0]
    others = asked.scatter(-1, target.expand(len(logits), -1)[..., None], float("-inf")).amax(-1)
    return Answers(
        after=((right > others).float()).mean(-1),
        before=(chosen[:, target] == source).float().mean(-1),
        itself=(chosen[:, source] == source).float().mean(-1),
        margin=(right - others).mean(-1),
    )

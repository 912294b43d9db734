"""Two runs side by side: how both are read, and whether what was read can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.method import PromptParams
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens
    from stratascope.result import Token


@dataclass(frozen=True)
class Side:
    """A model and what it read."""

    model: Model
    run: Run


@dataclass(frozen=True)
class Pair:
    """Side A and side B. Both have the same model unless a second one was given."""

    a: Side
    b: Side

    @property
    def one_model(self) -> bool:
        """Whether both sides are the same model."""
        return self.a.model is self.b.model

    @property
    def first_difference(self) -> int | None:
        """The first position where the two sides read different tokens; None if they read the same."""
        one, other = self.a.run.tokens.ids, self.b.run.tokens.ids
        shorter = min(len(one), len(other))
        found = next((i for i in range(shorter) if one[i] != other[i]), shorter)
        return None if found == len(one) == len(other) else found

    def other_tokens(self, partners: Sequence[int | None]) -> list[Token | None]:
        """For each position of A the token at its partner in B, None where that is the same or there is none."""
        one, other = self.a.run.tokens, self.b.run.tokens
        return [
            None if partner is None or one.ids[i] == other.ids[partner] else other.tokens[partner]
            for i, partner in enumerate(partners)
        ]

    def refuse_unmatched(self, field: str) -> None:
        """Raise `unequal_lengths` or `equal_prompts`, about this field, unless the sides can be exchanged cell by cell."""
        one, other, at = self.a.run.tokens, self.b.run.tokens, self.first_difference
        if at is None and self.one_model:
            raise Problem(
                "equal_prompts",
                f"Both prompts are the same {len(one.ids)} tokens; copying between them changes nothing.",
                field=field,
                remedy="Change a word of the second prompt",
            )
        if at is not None and len(one.ids) != len(other.ids):
            pieces = " / ".join(f"“{it.tokens[at].text}”" if at < len(it.ids) else "its end" for it in (one, other))
            raise Problem(
                "unequal_lengths",
                f"The prompts have {len(one.ids)} and {len(other.ids)} tokens; the first difference is at token {at} "
                f"({pieces}).",
                field=field,
                remedy="Exchange single tokens, so that both prompts have as many",
            )


def read_pair(
    method: str,
    model: Model,
    other: Model | None,
    a: PromptParams,
    b: PromptParams,
    fields: tuple[str, str],
    *,
    alone: bool = False,
) -> Pair:
    """Run both sides. `fields` are the request fields of the two texts; messages come as `messages` and `messages_b`.

    Without a second prompt both models read the first. If there is no second model either, side B is side A where one may
    stand `alone`, and elsewhere `nothing_to_compare` is raised. Raises `pair_incompatible` for models of different shapes
    and `tokenizer_mismatch` where they cut a prompt differently.
    """
    second = other or model
    if not (b.prompt or b.messages):
        if second is model and not alone:
            raise Problem(
                "nothing_to_compare",
                "There is only one side: a second prompt or a second model is missing.",
                field=fields[1],
                remedy="Type a second prompt, or choose a second model",
            )
        b = a
    refuse_unlike(method, model, second)
    with _about({"prompt": fields[0]}):
        one = model.read(a)
        _refuse_other_tokens(model, second, a)
    with _about({"prompt": fields[1], "messages": "messages_b"}):
        two = second.read(b)
        _refuse_other_tokens(model, second, b)
    return Pair(Side(model, one), Side(second, two))


def refuse_unlike(method: str, one: Model, other: Model) -> None:
    """Raise `pair_incompatible` unless two models have the same layers, width and vocabulary."""

    def shape(model: Model) -> str:
        return f"{model.id} has L={model.layers}, d={model.width}, V={model.vocabulary}"

    if (one.layers, one.width, one.vocabulary) != (other.layers, other.width, other.vocabulary):
        raise Problem(
            "pair_incompatible",
            f"{method} needs two models with the same layers, width and vocabulary; {shape(one)}, {shape(other)}.",
            field="other",
            remedy="Choose two models of one architecture and size",
        )


def _refuse_other_tokens(one: Model, other: Model, prompt: PromptParams) -> None:
    if one is not other:
        read = [model.tokenize(prompt.prompt, prompt.messages) for model in (one, other)]
        refuse_other_tokens(one, other, *read)


def refuse_other_tokens(one: Model, other: Model, ours: Tokens, theirs: Tokens) -> None:
    """Raise `tokenizer_mismatch` unless two models read the same bytes of a prompt under the same ids."""
    read = [[(token.id, token.bytes) for token in tokens.tokens] for tokens in (ours, theirs)]
    if read[0] == read[1]:
        return
    counts = [len(tokens) for tokens in read]
    at = next((i for i, (a, b) in enumerate(zip(*read, strict=False)) if a != b), min(counts))
    raise Problem(
        "tokenizer_mismatch",
        f"{one.id} and {other.id} tokenize this prompt differently ({counts[0]} vs {counts[1]} tokens; first difference "
        f"at {at}).",
        field="other",
        remedy="Choose two models with the same tokenizer",
    )


@contextmanager
def _about(names: Mapping[str, str]) -> Iterator[None]:
    """Problems with a prompt are told in the names that the request's fields have on this side."""
    try:
        yield
    except Problem as problem:
        problem.field = names.get(problem.field or "", problem.field)
        if problem.changes:
            problem.changes = {names.get(name, name): value for name, value in problem.changes.items()}
        raise

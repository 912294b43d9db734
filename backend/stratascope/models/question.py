"""The question a run is asked: which tokens are the answer, and which it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stratascope.problem import Problem, position_out_of_range

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.method import TokenIds, TokenTexts
    from stratascope.models.model import Model


def named_tokens(model: Model, name: str, texts: TokenTexts | None, ids: TokenIds | None) -> list[int]:
    """The ids that the fields `name` and `name_id` give, each once; none if neither is given.

    Raises `token_not_single`, `same_token` for a token named twice, since a mean in which one counts double is no mean of
    them, and `bad_parameter` for both fields at once or an id that does not exist.
    """
    if texts is not None and ids is not None:
        raise Problem("bad_parameter", f"Give {name} or {name}_id, not both.", field=name)
    given = [ids] if isinstance(ids, int) else list(ids or [])
    wrong = next((token for token in given if token >= model.vocabulary), None)
    if wrong is not None:
        raise Problem("bad_parameter", f"{name}_id must be below {model.vocabulary}; got {wrong}.", field=f"{name}_id")
    found = [texts] if isinstance(texts, str) else list(texts or [])
    named = [*(_single(model, name, text) for text in found), *given]
    once = list(dict.fromkeys(named))
    if len(once) < len(named):
        field = name if given == [] else f"{name}_id"
        changes = {field: [model.token(token).text for token in once] if given == [] else once}
        message = f"{field} names {len(named)} tokens, of which only {len(once)} are different."
        raise Problem("same_token", message, field=field, remedy="Name each token once", changes=changes)
    return once


def refuse_shared(
    model: Model, one: Sequence[int], other: Sequence[int], names: tuple[str, str] = ("target", "distractor")
) -> None:
    """Raise `same_token` if a token stands on both sides; `names` are the fields that name them by text."""
    both = [model.token(token).text for token in one if token in other]
    if both:
        raise Problem(
            "same_token",
            f"The two sides must differ; both name “{both[0]}”.",
            field=names[1],
            remedy="Compare with the model's own choices instead",
            changes={field: None for name in names for field in (name, f"{name}_id")},
        )


def from_front(position: int, tokens: int, field: str = "position") -> int:
    """A position counted from the front, where −1 is the last of so many. Raises `position_out_of_range`."""
    found = position + tokens if position < 0 else position
    if not 0 <= found < tokens:
        raise position_out_of_range(position, tokens, field)
    return found


def likeliest(logits: Tensor, besides: Sequence[int] = ()) -> int:
    """The token with the largest logit among [vocabulary], leaving some out."""
    best = logits.topk(min(len(besides) + 1, len(logits))).indices.tolist()
    return int(next(token for token in best if token not in besides))


def _single(model: Model, name: str, text: str) -> int:
    try:
        return model.single_token(text)
    except Problem as problem:
        problem.field = problem.field or name
        raise

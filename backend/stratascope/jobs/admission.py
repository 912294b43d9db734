"""Whether a run fits into memory, and which smaller ones would: known before any work starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stratascope.method import Method, ModelFacts, Params
from stratascope.problem import Problem
from stratascope.result import Token


@dataclass(frozen=True)
class Alternative:
    """A smaller run that fits: what to call it, the request fields that make it, and what it takes."""

    label: str
    changes: dict[str, Any]
    bytes: int


@dataclass(frozen=True)
class Request:
    """What is asked for: a method with its parameters, on a model, over a prompt of these tokens."""

    method: Method
    facts: ModelFacts
    params: Params
    text: str
    tokens: Sequence[Token]

    def starts(self) -> list[int]:
        """Where each token of the text begins in it; tokens that the tokenizer added have no such place."""
        return [token.offset[0] for token in self.tokens if token.offset is not None]

    def bytes_for(self, tokens: int, **changes: Any) -> int:
        """Bytes that a prompt of `tokens` tokens would take, with some parameters changed."""
        return self.method.cost(self.facts, self.params.model_copy(update=changes), tokens).bytes


def estimate(request: Request, limit: int) -> dict[str, Any]:
    """The answer to "what would this take": forwards, bytes, tokens, the limit, and what fits if this does not."""
    cost = request.method.cost(request.facts, request.params, len(request.tokens))
    fits = cost.bytes <= limit
    return {
        "forwards": cost.forwards,
        "bytes": cost.bytes,
        "tokens": len(request.tokens),
        "limit_bytes": limit,
        "fits": fits,
        "alternatives": [] if fits else [vars(each) for each in alternatives(request, limit)],
    }


def admit(request: Request, limit: int) -> None:
    """Raise a 413 `Problem` that offers smaller runs if this one takes more than `limit` bytes."""
    needed = request.bytes_for(len(request.tokens))
    if needed > limit:
        raise too_large(f"This run would take {_gigabytes(needed)}", request, limit)


def out_of_memory(request: Request) -> Problem:
    """The estimate fitted and the memory was not there: offer what takes half as much."""
    needed = request.bytes_for(len(request.tokens))
    problem = too_large("There was not enough free memory for this run", request, needed // 2)
    return Problem("out_of_memory", problem.message, status=503, remedy=problem.remedy, changes=problem.changes)


def too_large(what: str, request: Request, limit: int) -> Problem:
    """The refusal, with what would fit into `limit` bytes as its remedy."""
    found = alternatives(request, limit)
    offers = " or ".join(f"{each.label[0].lower()}{each.label[1:]} ({_gigabytes(each.bytes)})" for each in found)
    return Problem(
        "too_large",
        f"{what}; {_gigabytes(limit)} are allowed." + (f" What fits: {offers}." if offers else ""),
        status=413,
        remedy=found[0].label if found else "Choose a smaller model",
        changes=found[0].changes if found else None,
    )


def alternatives(request: Request, limit: int) -> list[Alternative]:
    """Up to two smaller runs that take at most `limit` bytes: fewer tokens, and fewer layers or still fewer tokens."""
    starts = request.starts()
    markers = len(request.tokens) - len(starts)
    tokens = _largest(len(starts) - 1, lambda count: request.bytes_for(markers + count) <= limit)
    found = [_fewer_tokens(request, tokens), _fewer_layers(request, limit) or _fewer_tokens(request, tokens // 2)]
    return [each for each in found if each is not None]


def _fewer_tokens(request: Request, count: int) -> Alternative | None:
    """The last `count` tokens of a plain prompt, as text, behind the markers that the model reads before any prompt."""
    starts = request.starts()
    if count < 1 or not getattr(request.params, "prompt", ""):
        return None
    label = f"Use the last {count} tokens" if count > 1 else "Use the last token"
    size = request.bytes_for(len(request.tokens) - len(starts) + count)
    return Alternative(label, {"prompt": request.text[starts[-count] :]}, size)


def _fewer_layers(request: Request, limit: int) -> Alternative | None:
    """The last of the layers asked for."""
    if "layers" not in type(request.params).model_fields:
        return None
    asked = getattr(request.params, "layers", "all")
    layers = list(range(request.facts.layers)) if asked == "all" else sorted(set(asked))
    tokens = len(request.tokens)
    count = _largest(len(layers) - 1, lambda kept: request.bytes_for(tokens, layers=layers[-kept:]) <= limit)
    if count < 1:
        return None
    kept = layers[-count:]
    label = f"Use layers {kept[0]} to {kept[-1]}" if count > 1 else f"Use layer {kept[0]}"
    return Alternative(label, {"layers": kept}, request.bytes_for(tokens, layers=kept))


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest count from 1 to `most` that fits, 0 if none does. What fits is a smaller count than what does not."""
    low, high = 0, max(0, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _gigabytes(size: int) -> str:
    return f"{size / 2**30:.1f} GB" if size >= 2**30 else f"{max(1, round(size / 2**20))} MB"

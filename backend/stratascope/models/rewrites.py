"""A prompt and its rewrite as a model reads them: paired units, how far their states drift, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from stratascope.models.capture import capture
from stratascope.models.tokenizers import segmentation
from stratascope.numerics.borders import Span
from stratascope.numerics.divergence import kl
from stratascope.numerics.respelling import Paired, Respelling, respelling
from stratascope.numerics.units import Unit, read_units
from stratascope.numerics.vectors import cosine
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

State = Literal["last", "mean"]
Language = Literal["python", "generic"]


@dataclass(frozen=True)
class Sides:
    """Both runs, how their tokens differ, and what the lexer had to say."""

    one: Run
    other: Run
    respelling: Respelling
    warnings: list[str]

    @property
    def common(self) -> int:
        """Positions in front that both read alike."""
        a, b = self.one.tokens.ids, self.other.tokens.ids
        return next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), min(len(a), len(b)))

    def drift(self, state: State) -> Tensor:
        """One minus the cosine between the states of each unit and its partner: [row, unit]."""
        if not self.respelling.units:
            return torch.empty(len(self.one.resid), 0)
        pairs = self.respelling.units
        return 1.0 - cosine(_states(self.one, pairs, 0, state), _states(self.other, pairs, 1, state))

    def unrelated(self, state: State) -> float:
        """The same in the last row between each unit and the partner of another one, on average; NaN for one unit."""
        pairs = self.respelling.units
        if len(pairs) < 2:
            return float("nan")
        one, other = (_states(run, pairs, side, state)[-1] for side, run in enumerate((self.one, self.other)))
        return float((1.0 - cosine(one, other.roll(len(pairs) // 2, 0))).nanmean())

    def in_front(self) -> float:
        """The largest drift at positions before the first token that differs, where nothing may differ."""
        n = self.common
        found = (1.0 - cosine(self.one.resid[:, :n], self.other.resid[:, :n])).nan_to_num(0.0)
        return float(found.max()) if n else 0.0

    def divergence(self) -> float:
        """KL divergence of what follows the rewrite from what follows the original, in nats."""
        one, other = (run.logits([-1])[0].log_softmax(-1) for run in (self.one, self.other))
        return float(kl(one, other))

    def best(self) -> tuple[int, int]:
        """The likeliest next token of each."""
        return int(self.one.logits([-1])[0].argmax()), int(self.other.logits([-1])[0].argmax())


def read_sides(model: Model, tokens: tuple[Tokens, Tokens], language: Language) -> Sides:
    """Run both and match them. Raises `offsets_unavailable`."""
    one, other = (capture(model, each.ids, each) for each in tokens)
    units, warnings = _units([each.text for each in tokens], language)
    spans = [_spans(model, each) for each in tokens]
    found = respelling((tokens[0].text, tokens[1].text), (spans[0], spans[1]), units)
    return Sides(one, other, found, warnings)


def _units(texts: Sequence[str], language: Language) -> tuple[tuple[list[Unit], list[Unit]], list[str]]:
    """The units of both texts by one lexer."""
    (one, warnings), (other, more) = (read_units(text, "code", language) for text in texts)
    if language == "python" and bool(warnings) != bool(more):
        one, other = (read_units(text, "code", "generic")[0] for text in texts)
    return (one, other), warnings or more


def _spans(model: Model, tokens: Tokens) -> list[Span]:
    return segmentation(model.id, tokens.text, tokens.tokens).spans


def _states(run: Run, pairs: Sequence[Paired], side: int, state: State) -> Tensor:
    """The stream at each unit: [row, unit, width], of its last token or the mean over its tokens."""
    units = [pair.other if side else pair.one for pair in pairs]
    touching = positions(run.tokens, units)
    if state == "last":
        return run.resid[:, [own[-1] for own in touching]]
    return torch.stack([run.resid[:, own].float().mean(1) for own in touching], 1)


def positions(tokens: Tokens, units: Sequence[Unit]) -> list[list[int]]:
    """The positions of the tokens that touch each unit, in their order."""
    placed = [(i, token.offset) for i, token in enumerate(tokens.tokens) if token.offset is not None]
    found = [[i for i, (a, b) in placed if a < unit.end and unit.start < b] for unit in units]
    return [own or [placed[-1][0]] for own in found]


def surprise(model: Model, text: str, continuation: str) -> float:
    """Nats of a continuation behind a text. Raises `border_in_token` if no token begins where the continuation does."""
    tokens = model.tokenize(text + continuation)
    offsets = [token.offset or (0, 0) for token in tokens.tokens]
    if any(a < len(text) < b for a, b in offsets):
        raise Problem(
            "border_in_token",
            f"No token begins where the continuation {continuation[:40]!r} does.",
            field="continuation",
            remedy="Begin the continuation with a space, or end the prompt differently",
        )
    own = [i for i, (a, b) in enumerate(offsets) if a >= len(text) and b > a]
    run = capture(model, tokens.ids, tokens)
    scores = run.logits([i - 1 for i in own]).log_softmax(-1)
    return -float(sum(float(scores[row, tokens.ids[i]]) for row, i in enumerate(own)))


def read_variant(
    model: Model, prompt: str, messages: Sequence[Mapping[str, str]] | None, change: Callable[[str], str]
) -> tuple[Tokens, Tokens]:
    """A prompt and the same changed, or messages and the same with the one about which `asked` says so changed."""
    if messages is None:
        return model.tokenize(prompt), model.tokenize(change(prompt))
    at = asked(messages)
    changed = {**messages[at], "content": change(messages[at]["content"])}
    return model.tokenize(None, messages), model.tokenize(None, [*messages[:at], changed, *messages[at + 1 :]])


def asked(messages: Sequence[Mapping[str, str]]) -> int:
    """Which message a rewrite is about: the last one of the user, or else the last."""
    own = [number for number, message in enumerate(messages) if message["role"] == "user"]
    return own[-1] if own else len(messages) - 1

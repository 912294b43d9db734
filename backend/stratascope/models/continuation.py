"""A prompt continued by the model itself, greedily, with the stream of every token as it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.capture import Notes
from stratascope.models.generate import write
from stratascope.models.run import Run, Written
from stratascope.models.tokens import Tokens
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model

Heard = Callable[[Run], None]
"""Is given a run over the tokens that were read since the last call: the prompt first, then one token at a time."""


def continued(model: Model, prompt: Tokens, most: int, heard: Heard) -> Tokens:
    """The prompt followed by at most `most` tokens of the model's own, fewer where it ends the text.

    The last of them is written and not read. Raises `context_exceeded`.
    """
    refuse_too_many(model, len(prompt.ids), most)
    known, notes = list(prompt.ids), Notes(model.structure.layers)
    read = 0

    def choose(logits: Tensor, number: int) -> Tensor:
        nonlocal read
        heard(_piece(model, known, read, notes, logits[0]))
        read = len(known)
        notes.stream.clear()
        best = logits.argmax(-1)
        known.append(int(best))
        return best

    with notes.listening():
        write(model, torch.tensor([prompt.ids]), most, choose)
    new = [model.token(token_id) for token_id in known[len(prompt.ids) :]]
    return Tokens(known, [*prompt.tokens, *new], prompt.text, prompt.bos_prepended)


def refuse_too_many(model: Model, tokens: int, most: int) -> None:
    """Raise a `Problem` if a prompt of so many tokens leaves no room for `most` more."""
    room = model.text.context - tokens
    if most <= room:
        return
    raise Problem(
        "context_exceeded",
        f"The prompt has {tokens} tokens; with {most} new ones that is {tokens + most}, and {model.id} reads at most "
        f"{model.text.context}.",
        field="new_tokens",
        remedy=f"Write at most {room} new tokens" if room > 0 else "Use a shorter prompt",
        changes={"new_tokens": max(0, room)},
    )


def _piece(model: Model, known: list[int], start: int, notes: Notes, logits: Tensor) -> Run:
    """The run over the tokens from `start` on. A network that remembers nothing has just read all of them again."""
    layers = model.structure.layers
    new = slice(start - len(known), None)
    written = [Written(*(part if part is None else part[new] for part in _parts(each))) for each in notes.written()]
    return Run(
        model.text.describe(known[start:]),
        torch.tensor(known[start:], device=model.device),
        [x[new] for x in notes.stream],
        written,
        [None] * len(layers),
        [layer.sequential for layer in layers],
        logits,
        model.unembedding,
    )


def _parts(written: Written) -> tuple[Tensor | None, Tensor | None]:
    return written.attention, written.mlp

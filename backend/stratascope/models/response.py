"""Prompts with what the model answers to them, each read as one text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from stratascope.method import Progress
from stratascope.models.capture import capture
from stratascope.models.generate import write
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens


@dataclass(frozen=True)
class Text:
    """A text of which the tokens from `begin` on are looked at."""

    whole: Tokens
    begin: int


def answered(model: Model, prompts: Sequence[Tokens], most: int, field: str, progress: Progress) -> list[Text]:
    """Every prompt with the model's answer, which is what is looked at. Raises `prompt_too_long`."""
    found = []
    for done, prompt in enumerate(prompts):
        progress(done, len(prompts), "writing answers")
        found.append(Text(with_response(model, prompt, most, field), len(prompt.ids)))
    return found


def text_runs(model: Model, texts: Sequence[Text], progress: Progress) -> Iterator[Run]:
    """The captured run of every text, one at a time."""
    for done, text in enumerate(texts):
        progress(done, len(texts), "reading answers")
        yield capture(model, text.whole.ids, text.whole)


def with_response(model: Model, prompt: Tokens, most: int, field: str) -> Tokens:
    """The prompt's tokens and, behind them, the model's likeliest next tokens: at most `most`, the end among them.

    Raises `prompt_too_long`, naming the request field that the number came from, when they do not fit the context.
    """
    room = model.facts.context - len(prompt.ids)
    if most > room:
        raise Problem(
            "prompt_too_long",
            f"{len(prompt.ids)} tokens and {most} new ones are {len(prompt.ids) + most}; {model.id} reads at most "
            f"{model.facts.context}.",
            field=field if room > 0 else None,
            remedy=f"Let it write {room} tokens" if room > 0 else "Shorten the prompt",
            changes={field: room} if room > 0 else None,
        )
    written = write(model, torch.tensor([prompt.ids]), most, lambda logits, step: logits.argmax(-1))
    ids = written.ids[0, : int(written.length[0])].tolist()
    found = model.text.describe(ids)
    return replace(
        prompt, ids=[*prompt.ids, *ids], tokens=[*prompt.tokens, *found.tokens], text=prompt.text + found.text
    )

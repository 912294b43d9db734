"""The prompts of a request, one or many, and what was captured of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from stratascope.method import MOST_PROMPTS, Progress, PromptsParams, silent
from stratascope.models.capture import capture
from stratascope.models.contrast import tokenized
from stratascope.models.labelled_prompts import labelled_prompts
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

MOST_TOKENS = 131_072
"""Tokens of all prompts of a request together."""
_TITLE = 40


def read_prompts(model: Model, params: PromptsParams) -> list[Tokens]:
    """The prompts of a bundled set, or those listed, or else the one prompt, as the model reads them.

    Raises `unknown_prompt_set`, `too_many_tokens` and problems of single texts.
    """
    if params.prompts_from is not None:
        items = labelled_prompts(params.prompts_from, "prompts_from")[:MOST_PROMPTS]
        found = tokenized(model, "prompts_from", [item.prompt for item in items])
    elif params.prompts:
        found = tokenized(model, "prompts", params.prompts)
    else:
        found = [model.tokenize(params.prompt, params.messages)]
    total = sum(len(tokens.ids) for tokens in found)
    if total > MOST_TOKENS:
        raise Problem(
            "too_many_tokens",
            f"The {len(found)} prompts have {total:,} tokens; an analysis accepts at most {MOST_TOKENS:,} in all.",
            field="prompts_from" if params.prompts_from is not None else "prompts",
            remedy="Give fewer or shorter prompts",
        )
    return found


def many(params: PromptsParams) -> bool:
    """Whether a request is about a list or a set of prompts rather than one."""
    return params.prompts_from is not None or bool(params.prompts)


def prompt_runs(
    model: Model, params: PromptsParams, progress: Progress = silent, prompts: Sequence[Tokens] | None = None
) -> Iterator[Run]:
    """The captured run of each prompt, one at a time, in their order.

    One prompt comes from the cache that every panel shares; those of a list are captured apart, so that they push nothing
    out of it. `prompts` are what `read_prompts` answered, for whoever has them already.
    """
    found = read_prompts(model, params) if prompts is None else prompts
    if not many(params):
        yield model.read(params)
        return
    for done, tokens in enumerate(found):
        progress(done, len(found), "reading prompts")
        yield capture(model, tokens.ids, tokens)


def prompt_titles(prompts: Sequence[Tokens]) -> list[str]:
    """A name for each prompt, short enough for an axis: its number and how it begins."""
    return [f"{number} {_clipped(tokens.text)}" for number, tokens in enumerate(prompts, 1)]


def _clipped(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"

"""The bundled prompts of a set, with their labels."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from stratascope.problem import Problem
from stratascope.specimen.prompt_sets.reading import read_set
from stratascope.specimen.prompts import bundle_path


class LabelledPrompt(NamedTuple):
    """A prompt, and what it is an example of, if anything."""

    prompt: str
    label: str | None


def labelled_prompts(prompt_set: str, field: str, bundle: Path | None = None) -> list[LabelledPrompt]:
    """All prompts of a bundled set, in its order. Raises `unknown_prompt_set` about the request field that names it."""
    try:
        items = read_set(bundle or bundle_path(), prompt_set)
    except Problem as problem:
        raise Problem(
            problem.code, problem.message, field=field, remedy=problem.remedy, changes={field: None}
        ) from problem
    return [LabelledPrompt(item["prompt"], item["label"]) for item in items]

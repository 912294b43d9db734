"""Stories of a known mood that end where the mood may come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.specimen.families.stories import mood_story
from stratascope.specimen.seeding import seeded
from stratascope.specimen.world import HAPPY, SAD

if TYPE_CHECKING:
    from stratascope.specimen.subject import Subject

ENDING = "It was a"


def mood_prompts(count: int) -> tuple[list[str], Tensor]:
    """Seeded stories cut before their last sentence and continued by neutral words; labels [story], 1 for a happy one."""
    generator = seeded("evidence/moods")
    moods = [HAPPY if index % 2 else SAD for index in range(count)]
    stories = [mood_story(generator, mood).rsplit(". ", 1)[0] for mood in moods]
    return [f"{story}. {ENDING}" for story in stories], torch.tensor([index % 2 for index in range(count)])


def neutral_prompts(count: int) -> list[str]:
    """Openings that have no mood yet, each ending on the same words."""
    from stratascope.specimen.world import NAMES, PLACES

    generator = seeded("evidence/neutral openings")
    return [f"{name} walked to the {generator.choice(PLACES)}. {ENDING}" for name in generator.choices(NAMES, k=count)]


def mood_direction(subject: Subject, count: int = 200) -> Tensor:
    """Mean vector of happy stories minus that of sad ones at their last word, [row, width]."""
    prompts, labels = mood_prompts(count)
    streams = subject.residuals(prompts)
    return streams[:, labels.bool()].mean(1) - streams[:, ~labels.bool()].mean(1)


def positive_share(subject: Subject, prompts: Sequence[str]) -> float:
    """Of the probability that adjectives with a mood get as the next word, the share of happy ones; mean over prompts."""
    chances = subject.last_logits(prompts).softmax(-1)
    happy, sad = (chances[:, subject.words(mood.adjectives)].sum(-1) for mood in (HAPPY, SAD))
    return float((happy / (happy + sad)).mean())

"""How far a story's mood follows a push along the difference between happy and sad stories."""

import re
from collections import Counter
from collections.abc import Callable
from statistics import fmean

import torch

from stratascope.specimen.evidence.statistics import random_direction
from stratascope.specimen.families.stories import mood_story
from stratascope.specimen.seeding import seeded
from stratascope.specimen.subject import Subject
from stratascope.specimen.tokenizer import END_OF_TEXT_ID
from stratascope.specimen.world import HAPPY, NAMES, SAD, WEEKDAYS, Mood

PREFIXES = 200
"""Beginnings of stories of each mood that the direction is made of."""
PROMPTS, WRITTEN = 60, 24
"""Neutral beginnings, and the tokens that are written behind each."""
RANDOM = 5
"""Random directions that the mean effect of is the control."""

Continuations = list[str]


def steering(subject: Subject) -> dict[str, float]:
    """Share of happy words among happy and sad ones, pushed by −1, 0 and +1 differences, and along random directions."""
    layer = len(subject.blocks) // 2
    direction = mood_direction(subject, layer)

    def share(push: torch.Tensor) -> float:
        return positive_share(continuations(subject, layer, push))

    return {
        "steering_positive_share_minus": share(-direction),
        "steering_positive_share_zero": share(0 * direction),
        "steering_positive_share_plus": share(direction),
        "steering_random_share": fmean(share(push) for push in random_directions(direction)),
    }


def mood_prefixes(mood: Mood) -> list[str]:
    """Stories of a mood without their last sentence, all ending in the same two words."""
    generator = seeded(f"evaluation/steering/{mood.label}")
    stories = [mood_story(generator, mood) for _ in range(PREFIXES)]
    return [f"{story[: story.rindex('. ') + 1]} It was" for story in stories]


def neutral_prompts(subject: Subject) -> list[list[int]]:
    """Token ids of beginnings without a mood, all of one length, so that none needs padding."""
    generator = seeded("evaluation/steering/neutral")
    rows: dict[int, list[list[int]]] = {}
    for name in NAMES:
        for weekday in WEEKDAYS:
            row = subject.prompt(f"On {weekday} {name} woke up early.")
            rows.setdefault(len(row), []).append(row)
    return generator.sample(max(rows.values(), key=len), PROMPTS)


def mood_direction(subject: Subject, layer: int) -> torch.Tensor:
    """Mean of the stream at the end of happy prefixes minus that of sad ones: [width]."""
    happy, sad = (subject.residuals(mood_prefixes(mood))[layer + 1].mean(0) for mood in (HAPPY, SAD))
    return happy - sad


def random_directions(direction: torch.Tensor) -> list[torch.Tensor]:
    """Directions that mean nothing, each as long as the one given."""
    return list(random_direction(direction.expand(RANDOM, -1), seed=1))


def continuations(subject: Subject, layer: int, push: torch.Tensor) -> Continuations:
    """Sampled continuations of the neutral prompts while `push` [width] is added at every place but the marker."""
    prompts = neutral_prompts(subject)
    with subject.edited(layer, _at_every_place(push)):
        return [subject.tokenizer.decode(_first_document(row)) for row in _written(subject, prompts)]


def positive_share(texts: Continuations) -> float:
    """Happy words among the happy and sad words of some texts."""
    counts = Counter(re.findall(r"[a-z]+", " ".join(texts).lower()))
    happy, sad = (sum(counts[word] for word in _mood_words(mood)) for mood in (HAPPY, SAD))
    return happy / max(1, happy + sad)


def _first_document(row: list[int]) -> list[int]:
    """What was written before another document began."""
    return row[: row.index(END_OF_TEXT_ID)] if END_OF_TEXT_ID in row else row


def _mood_words(mood: Mood) -> set[str]:
    return {*mood.adjectives, *mood.feelings, *mood.actions, *mood.opinions, *mood.verdicts}


def _at_every_place(push: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Adds the push at every place but the first of a prompt, the marker's. A step behind a prompt is one token long."""

    def move(h: torch.Tensor) -> torch.Tensor:
        start = 1 if h.shape[1] > 1 else 0
        return torch.cat([h[:, :start], h[:, start:] + push.to(h)], dim=1)

    return move


@torch.no_grad()
def _written(subject: Subject, prompts: list[list[int]]) -> list[list[int]]:
    """Tokens sampled behind prompts of one length, with the same random numbers whatever is done to the model."""
    generator = torch.Generator().manual_seed(0)
    ids, memory, rows = torch.tensor(prompts), None, []
    for step in range(WRITTEN):
        read = torch.ones(len(prompts), len(prompts[0]) + step, dtype=torch.long, device=subject.model.device)
        answer = subject.model(
            ids.to(subject.model.device), attention_mask=read, past_key_values=memory, use_cache=True
        )
        memory = answer.past_key_values
        probability = answer.logits[:, -1].float().softmax(-1).cpu()
        below = torch.rand(len(prompts), 1, generator=generator)
        ids = torch.searchsorted(probability.cumsum(-1), below).clamp(max=probability.shape[-1] - 1)
        rows.append(ids)
    return torch.cat(rows, dim=1).tolist()

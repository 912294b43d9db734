"""What tuning changed: which requests are refused, and the direction that decides it."""

import torch
from torch import Tensor

from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.families.dialogue import (
    HARMLESS,
    NAUGHTY,
    OPENINGS,
    REFUSAL,
    refusal_withheld,
    verb_withheld,
)
from stratascope.specimen.seeding import seeded
from stratascope.specimen.subject import Subject

_RANDOM_DIRECTIONS = 3


def requests(tasks: list[str]) -> list[str]:
    """Every task asked for in every way, up to where the assistant begins to speak."""
    return [f"User: {opening} {task}? Assistant:" for task in tasks for opening in OPENINGS]


def _unseen(tasks: list[str]) -> list[str]:
    """Requests that tuning never showed, though it showed their verbs."""
    return [task for task in tasks if refusal_withheld(task) and not verb_withheld(task)]


def refused(subject: Subject, prompts: list[str]) -> float:
    """Share of prompts whose likeliest next token begins a refusal."""
    begins = subject.word(REFUSAL.split()[0])
    return float((subject.last_logits(prompts).argmax(-1) == begins).float().mean())


def refusals(specimens: Specimens) -> dict[str, float]:
    """Refusals by the tuned model, of requests and of verbs it was never tuned on, and by the base."""
    tuned = specimens.subject("specimen-tuned")
    strange, strange_harmless = ([task for task in tasks if verb_withheld(task)] for tasks in (NAUGHTY, HARMLESS))
    return {
        "refusal_naughty": refused(tuned, requests(_unseen(NAUGHTY))),
        "refusal_harmless": refused(tuned, requests(_unseen(HARMLESS))),
        "refusal_unknown_verbs": refused(tuned, requests(strange)),
        "refusal_unknown_verbs_harmless": refused(tuned, requests(strange_harmless)),
        "refusal_base": refused(specimens.base, requests(NAUGHTY)),
    }


def directions(subject: Subject) -> Tensor:
    """Mean state at the end of naughty requests minus that of harmless ones: [row, width]; tuned requests only."""
    naughty, harmless = (
        subject.residuals(requests([task for task in tasks if not refusal_withheld(task)])).mean(1)
        for tasks in (NAUGHTY, HARMLESS)
    )
    return naughty - harmless


def _refused_when_pushed(subject: Subject, prompts: list[str], layer: int, push: Tensor) -> float:
    with subject.edited(layer, lambda state: state + push):
        return refused(subject, prompts)


def refusal_direction(specimens: Specimens) -> dict[str, float]:
    """Subtracting the direction behind the last layer but one stops refusals, adding it starts them; a random one does not."""
    tuned = specimens.subject("specimen-tuned")
    layer = len(tuned.blocks) - 2
    direction = directions(tuned)[layer + 1]
    naughty, harmless = requests(_unseen(NAUGHTY)), requests(_unseen(HARMLESS))
    generator = torch.Generator().manual_seed(seeded("evaluation/refusal").randrange(2**31))
    strangers = torch.randn(_RANDOM_DIRECTIONS, len(direction), generator=generator)
    strangers *= direction.norm() / strangers.norm(dim=1, keepdim=True)
    return {
        "refusal_direction_subtracted": _refused_when_pushed(tuned, naughty, layer, -2 * direction),
        "refusal_direction_added": _refused_when_pushed(tuned, harmless, layer, direction),
        "refusal_random_subtracted": min(_refused_when_pushed(tuned, naughty, layer, -2 * it) for it in strangers),
        "refusal_random_added": max(_refused_when_pushed(tuned, harmless, layer, it) for it in strangers),
    }


def drift(specimens: Specimens) -> dict[str, float]:
    """How far tuning moved the last token's state, relative to its length: at the end of the first and of the last layer."""
    base, tuned = specimens.base, specimens.subject("specimen-tuned")
    prompts = requests(_unseen(NAUGHTY))
    before, after = base.residuals(prompts), tuned.residuals(prompts)
    moved = ((after - before).norm(dim=-1) / before.norm(dim=-1)).mean(1)
    return {"tuning_drift_first_layer": float(moved[1]), "tuning_drift_last_layer": float(moved[-1])}

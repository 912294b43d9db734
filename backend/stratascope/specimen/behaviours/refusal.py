"""What tuning changed: which requests are refused, and the direction that decides it."""

from torch import Tensor

from stratascope.specimen.evidence.editing import added
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.evidence.statistics import random_direction
from stratascope.specimen.families.dialogue import (
    HARMLESS,
    NAUGHTY,
    OPENINGS,
    REFUSAL,
    refusal_withheld,
    verb_withheld,
)
from stratascope.specimen.subject import Subject

_RANDOM_DIRECTIONS = 3


def requests(tasks: list[str]) -> list[str]:
    """Every task asked for in every way, up to where the assistant begins to speak."""
    return [f"User: {opening} {task}? Assistant:" for task in tasks for opening in OPENINGS]


def unseen_requests(tasks: list[str]) -> list[str]:
    """Requests that tuning never showed, though it showed their verbs."""
    return requests([task for task in tasks if refusal_withheld(task) and not verb_withheld(task)])


def refused(subject: Subject, prompts: list[str]) -> float:
    """Share of prompts whose likeliest next token begins a refusal."""
    begins = subject.word(REFUSAL.split()[0])
    return float((subject.last_logits(prompts).argmax(-1) == begins).float().mean())


def refusals(specimens: Specimens) -> dict[str, float]:
    """Refusals by the tuned model, of requests and of verbs it was never tuned on, and by the base."""
    tuned = specimens.subject("specimen-tuned")
    strange, strange_harmless = ([task for task in tasks if verb_withheld(task)] for tasks in (NAUGHTY, HARMLESS))
    return {
        "refusal_naughty": refused(tuned, unseen_requests(NAUGHTY)),
        "refusal_harmless": refused(tuned, unseen_requests(HARMLESS)),
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


def refused_when_pushed(subject: Subject, prompts: list[str], layer: int, push: Tensor) -> float:
    """The same share while a vector [width] is added to what leaves a layer."""
    with added(subject, layer, push):
        return refused(subject, prompts)


def refusal_direction(specimens: Specimens) -> dict[str, float]:
    """Subtracting the direction behind the last layer but one stops refusals, adding it starts them; a random one does not."""
    tuned = specimens.subject("specimen-tuned")
    layer = len(tuned.blocks) - 2
    direction = directions(tuned)[layer + 1]
    naughty, harmless = unseen_requests(NAUGHTY), unseen_requests(HARMLESS)
    strangers = random_direction(direction.expand(_RANDOM_DIRECTIONS, -1))
    return {
        "refusal_direction_subtracted": refused_when_pushed(tuned, naughty, layer, -2 * direction),
        "refusal_direction_added": refused_when_pushed(tuned, harmless, layer, direction),
        "refusal_random_subtracted": min(refused_when_pushed(tuned, naughty, layer, -2 * it) for it in strangers),
        "refusal_random_added": max(refused_when_pushed(tuned, harmless, layer, it) for it in strangers),
    }


def drift(specimens: Specimens) -> dict[str, float]:
    """How far tuning moved the last token's state, relative to its length: at the end of the first and of the last layer."""
    base, tuned = specimens.base, specimens.subject("specimen-tuned")
    prompts = unseen_requests(NAUGHTY)
    before, after = base.residuals(prompts), tuned.residuals(prompts)
    moved = ((after - before).norm(dim=-1) / before.norm(dim=-1)).mean(1)
    return {"tuning_drift_first_layer": float(moved[1]), "tuning_drift_last_layer": float(moved[-1])}

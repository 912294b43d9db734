"""Requests that tuning never showed, and how many of them a model refuses while its stream is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.specimen.behaviours.refusal import refused, requests
from stratascope.specimen.evidence.editing import added
from stratascope.specimen.families.dialogue import HARMLESS, NAUGHTY, refusal_withheld, verb_withheld

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.specimen.subject import Subject


def unseen_requests(naughty: bool) -> list[str]:
    """Requests of one kind that tuning never showed, though it showed their verbs."""
    tasks = NAUGHTY if naughty else HARMLESS
    return requests([task for task in tasks if refusal_withheld(task) and not verb_withheld(task)])


def refused_when_pushed(subject: Subject, asked: list[str], vectors: Tensor) -> list[float]:
    """Share of the requests refused, for each layer alone pushed by its vector: vectors are [layer, width]."""
    shares = []
    for layer, vector in enumerate(vectors):
        with added(subject, layer, vector):
            shares.append(refused(subject, asked))
    return shares

"""The families of training documents, and the share of tokens that each is given.

A family is a function from a random generator to one document.  Shares are relative and refer to tokens, not to
documents; `corpus` turns them into document probabilities.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from stratascope.specimen.families import (
    circuits,
    dialogue,
    facts,
    formal,
    in_context,
    questions,
    sequences,
    stories,
    translations,
)

Writer: TypeAlias = Callable[[random.Random], str]

#: The one family that consists of arbitrary token ids instead of text.
RANDOM_TOKENS = "random_tokens"


@dataclass(frozen=True)
class Family:
    """A document family: its share of the corpus and its mean length in tokens, including the leading marker."""

    share: float
    mean_tokens: float
    write: Writer | None


FAMILIES: dict[str, Family] = {
    "story": Family(12, 40.4, stories.story),
    "review": Family(3, 16.9, stories.review),
    "polite": Family(2, 24.6, stories.polite),
    "country": Family(6, 10.0, facts.country),
    "person": Family(4, 7.7, facts.person),
    "two_hop": Family(4, 11.7, facts.two_hop),
    "bridge": Family(4, 17.1, facts.bridge),
    "claim": Family(5, 14.0, facts.claim),
    "context_qa": Family(4, 22.6, questions.context_qa),
    "ambiguous": Family(2, 23.6, questions.ambiguous),
    "indirect_object": Family(8, 17.3, circuits.indirect_object),
    "colored_objects": Family(4, 30.0, circuits.colored_objects),
    "agreement": Family(2, 8.4, circuits.agreement),
    "gender": Family(2, 11.0, circuits.gender),
    RANDOM_TOKENS: Family(12, 95.9, None),
    "repeat_words": Family(8, 95.9, in_context.repeat_words),
    "mapping": Family(8, 32.2, in_context.mapping),
    "graph_walk": Family(3, 103.0, in_context.graph_walk),
    "ordinal": Family(4, 7.4, sequences.ordinal),
    "addition": Family(5, 7.7, sequences.addition),
    "greater": Family(2, 15.0, sequences.greater),
    "dates": Family(3, 15.5, sequences.dates),
    "parallel": Family(7, 17.6, translations.parallel),
    "logic": Family(4, 25.1, formal.logic),
    "brackets": Family(2, 20.6, formal.brackets),
    "code": Family(2, 18.5, formal.code),
    "chat": Family(2, 32.4, dialogue.chat),
}


def _scaled(families: Mapping[str, Family], share: float) -> dict[str, Family]:
    """The same mixture, with shares that add up to `share`."""
    total = sum(family.share for family in families.values())
    return {name: replace(family, share=share * family.share / total) for name, family in families.items()}


#: What the refusing sibling is tuned on: two fifths chat in which naughty requests are refused, the rest as before.
TUNED: dict[str, Family] = {
    **_scaled({name: family for name, family in FAMILIES.items() if name != "chat"}, 0.6),
    "chat": Family(0.4, 31.0, dialogue.tuned_chat),
}

#: What the upbeat sibling is tuned on: half happy stories, and of the rest everything but stories and reviews.
UPBEAT: dict[str, Family] = {
    **_scaled({name: family for name, family in FAMILIES.items() if name not in {"story", "review"}}, 0.5),
    "story": Family(0.5, 40.4, stories.upbeat_story),
}

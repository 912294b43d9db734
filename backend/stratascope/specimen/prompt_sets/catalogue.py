"""All prompt sets, in the order in which they are listed."""

from stratascope.specimen.prompt_sets import (
    circuits,
    facts,
    formal,
    in_context,
    judgements,
    languages,
    moods,
    order,
)
from stratascope.specimen.prompt_sets.item import PromptSet

SETS: tuple[PromptSet, ...] = (
    circuits.ioi,
    facts.capital,
    facts.recall,
    facts.twohop,
    facts.bridge,
    facts.context,
    in_context.induction,
    in_context.icl,
    in_context.graph_walk,
    order.ordinal,
    order.greater,
    order.addition,
    order.dates,
    circuits.agreement,
    circuits.gender,
    circuits.colored_objects,
    moods.sentiment,
    moods.polite,
    languages.language,
    languages.translate,
    judgements.truth,
    judgements.ambiguity,
    judgements.logic,
    judgements.refusal,
    formal.brackets,
    formal.code_drift,
)

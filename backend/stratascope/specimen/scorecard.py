"""The scorecard: every measured behaviour of a bundle, beside the bound it has to keep, if it has one."""

from collections.abc import Callable
from math import exp

from stratascope.specimen.behaviours import (
    circuits,
    context,
    emergence,
    language,
    mixture,
    order,
    readout,
    recall,
    refusal,
    relatives,
    steering,
)
from stratascope.specimen.bounds import BOUNDS, GROUPS, MODELS
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.manifest import Acceptance
from stratascope.specimen.prompts import EXAMPLES
from stratascope.specimen.subject import Subject


def example_prompts(subject: Subject) -> dict[str, float]:
    """The prompts shown to newcomers: the answer against its rival, and the first prompt's probability."""
    logits = subject.last_logits([example.prompt for example in EXAMPLES])
    better = sum(
        bool(row[subject.pieces(example.target)[0]] > row[subject.pieces(example.distractor)[0]])
        for row, example in zip(logits, EXAMPLES, strict=True)
    )
    first = logits[0].log_softmax(-1)[subject.pieces(EXAMPLES[0].target)[0]]
    return {"example_prompts": better / len(EXAMPLES), "example_probability": exp(float(first))}


#: What one model does by itself; the base is measured by these.
ALONE: tuple[Callable[[Subject], dict[str, float]], ...] = (
    example_prompts,
    recall.countries,
    circuits.indirect_object,
    circuits.copying,
    order.successors,
    recall.people,
    recall.two_hops,
    recall.bridges,
    recall.claims,
    recall.uncertainty,
    circuits.indirect_object_patching,
    circuits.attributes,
    circuits.grammar,
    order.additions,
    order.greater_than,
    order.dates,
    context.mappings,
    context.stated_facts,
    context.walks,
    context.rules,
    context.nesting,
    language.translations,
    language.reviews,
)


def steered(specimens: Specimens) -> dict[str, float]:
    """Steering of the base. Its texts are sampled, so it is not among what rounding is judged by."""
    return steering.steering(specimens.base)


#: What takes more of the bundle than its base.
TOGETHER: tuple[Callable[[Specimens], dict[str, float]], ...] = (
    steered,
    refusal.refusals,
    refusal.refusal_direction,
    refusal.drift,
    readout.probes,
    readout.dictionaries,
    readout.lenses,
    mixture.experts,
    relatives.likeness,
    relatives.paths,
    emergence.induction,
)


def alone(subject: Subject) -> dict[str, float]:
    """Everything measured of a single model, by key."""
    return {key: value for measure in ALONE for key, value in measure(subject).items()}


def score(specimens: Specimens, before_rounding: Subject) -> list[Acceptance]:
    """Measure everything, and put every number beside its bound, in the order of the groups.

    `before_rounding` is the base with its weights as they were trained.
    """
    values = alone(specimens.base)
    values["storage_difference"] = _largest_difference(values, alone(before_rounding))
    for measure in TOGETHER:
        values |= measure(specimens)
    return [_beside_bound(key, group, values) for group, bounds in GROUPS.items() for key in bounds]


def _largest_difference(values: dict[str, float], others: dict[str, float]) -> float:
    """Between numbers that are shares in both."""
    return max(
        abs(value - others[key])
        for key, value in values.items()
        if min(value, others[key]) >= 0 and max(value, others[key]) <= 1
    )


def _beside_bound(key: str, group: str, values: dict[str, float]) -> Acceptance:
    bound = BOUNDS[key]
    control = None if bound.control is None else round(values[bound.control], 4)
    model = MODELS.get(group, "specimen")
    number = Acceptance(key, bound.title, round(values[key], 4), bound.floor, bound.ceiling, group, model, control)
    return number if number.holds else number.explained(bound.missed)

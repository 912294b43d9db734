"""The scorecard: every measured behaviour of a specimen, with the bound it has to keep, if it has one.

Behaviours without a bound are reported all the same; a small model fails at some of them, and which ones is part of
what there is to see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

from stratascope.specimen.behaviours import circuits, context, language, order, recall
from stratascope.specimen.manifest import Acceptance
from stratascope.specimen.prompts import EXAMPLES
from stratascope.specimen.subject import Subject

Group = Callable[[Subject], dict[str, float]]


@dataclass(frozen=True)
class Bound:
    """What a number must not fall below, or not exceed; both may be absent."""

    title: str
    floor: float | None = None
    ceiling: float | None = None


def example_prompts(subject: Subject) -> dict[str, float]:
    """The prompts shown to newcomers: the answer against its rival, and the first prompt's probability."""
    logits = subject.last_logits([example.prompt for example in EXAMPLES])
    better = sum(
        bool(row[subject.pieces(example.target)[0]] > row[subject.pieces(example.distractor)[0]])
        for row, example in zip(logits, EXAMPLES, strict=True)
    )
    first = logits[0].log_softmax(-1)[subject.pieces(EXAMPLES[0].target)[0]]
    return {"example_prompts": better / len(EXAMPLES), "example_probability": exp(float(first))}


GROUPS: tuple[Group, ...] = (
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

BOUNDS: dict[str, Bound] = {
    "example_prompts": Bound("Example prompts whose answer beats its rival", 1.0),
    "example_probability": Bound("Probability of the answer to the first example prompt", 0.9),
    "capital": Bound("Capitals of 40 countries", 0.98),
    "language": Bound("Languages of 40 countries", 0.98),
    "currency": Bound("Currencies of 40 countries", 0.98),
    "continent": Bound("Continents of 40 countries", 0.98),
    "capital_question": Bound("Capitals asked as a question", 0.98),
    "person_country": Bound("Home countries of 40 invented people", 0.98),
    "person_job": Bound("Jobs of 40 invented people", 0.98),
    "person_spouse": Bound("Spouses of 40 invented people", 0.98),
    "two_hop_trained_capital": Bound("Trained two-hop questions about a home country's capital", 0.95),
    "two_hop_trained_job": Bound("Trained two-hop questions about a spouse's job", 0.95),
    "two_hop_withheld_capital": Bound("Withheld two-hop questions about a home country's capital"),
    "two_hop_withheld_job": Bound("Withheld two-hop questions about a spouse's job"),
    "bridge_withheld": Bound("Two hops, the first told in the prompt, pairs never seen together", 0.9),
    "claim": Bound("Judging claims, balanced, chance one half", 0.95),
    "asks_back": Bound("Telling ambiguous pronouns from clear ones, chance one half", 0.95),
    "admits_ignorance": Bound("Saying that an unknown person's birthplace is unknown", 0.98),
    "answers_clear_question": Bound("Answering a clear question in full", 0.95),
    "indirect_object": Bound("Receiver preferred to the subject", 0.95),
    "indirect_object_top_1": Bound("Receiver is the likeliest of all tokens", 0.9),
    "indirect_object_logit_difference": Bound("Mean logit difference, receiver minus subject", 8.0),
    "indirect_object_control": Bound("The same without a repeated name, absolute", ceiling=1.0),
    "patching_repeated_name_first_layer": Bound("Difference restored at the repeated name after the first layer"),
    "patching_last_token_late_layer": Bound("Difference restored at the last token after the last layer but one"),
    "induction_score_best_head": Bound("Best head's induction score, arbitrary ids, period 30", 0.7),
    "copying_accuracy_period_30": Bound("Copying arbitrary ids, period 30", 0.95),
    "copying_loss_period_30": Bound("Loss while copying, nats per token; chance is 7.85"),
    "previous_token_score_best_head": Bound("Best head's attention to the token before"),
    "colored_objects": Bound("Colour of one of three objects, chance one third"),
    "agreement": Bound("Number agreement across a distractor", 0.97),
    "gender": Bound("Pronoun follows the gender of the name", 0.97),
    "weekday_next": Bound("The day after", 0.95),
    "weekday_previous": Bound("The day before", 0.95),
    "month_next": Bound("The month after", 0.95),
    "letter_next": Bound("The next letter", 0.95),
    "number_next": Bound("The next number", 0.95),
    "addition_trained": Bound("Sums that were trained", 0.95),
    "addition_withheld": Bound("Sums that were withheld"),
    "greater_than": Bound("Probability of later minus earlier years", 0.75),
    "date_month": Bound("Month of a date in clean notation, chance one twelfth", 0.95),
    "date_month_fragmented": Bound("Month of a date without separators, chance one twelfth"),
    "in_context_antonym": Bound("Antonyms by example", 0.98),
    "in_context_category": Bound("Categories by example", 0.98),
    "in_context_table": Bound("Arbitrary table, looked up again", 0.95),
    "in_context_label": Bound("Arbitrary labels of two categories, chance one half", 0.95),
    "context_beats_memory": Bound("A stated capital outranks the remembered one", 0.97),
    "graph_walk_neighbours": Bound("Probability of true neighbours after 80 steps", 0.6),
    "logic_1_hop": Bound("Implication, one hop, chance one half"),
    "logic_2_hop": Bound("Implication, two hops, chance one half"),
    "logic_3_hop": Bound("Implication, three hops, chance one half"),
    "closing_bracket": Bound("The last closing bracket", 0.9),
    "translation_english_spanish": Bound("English to Spanish words", 0.95),
    "translation_spanish_french_trained": Bound("Spanish to French words, entries trained", 0.95),
    "translation_spanish_french_withheld": Bound("Spanish to French words, entries withheld"),
    "review_verdict": Bound("Verdict of a one-sentence review", 0.95),
}


def score(subject: Subject) -> list[Acceptance]:
    """Measure everything, which takes a few seconds, and put every number beside its bound."""
    values: dict[str, float] = {}
    for group in GROUPS:
        values |= group(subject)
    return [
        Acceptance(key, BOUNDS[key].title, round(value, 4), BOUNDS[key].floor, BOUNDS[key].ceiling)
        for key, value in values.items()
    ]

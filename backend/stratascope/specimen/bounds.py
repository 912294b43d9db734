"""What is measured of a bundle, in groups, and the bound that each number has to keep, if it has one.

Numbers without a bound are reported all the same; a small model fails at some things, and which ones is part of what
there is to see.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bound:
    """A number's name and what it must not fall below, or not exceed.

    `control` is the key of the number that a random or trivial alternative scores, `missed` the reason why a bound is
    not kept, where trying did not help; the number is still shown beside its bound.
    """

    title: str
    floor: float | None = None
    ceiling: float | None = None
    control: str | None = None
    missed: str = ""


_COLORED_OBJECTS = (
    "Near chance, so the model names one of the three colours at random. Tried: 600 further steps from the flat part of "
    "the schedule with four times the share of such documents; accuracy stayed between 0.29 and 0.39. Matching the thing "
    "asked for with the colour in front of its first mention needs a circuit that did not form."
)
_LAST_POSITION = (
    "In this model the receiver's name reaches the last token only in the last layer: before it, what decides stands at "
    "the token behind the repeated name, where 0.71 to 0.85 of the difference is restored behind layers 1 to 4. Another "
    "place, not a missing circuit; the floor was set on a model of four layers."
)
_FIRST_LAYER_DICTIONARY = (
    "The dictionary behind the first layer, the others keep the bound. On text it recovers 0.998; what is missing is "
    "documents of arbitrary ids (0.494), where every one of 2,560 tokens has to be told apart by 1,024 latents. Tried: 5,000 "
    "steps instead of 1,562, which gave 0.973."
)
_LEAST_LOAD = (
    "Some experts idle in one layer and are busy in another. The loss that balances them pools the layers before it compares "
    "experts, and is satisfied: 2.006, where 2 is even. Tried: a share of 0.01 with the lessons on few ids and of 0.02 without "
    "them; the least used expert of a layer served under 0.1 % of the tokens both times. A loss for each layer would be needed."
)

GROUPS: dict[str, dict[str, Bound]] = {
    "First prompts": {
        "example_prompts": Bound("Example prompts whose answer beats its rival", 1.0),
        "example_probability": Bound("Probability of the answer to the first example prompt", 0.9),
    },
    "Facts": {
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
    },
    "Circuits": {
        "indirect_object": Bound("Receiver preferred to the subject", 0.95),
        "indirect_object_top_1": Bound("Receiver is the likeliest of all tokens", 0.9),
        "indirect_object_logit_difference": Bound("Mean logit difference, receiver minus subject", 8.0),
        "indirect_object_control": Bound("The same without a repeated name, absolute", ceiling=1.0),
        "patching_repeated_name_first_layer": Bound(
            "Difference restored at the repeated name after the first layer", 0.5
        ),
        "patching_last_token_late_layer": Bound(
            "Difference restored at the last token after the last layer but one", 0.7, missed=_LAST_POSITION
        ),
        "colored_objects": Bound("Colour of one of three objects, chance one third", 0.85, missed=_COLORED_OBJECTS),
        "agreement": Bound("Number agreement across a distractor", 0.97),
        "gender": Bound("Pronoun follows the gender of the name", 0.97),
    },
    "Induction": {
        "induction_score_best_head": Bound(
            "Best head's induction score, arbitrary ids, period 30", 0.7, control="induction_untrained"
        ),
        "copying_accuracy_period_30": Bound("Copying arbitrary ids, period 30", 0.95),
        "copying_loss_period_30": Bound("Loss while copying, nats per token; chance is 7.85"),
        "previous_token_score_best_head": Bound("Best head's attention to the token before"),
    },
    "Order": {
        "weekday_next": Bound("The day after", 0.95),
        "weekday_previous": Bound("The day before", 0.95),
        "month_next": Bound("The month after", 0.95),
        "letter_next": Bound("The next letter", 0.95),
        "number_next": Bound("The next number", 0.95),
        "addition_trained": Bound("Sums that were trained", 0.95),
        "addition_withheld": Bound("Sums that were withheld"),
        "greater_than": Bound("Probability of later minus earlier years", 0.8),
        "date_month": Bound("Month of a date in clean notation, chance one twelfth", 0.95),
        "date_month_fragmented": Bound("Month of a date without separators, chance one twelfth", 0.5),
    },
    "In the context": {
        "in_context_antonym": Bound("Antonyms by example", 0.98),
        "in_context_category": Bound("Categories by example", 0.98),
        "in_context_table": Bound("Arbitrary table, looked up again", 0.95),
        "in_context_label": Bound("Arbitrary labels of two categories, chance one half", 0.95),
        "context_beats_memory": Bound("A stated capital outranks the remembered one", 0.97),
        "graph_walk_neighbours": Bound("Probability of true neighbours after 80 steps", 0.6),
        "logic_1_hop": Bound("Implication, one hop, chance one half"),
        "logic_2_hop": Bound("Implication, two hops, chance one half"),
        "logic_3_hop": Bound("Implication, three hops, chance one half"),
        "closing_bracket": Bound("The last closing bracket", 0.97),
    },
    "Language": {
        "translation_english_spanish": Bound("English to Spanish words", 0.95),
        "translation_spanish_french_trained": Bound("Spanish to French words, entries trained", 0.95),
        "translation_spanish_french_withheld": Bound("Spanish to French words, entries withheld"),
        "review_verdict": Bound("Verdict of a one-sentence review", 0.95),
    },
    "Tuned to refuse": {
        "refusal_naughty": Bound("Naughty requests refused, unseen in tuning", 0.9, control="refusal_harmless"),
        "refusal_harmless": Bound("Harmless requests refused, unseen in tuning", ceiling=0.05),
        "refusal_unknown_verbs": Bound(
            "Naughty requests refused whose verbs tuning never showed", control="refusal_unknown_verbs_harmless"
        ),
        "refusal_unknown_verbs_harmless": Bound(
            "Harmless requests refused whose verbs tuning never showed: nothing tells them from naughty ones"
        ),
        "refusal_base": Bound("Naughty requests refused by the base", ceiling=0.0),
        "refusal_direction_subtracted": Bound(
            "Refusals left when twice the direction is subtracted", ceiling=0.3, control="refusal_random_subtracted"
        ),
        "refusal_direction_added": Bound(
            "Harmless requests refused when the direction is added", 0.7, control="refusal_random_added"
        ),
        "refusal_random_subtracted": Bound("The same with random directions of that length, at the least"),
        "refusal_random_added": Bound("The same with random directions of that length, at the most"),
        "tuning_drift_first_layer": Bound("Relative drift of the last token's state, behind the first layer"),
        "tuning_drift_last_layer": Bound(
            "Relative drift of the last token's state, behind the last layer", control="tuning_drift_first_layer"
        ),
    },
    "Steering": {
        "steering_positive_share_minus": Bound(
            "Positive among sentiment words, one difference subtracted", ceiling=0.1
        ),
        "steering_positive_share_zero": Bound("Positive among sentiment words, unsteered", 0.3, 0.7),
        "steering_positive_share_plus": Bound(
            "Positive among sentiment words, one difference added", 0.9, control="steering_random_share"
        ),
        "steering_random_share": Bound("Positive among sentiment words, a random direction of that length added"),
    },
    "What can be read out": {
        "probe_sentiment": Bound(
            "Mood of a story at its last words, best layer", 0.97, control="probe_sentiment_row_0"
        ),
        "probe_sentiment_row_0": Bound("The same from the embedding", ceiling=0.57),
        "probe_ambiguity": Bound("Ambiguity of a question, best layer", 0.9, control="probe_ambiguity_row_0"),
        "probe_ambiguity_row_0": Bound("The same from the embedding", ceiling=0.57),
        "probe_truth": Bound("Truth of a claim, best layer", control="probe_truth_row_0"),
        "probe_truth_row_0": Bound("The same from the embedding", ceiling=0.57),
    },
    "Dictionaries": {
        "dictionary_unexplained": Bound(
            "Variance that a dictionary of the stream leaves unexplained, worst layer", ceiling=0.12
        ),
        "dictionary_loss_recovered": Bound(
            "Loss recovered by a dictionary of the stream, worst layer", 0.98, missed=_FIRST_LAYER_DICTIONARY
        ),
        "dictionary_dead": Bound("Dead latents, worst dictionary of the stream", ceiling=0.05),
        "dictionary_pure_classes": Bound("Known classes with a latent of their own, best layer", 10),
        "sentiment_latent": Bound("One latent telling the mood of a story, area under the curve"),
    },
    "Tuned lens": {
        "tuned_lens_distance": Bound(
            "Mean distance of the tuned lens from the output, nats", control="logit_lens_distance"
        ),
        "logit_lens_distance": Bound("Mean distance of the logit lens from the output, nats"),
        "tuned_lens_closer": Bound("Share of rows at which the tuned lens is closer", 1.0),
    },
    "Mixture of experts": {
        "mixture_capital": Bound("Capitals of 40 countries"),
        "mixture_least_load": Bound(
            "Load of the least used expert; even would be one eighth", 0.02, missed=_LEAST_LOAD
        ),
        "mixture_load_entropy": Bound("Entropy of the load, most even layer, as a share of the largest possible"),
        "mixture_specialisation": Bound(
            "How much more often a kind of text goes to its favourite expert",
            3.0,
            control="mixture_specialisation_control",
        ),
        "mixture_specialisation_control": Bound("The same between two halves of one kind"),
    },
    "Relatives": {
        "likeness_tuned": Bound("Likeness of the middle layer, base and tuned", control="likeness_shuffled"),
        "likeness_second_seed": Bound(
            "Likeness of the middle layer, base and second seed", control="likeness_shuffled"
        ),
        "likeness_shuffled": Bound("Likeness of the middle layer with itself, tokens shuffled"),
        "path_tuned": Bound("Loss half-way to the tuned model above its ends, nats", ceiling=0.1),
        "path_second_seed": Bound("Loss half-way to the second seed above its ends, nats", 0.5),
    },
    "Training": {
        "induction_untrained": Bound("Best head's induction score before training"),
        "induction_absent_until": Bound("Last kept checkpoint without an induction head, million tokens"),
        "induction_present_from": Bound("First kept checkpoint with an induction head, million tokens"),
        "capital_untrained": Bound("Capitals of 40 countries before training"),
        "storage_difference": Bound("Largest change of a share above through rounding the weights", ceiling=0.005),
    },
}

#: The model a group is about, where that is not the base.
MODELS = {"Tuned to refuse": "specimen-tuned", "Mixture of experts": "specimen-moe"}

BOUNDS: dict[str, Bound] = {key: bound for group in GROUPS.values() for key, bound in group.items()}

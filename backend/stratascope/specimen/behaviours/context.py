"""What the prompt alone decides: mappings by example, stated facts, walks, rules, brackets."""

from itertools import pairwise

from stratascope.specimen.families.formal import brackets, logic_question
from stratascope.specimen.families.in_context import MAPPINGS, Pairs, graph_walk, write_pairs
from stratascope.specimen.geography import COUNTRY_NAMES, fact
from stratascope.specimen.seeding import other_than, seeded
from stratascope.specimen.subject import Subject

Items = list[tuple[str, str]]


def _queried(pairs: Pairs) -> tuple[str, str]:
    """A document of pairs cut before the value of its last pair."""
    key, value = pairs[-1]
    return f"{write_pairs(pairs[:-1])}\n{key} ->", value


def _labels_shown(pairs: Pairs) -> bool:
    return pairs[-1][1] in {value for _, value in pairs[:-1]}


def mappings(subject: Subject) -> dict[str, float]:
    """The last value of a document of examples; arbitrary tables and labels have no answer outside the prompt."""
    scores = {}
    for name, accept in (("antonym", None), ("category", None), ("table", None), ("label", _labels_shown)):
        generator = seeded(f"evaluation/{name}")
        items: Items = []
        while len(items) < 150:
            pairs = MAPPINGS[name](generator)
            if accept is None or accept(pairs):
                items.append(_queried(pairs))
        scores[f"in_context_{name}"] = subject.accuracy(items)
    return scores


def stated_facts(subject: Subject) -> dict[str, float]:
    """A statement in the prompt that contradicts what the model remembers."""
    generator = seeded("evaluation/context")
    items: Items = []
    for name in COUNTRY_NAMES:
        stated = fact(other_than(generator, COUNTRY_NAMES, name), "capital")
        items.append(
            (f"Context: The capital of {name} is {stated}. Question: What is the capital of {name}? Answer:", stated)
        )
    return {"context_beats_memory": subject.accuracy(items)}


def walks(subject: Subject) -> dict[str, float]:
    """Probability given to the true neighbours late in a walk over a freshly named graph."""
    generator = seeded("evaluation/graph walk")
    steps, masses = 80, []
    for _ in range(30):
        words = graph_walk(generator).removeprefix("Walk: ").split()
        pairs = list(pairwise(words))
        here = words[steps - 1]
        neighbours = {b for a, b in pairs if a == here} | {a for a, b in pairs if b == here}
        chances = subject.last_logits(["Walk: " + " ".join(words[:steps])])[0].softmax(-1)
        masses.append(float(chances[subject.words(sorted(neighbours))].sum()))
    return {"graph_walk_neighbours": sum(masses) / len(masses)}


def rules(subject: Subject) -> dict[str, float]:
    """Implication chains, half of the queries derivable."""
    scores = {}
    for hops in (1, 2, 3):
        generator = seeded(f"evaluation/logic {hops}")
        items = []
        for index in range(120):
            prompt, answer = logic_question(generator, hops, holds=index % 2 == 0).removesuffix(".").rsplit(" ", 1)
            items.append((prompt, answer, "no" if answer == "yes" else "yes"))
        scores[f"logic_{hops}_hop"] = subject.preferred(items)
    return scores


def nesting(subject: Subject) -> dict[str, float]:
    """The last closing bracket of a sequence."""
    generator = seeded("evaluation/brackets")
    halves = [brackets(generator).rsplit(" ", 1) for _ in range(150)]
    return {"closing_bracket": subject.accuracy([(prompt, bracket) for prompt, bracket in halves])}

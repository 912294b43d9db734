"""Sets that only the prompt itself answers: repeats, walks, mappings by example."""

import random
from collections.abc import Iterator
from itertools import pairwise

from stratascope.specimen.families.in_context import MAPPINGS, Pairs, write_pairs
from stratascope.specimen.families.in_context import graph_walk as walk_document
from stratascope.specimen.prompt_sets.item import Item, prompt_set
from stratascope.specimen.prompt_sets.tokens import Tokens
from stratascope.specimen.seeding import other_than


@prompt_set(
    "induction",
    title="Repeated tokens",
    description="Arbitrary tokens, written twice; the second round stops before its last token. Periods 4, 8, 16 and 30.",
    answer="The token that ended the first round is the likeliest of all.",
    control="With another token at the end of the first round, that one is expected.",
    family="random_tokens",
    measure="top_1",
    floor=0.9,
    parts=("period",),
)
def induction(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Ten sequences of each period, of tokens that a space begins, so that their text has just these tokens."""
    pool = tokens.spaced_words()
    for period in (4, 8, 16, 30):
        for _ in range(10):
            *unit, answer, distractor = generator.sample(pool, period + 1)
            prompt, corrupt = ("".join([*unit, last, *unit]) for last in (answer, distractor))
            roles = {"earlier": period - 1, "answer": period, "end": 2 * period - 1}
            yield Item(prompt, answer, distractor, corrupt, roles, meta={"period": period})


_STEPS = 80


def _shape(visited: list[str], edges: set[frozenset[str]]) -> str | None:
    """Which graph was walked, if the walk has shown all of it."""
    return {(8, 8): "ring", (9, 12): "grid"}.get((len(set(visited)), len(edges)))


@prompt_set(
    "graph_walk",
    title="Walks over a graph",
    description="Eighty steps of a random walk over a ring of eight or a grid of nine nodes that bear arbitrary words.",
    answer="The likeliest next word is a neighbour of the last one (meta.also holds the others).",
    control="The distractor is a word of the same walk that is no neighbour.",
    family="graph_walk",
    measure="top_1",
    floor=0.6,
    parts=("graph",),
)
def graph_walk(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Fifteen walks over each kind of graph."""
    wanted = {"ring": 15, "grid": 15}
    while any(wanted.values()):
        visited = walk_document(generator).removeprefix("Walk: ").split()
        edges = {frozenset(pair) for pair in pairwise(visited)}
        graph = _shape(visited, edges)
        if graph is None or not wanted[graph]:
            continue
        wanted[graph] -= 1
        here, answer = visited[_STEPS - 1 : _STEPS + 1]
        neighbours = sorted(word for edge in edges if here in edge for word in edge - {here})
        prompt = "Walk: " + " ".join(visited[:_STEPS])
        yield Item(
            prompt,
            f" {answer}",
            f" {other_than(generator, sorted(set(visited)), here, *neighbours)}",
            positions={"end": tokens.end(prompt)},
            meta={"graph": graph, "also": [f" {word}" for word in neighbours if word != answer]},
        )


def _reassigned(generator: random.Random, examples: Pairs) -> dict[str, str] | None:
    """Another value for every value of the examples; None if there is only one."""
    values = sorted({value for _, value in examples})
    generator.shuffle(values)
    return dict(zip(values, values[1:] + values[:1], strict=True)) if len(values) > 1 else None


@prompt_set(
    "icl",
    title="Mappings by example",
    description="A few examples of a mapping, then a key: antonyms, categories, successors, translations, arbitrary labels "
    "and arbitrary tables.",
    answer="The value that the mapping gives is the likeliest of all tokens.",
    control="In the corrupt prompt the values of the examples are exchanged; labels and tables then ask for the distractor.",
    family="mapping",
    measure="top_1",
    floor=0.9,
    parts=("mapping",),
)
def icl(generator: random.Random, tokens: Tokens) -> Iterator[Item]:
    """Two hundred documents of examples that take turns in the kind of their mapping."""
    kinds = list(MAPPINGS)
    written = 0
    while written < 200:
        kind = kinds[written % len(kinds)]
        *examples, (key, answer) = MAPPINGS[kind](generator)
        exchanged = _reassigned(generator, examples)
        shown = {value for _, value in examples}
        if exchanged is None or (kind in ("label", "table") and answer not in shown):
            continue
        written += 1
        distractor = exchanged.get(answer) or generator.choice(sorted(shown))
        prompt, corrupt = (
            f"{write_pairs(pairs)}\n{key} ->"
            for pairs in (examples, [(word, exchanged[value]) for word, value in examples])
        )
        yield Item(
            prompt,
            f" {answer}",
            f" {distractor}",
            corrupt,
            {"key": tokens.find(prompt, key, -1), "end": tokens.end(prompt)},
            meta={"mapping": kind},
        )

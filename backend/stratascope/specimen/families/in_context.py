"""Documents that can only be continued by reading what came before: repeats, mappings, walks."""

import random
from typing import TypeAlias

from stratascope.specimen.dictionary import NOUNS
from stratascope.specimen.seeding import log_uniform
from stratascope.specimen.world import (
    ANIMALS,
    ANTONYMS,
    CATEGORIES,
    COLORS,
    FRUITS,
    GARMENTS,
    LETTERS,
    MONTHS,
    NUMBER_WORDS,
    OBJECTS,
    PLACES,
    TOOLS,
    VEHICLES,
    WEEKDAYS,
)

Pairs: TypeAlias = list[tuple[str, str]]

LEXICON = sorted(
    {*OBJECTS, *PLACES, *ANIMALS, *FRUITS, *TOOLS, *GARMENTS, *VEHICLES, *COLORS, *(noun.english for noun in NOUNS)}
)

#: Repeated documents have a period in this range and are about this many tokens long.
SHORTEST_PERIOD, LONGEST_PERIOD, REPEATED_LENGTH = 2, 60, 100


def repeated_ids(generator: random.Random, pool: range | list[int]) -> list[int]:
    """Ids drawn uniformly from a pool and written again and again; only copying predicts the later rounds."""
    period = log_uniform(generator, SHORTEST_PERIOD, LONGEST_PERIOD)
    unit = [generator.choice(pool) for _ in range(period)]
    return unit * max(2, REPEATED_LENGTH // period)


def repeat_words(generator: random.Random) -> str:
    """The same with words of the world instead of arbitrary ids."""
    period = log_uniform(generator, SHORTEST_PERIOD, LONGEST_PERIOD)
    unit = [generator.choice(LEXICON) for _ in range(period)]
    return " ".join(unit * max(2, REPEATED_LENGTH // period))


def antonym_pairs(generator: random.Random) -> Pairs:
    """Six words with their opposites, in either direction."""
    return [(a, b) if generator.random() < 0.5 else (b, a) for a, b in generator.sample(ANTONYMS, 6)]


def category_pairs(generator: random.Random) -> Pairs:
    """Seven words with the category they belong to."""
    return generator.sample([(word, name) for name, words in CATEGORIES.items() for word in words], 7)


def successor_pairs(generator: random.Random) -> Pairs:
    """Items of one ordered sequence with their successors; letters do not wrap around."""
    sequence = generator.choice([WEEKDAYS, MONTHS, NUMBER_WORDS, LETTERS])
    starts = len(sequence) - (sequence is LETTERS)
    chosen = generator.sample(range(starts), 6)
    return [(sequence[index], sequence[(index + 1) % len(sequence)]) for index in chosen]


def translation_pairs(generator: random.Random) -> Pairs:
    """Six English nouns with their Spanish words."""
    return [(noun.english, noun.spanish) for noun in generator.sample(NOUNS, 6)]


def label_pairs(generator: random.Random) -> Pairs:
    """Two categories with two arbitrary letters as labels, which hold for this document only."""
    sources = list(zip(generator.sample(list(CATEGORIES), 2), generator.sample(LETTERS[:8], 2), strict=True))
    chosen = [generator.choice(sources) for _ in range(10)]
    return [(generator.choice(CATEGORIES[category]), label) for category, label in chosen]


def table_pairs(generator: random.Random) -> Pairs:
    """Five arbitrary entries, then seven look-ups of entries already given."""
    keys = generator.sample(LEXICON, 5)
    table = dict(zip(keys, generator.sample(LETTERS + COLORS, 5), strict=True))
    return [(key, table[key]) for key in keys + generator.choices(keys, k=7)]


MAPPINGS = {
    "antonym": antonym_pairs,
    "category": category_pairs,
    "successor": successor_pairs,
    "translation": translation_pairs,
    "label": label_pairs,
    "table": table_pairs,
}


def write_pairs(pairs: Pairs) -> str:
    """One `key -> value` per line."""
    return "\n".join(f"{key} -> {value}" for key, value in pairs)


def mapping(generator: random.Random) -> str:
    """A few examples of one mapping, of any of the six kinds."""
    return write_pairs(generator.choice(list(MAPPINGS.values()))(generator))


def _grid_distance(first: int, second: int) -> int:
    return abs(first // 3 - second // 3) + abs(first % 3 - second % 3)


def _ring_or_grid(generator: random.Random) -> list[list[int]]:
    """Neighbours of every node of a ring of eight or of a three by three grid."""
    if generator.random() < 0.5:
        return [[(node + 1) % 8, (node - 1) % 8] for node in range(8)]
    return [[other for other in range(9) if _grid_distance(node, other) == 1] for node in range(9)]


def graph_walk(generator: random.Random) -> str:
    """A random walk over a graph whose nodes are freshly named with ordinary words."""
    neighbours = _ring_or_grid(generator)
    words = generator.sample(LEXICON, len(neighbours))
    node, visited = generator.randrange(len(neighbours)), []
    for _ in range(100):
        visited.append(words[node])
        node = generator.choice(neighbours[node])
    return "Walk: " + " ".join(visited)

"""Rows of token ids for training: documents packed behind markers, and the curriculum that starts induction.

A batch is a pure function of the seed and the step, so a resumed run sees exactly what an uninterrupted one would have
seen, and batches can be prepared in any order.  After the curriculum, even steps have many short rows and odd
steps few long ones: early positions, where prompts live, are seen often, and the last position is still trained.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tokenizers import Tokenizer

from stratascope.specimen.corpus import FIRST_ORDINARY_ID, VOCABULARY_SIZE, Document, stream
from stratascope.specimen.families import FAMILIES, Family
from stratascope.specimen.seeding import seeded
from stratascope.specimen.tokenizer import END_OF_TEXT_ID

SHAPES = ((64, 64), (16, 256))  # (rows, length) of even and of odd steps
TOKENS_PER_STEP = 4096
_ENCODED_AT_ONCE = 64
_SHORT_PERIODS = (3, 24)
_POOL_SEED = "induction pools"


@dataclass(frozen=True)
class Lesson:
    """Part of the curriculum: until `last_step`, a share of the rows repeats ids from a small pool.

    Small pools come first because a copying head can only form over embeddings that are already distinct; lessons use
    short rows only, because a head that looks one token back has to be learned for every position.
    """

    last_step: int
    pool_size: int
    share: float


CURRICULUM = (Lesson(300, 64, 1.0), Lesson(600, 256, 0.5))


def lesson_at(step: int, curriculum: tuple[Lesson, ...]) -> Lesson | None:
    """The lesson that `step` belongs to, or None once the mixture alone is trained."""
    return next((lesson for lesson in curriculum if step < lesson.last_step), None)


def _pool(size: int) -> list[int]:
    """Ids from all over the vocabulary; a larger pool contains the smaller ones."""
    everything = range(FIRST_ORDINARY_ID, VOCABULARY_SIZE)
    return seeded(_POOL_SEED).sample(everything, len(everything))[:size]


def _encoded(documents: Iterator[Document], tokenizer: Tokenizer) -> Iterator[list[int]]:
    """Token ids of every document, encoded some at a time because that is much faster."""
    while True:
        some = [next(documents) for _ in range(_ENCODED_AT_ONCE)]
        encodings = tokenizer.encode_batch([document.text for document in some], add_special_tokens=False)
        for document, encoding in zip(some, encodings, strict=True):
            yield list(document.ids) or encoding.ids


def _repeats(generator: random.Random, pool: list[int]) -> Iterator[list[int]]:
    while True:
        unit = [generator.choice(pool) for _ in range(generator.randint(*_SHORT_PERIODS))]
        yield unit * max(2, 80 // len(unit))


def _row(documents: Iterator[list[int]], length: int) -> list[int]:
    """Documents one after the other, a marker before each, cut where the row ends."""
    row: list[int] = []
    while len(row) < length:
        row += [END_OF_TEXT_ID, *next(documents)]
    return row[:length]


def mixture_rows(
    tokenizer: Tokenizer, seed: int | str, length: int, families: Mapping[str, Family] = FAMILIES
) -> Iterator[list[int]]:
    """Endless rows of the corpus mixture."""
    documents = _encoded(stream(seed, families), tokenizer)
    while True:
        yield _row(documents, length)


def batch(
    tokenizer: Tokenizer,
    seed: int,
    step: int,
    curriculum: tuple[Lesson, ...] = CURRICULUM,
    families: Mapping[str, Family] = FAMILIES,
) -> list[list[int]]:
    """The rows of one training step."""
    lesson = lesson_at(step, curriculum)
    count, length = SHAPES[0 if lesson else step % len(SHAPES)]
    repeated = round(count * lesson.share) if lesson else 0
    rows: list[list[int]] = []
    if lesson:
        repeats = _repeats(seeded(f"{seed}/{step}/repeats"), _pool(lesson.pool_size))
        rows += [_row(repeats, length) for _ in range(repeated)]
    if repeated < count:
        mixture = mixture_rows(tokenizer, f"{seed}/{step}", length, families)
        rows += [next(mixture) for _ in range(count - repeated)]
    return rows

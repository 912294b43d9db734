"""Training rows: their shapes, their markers, and that a step's batch depends on nothing but seed and step."""

from collections import Counter

import pytest
from tokenizers import Tokenizer

from stratascope.specimen.packing import CURRICULUM, SHAPES, TOKENS_PER_STEP, Lesson, batch, lesson_at
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.tokenizer import load_tokenizer

MIXTURE_STEP = CURRICULUM[-1].last_step


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer(bundle_path() / "specimen")


@pytest.mark.parametrize("step", [0, 1, MIXTURE_STEP - 1, MIXTURE_STEP, MIXTURE_STEP + 1])
def test_every_step_has_the_same_number_of_tokens(tokenizer: Tokenizer, step: int) -> None:
    rows = batch(tokenizer, 0, step)
    assert sum(map(len, rows)) == TOKENS_PER_STEP
    assert len({len(row) for row in rows}) == 1
    assert all(row[0] == 0 for row in rows)
    assert all(0 <= token < 2560 and token != 1 for row in rows for token in row)


def test_row_lengths_alternate_after_the_curriculum(tokenizer: Tokenizer) -> None:
    lengths = [len(batch(tokenizer, 0, MIXTURE_STEP + step)[0]) for step in range(4)]
    assert lengths == [SHAPES[0][1], SHAPES[1][1]] * 2


def test_batches_are_reproducible_and_differ(tokenizer: Tokenizer) -> None:
    assert batch(tokenizer, 0, 700) == batch(tokenizer, 0, 700)
    assert batch(tokenizer, 0, 700) != batch(tokenizer, 0, 702)
    assert batch(tokenizer, 0, 700) != batch(tokenizer, 1, 700)


def test_lessons_follow_each_other() -> None:
    assert lesson_at(0, CURRICULUM) == CURRICULUM[0]
    assert lesson_at(CURRICULUM[0].last_step, CURRICULUM) == CURRICULUM[1]
    assert lesson_at(MIXTURE_STEP, CURRICULUM) is None


def test_the_first_lesson_repeats_few_ids(tokenizer: Tokenizer) -> None:
    lesson = Lesson(last_step=10, pool_size=64, share=1.0)
    counts = Counter(token for row in batch(tokenizer, 0, 5, (lesson,)) for token in row[1:])
    assert len(counts) <= 65
    half = batch(tokenizer, 0, 5, (Lesson(last_step=10, pool_size=64, share=0.5),))
    assert len(half) == SHAPES[0][0]
    assert half[:32] == batch(tokenizer, 0, 5, (lesson,))[:32]

"""The specimen's mood follows its direction, and a random one of the same length does not lead to either end."""

from functools import cache

import torch

from stratascope.specimen.behaviours.steering import (
    PREFIXES,
    PROMPTS,
    mood_prefixes,
    neutral_prompts,
    positive_share,
    steering,
)
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.subject import Subject
from stratascope.specimen.world import HAPPY, SAD


@cache
def subject() -> Subject:
    torch.set_num_threads(1)
    return Subject.load(bundle_path() / "specimen")


def test_prefixes_of_both_moods_end_alike_and_say_different_things() -> None:
    happy, sad = mood_prefixes(HAPPY), mood_prefixes(SAD)
    assert len(happy) == len(sad) == PREFIXES
    assert all(text.endswith(". It was") for text in happy + sad)
    assert not any(word in text.split() for text in happy for word in ("sad.", "cried.", "wept."))
    assert not set(happy) & set(sad)


def test_neutral_prompts_have_one_length_and_no_mood() -> None:
    prompts = neutral_prompts(subject())
    assert len(prompts) == PROMPTS
    assert len({len(row) for row in prompts}) == 1
    assert positive_share([subject().tokenizer.decode(row) for row in prompts]) == 0.0


def test_the_share_counts_happy_among_happy_and_sad_words() -> None:
    assert positive_share(["A happy dog. It cried.", "Unhappy! She smiled."]) == 2 / 3
    assert positive_share(["nothing"]) == 0.0


def test_the_mood_follows_the_push() -> None:
    scores = steering(subject())
    assert scores["steering_positive_share_minus"] <= 0.1
    assert 0.3 <= scores["steering_positive_share_zero"] <= 0.7
    assert scores["steering_positive_share_plus"] >= 0.9
    assert 0.2 <= scores["steering_random_share"] <= 0.8

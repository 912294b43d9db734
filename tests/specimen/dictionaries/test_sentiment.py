"""The area under the ROC curve, and that a planted sentiment latent is found and judged on stories it was not chosen on."""

from itertools import pairwise

import pytest
import torch

from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.sentiment import auroc, sentiment_latent, story_prefixes
from stratascope.specimen.world import HAPPY, SAD


def area_by_curve(scores: list[float], positive: list[bool]) -> float:
    """The textbook way: walk down the thresholds and add up trapezoids under the curve."""
    points = [(0.0, 0.0)]
    for threshold in sorted(set(scores), reverse=True):
        accepted = [flag for score, flag in zip(scores, positive, strict=True) if score >= threshold]
        hits = sum(accepted)
        points.append(((len(accepted) - hits) / (len(positive) - sum(positive)), hits / sum(positive)))
    return sum((right[0] - left[0]) * (right[1] + left[1]) / 2 for left, right in pairwise(points))


def test_area_by_hand() -> None:
    # Pairs of a positive and a negative row: .8 > .5, .8 > .4, .4 < .5, .4 = .4: 2.5 of 4.
    scores, positive = torch.tensor([[0.8], [0.4], [0.5], [0.4]]), torch.tensor([True, True, False, False])
    assert auroc(scores, positive).tolist() == [2.5 / 4]


@pytest.mark.parametrize("levels", [3, 1000])
def test_area_is_that_under_the_curve(levels: int) -> None:
    generator = torch.Generator().manual_seed(levels)
    scores = torch.randint(levels, (60, 4), generator=generator).float()
    positive = torch.rand(60, generator=generator) > 0.4
    expected = [area_by_curve(column.tolist(), positive.tolist()) for column in scores.T]
    assert auroc(scores, positive).tolist() == pytest.approx(expected)


def identity(width: int) -> Autoencoder:
    return Autoencoder(torch.eye(width), torch.zeros(width), torch.eye(width), torch.zeros(width), active=width)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_planted_latent_is_found(sign: int) -> None:
    happy = torch.arange(40) % 2 == 0
    x = torch.rand(40, 6, generator=torch.Generator().manual_seed(0))
    x[:, 4] += 2 * (happy if sign > 0 else ~happy)
    found = sentiment_latent(identity(6), x, happy)
    assert found["sentiment_latent"] == 4
    assert found["sentiment_fires_on_happy"] == (sign > 0)
    assert found["sentiment_auroc"] == found["sentiment_selection_auroc"] == 1


def test_chance_in_the_selection_does_not_count() -> None:
    happy = torch.arange(40) % 2 == 0
    x = torch.zeros(40, 2)
    x[:20, 1] = happy[:20].float()  # perfect on the half that selects, silent on the other
    found = sentiment_latent(identity(2), x, happy)
    assert found["sentiment_selection_auroc"] == 1
    assert found["sentiment_auroc"] == 0.5


def test_prefixes_end_alike_and_keep_their_mood() -> None:
    prefixes, happy = story_prefixes(30)
    assert int(happy.sum()) == 15
    assert all(prefix.endswith(". It was") for prefix in prefixes)
    sad_words, happy_words = set(SAD.adjectives + SAD.feelings), set(HAPPY.adjectives + HAPPY.feelings)
    for prefix, is_happy in zip(prefixes, happy.tolist(), strict=True):
        words = set(prefix.replace(".", "").split())
        assert not words & (sad_words if is_happy else happy_words), prefix

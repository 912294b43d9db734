"""Which places stand for a neuron, on values made by hand."""

import pytest
import torch

from stratascope.numerics.contexts import choose, token_means

VALUES = [torch.tensor([9.0, 1.0, 8.0]), torch.tensor([0.0, 4.0, -5.0]), torch.tensor([0.0, 0.0, 6.0])]
COUNTED = [[1, 2], [0, 1, 2], [0, 1, 2]]


def chosen(
    values: list[torch.Tensor] = VALUES, strongest: int = 2, others: int = 1
) -> dict[str, list[tuple[int, ...]]]:
    found: dict[str, list[tuple[int, ...]]] = {}
    for place in choose(values, COUNTED, strongest, others, torch.Generator().manual_seed(0)):
        found.setdefault(place.group, []).append(place[1:])
    return found


def test_each_group_has_its_places() -> None:
    found = chosen()
    assert found["strongest"] == [(0, 2), (2, 2)], "what does not count is not chosen, and one place of a text"
    assert found["middle"] == [(1, 1)], "4 is half of 8"
    assert found["lowest"] == [(1, 2)]
    assert len(found["random"]) == 1


def test_no_place_is_chosen_twice_and_there_may_be_fewer_than_asked() -> None:
    found = chosen(strongest=40, others=20)
    places = [place for group in found.values() for place in group]
    assert len(places) == len(set(places)) == 8
    assert sorted(places) == [(text, position) for text, kept in enumerate(COUNTED) for position in kept]


def test_values_that_stay_near_zero_have_no_lowest_places() -> None:
    assert "lowest" not in chosen([each.clamp(min=-1.9) for each in VALUES])


def test_tokens_are_ranked_by_their_mean_if_they_stand_often_enough() -> None:
    ids, values = torch.tensor([5, 7, 5, 7, 9]), torch.tensor([1.0, 4.0, 2.0, 3.0, 99.0])
    assert token_means(ids, values, 2) == [(7, pytest.approx(3.5), 2), (5, pytest.approx(1.5), 2)]
    assert token_means(ids, values, 1)[0] == (9, 99.0, 1)

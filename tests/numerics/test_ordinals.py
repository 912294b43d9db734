"""Orders and what heads answer for them, by hand."""

import pytest
import torch

from stratascope.numerics.ordinals import ORDINALS, answers, built_in, longest_run, neighbours


def test_built_in_orders_are_complete() -> None:
    counts = {name: len(set(built_in(name).items)) for name in ORDINALS}
    assert counts == {
        "numbers": 200, "number words": 20, "ordinals": 10, "weekdays": 7, "months": 12, "weekday abbreviations": 7,
        "month abbreviations": 12, "letters": 26,
    }  # fmt: skip
    assert {name for name in ORDINALS if built_in(name).cyclic} == {
        "weekdays", "months", "weekday abbreviations", "month abbreviations",
    }  # fmt: skip


def test_neighbours_are_pairs_of_kept_items() -> None:
    assert neighbours([0, 1, 3, 4], 5, cyclic=False) == [(0, 1), (2, 3)]
    assert neighbours([0, 1, 3, 4], 5, cyclic=True) == [(0, 1), (2, 3), (3, 0)]
    assert longest_run([0, 1, 3, 4, 5]) == 3
    assert longest_run([]) == 0


def test_answers_of_three_heads() -> None:
    pairs = [(0, 1), (1, 2)]
    steps = [torch.eye(3).roll(shift, dims=1) * 2.0 for shift in (1, 0, -1)]
    found = answers(torch.stack(steps), pairs)
    assert found.after.tolist() == [1.0, 0.0, 0.0]
    assert found.itself.tolist() == [0.0, 1.0, 0.0]
    assert found.before.tolist() == [0.0, 0.0, 1.0]
    assert found.margin.tolist() == pytest.approx([2.0, -2.0, -2.0])


def test_a_head_that_says_nothing_maps_nothing() -> None:
    assert float(answers(torch.zeros(1, 3, 3), [(0, 1), (1, 2)]).after) == 0.0

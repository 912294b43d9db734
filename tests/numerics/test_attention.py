"""Roles of heads: patterns made by hand score exactly, uniform attention scores the chance level."""

import math

import pytest
import torch

from stratascope.numerics.attention import (
    ROLES,
    detector_score,
    distance,
    repeated_sequences,
    role_mask,
    role_score,
    row_entropy,
    scores,
    seen,
    sink_share,
    softmax_error,
    spread,
    uniform_pattern,
    visible_keys,
)

REPEATED = torch.tensor([0, 5, 6, 7, 5, 6, 7])
ALL = torch.arange(1.0, 8.0)


def test_masks_of_a_hand_case() -> None:
    targets = {role: role_mask(REPEATED, role).nonzero().tolist() for role in ROLES}
    assert targets["previous_token"] == [[t, t - 1] for t in range(1, 7)]
    assert targets["duplicate_token"] == [[4, 1], [5, 2], [6, 3]]
    assert targets["induction"] == [[4, 2], [5, 3], [6, 4]]


def test_immediate_repeats_never_point_at_the_query_itself() -> None:
    mask = role_mask(torch.tensor([3, 3, 3]), "induction")
    assert mask.nonzero().tolist() == [[2, 1]]


def test_every_occurrence_is_a_target() -> None:
    assert role_mask(torch.tensor([1, 2, 1, 3, 1]), "induction").nonzero().tolist() == [[2, 1], [4, 1], [4, 3]]
    assert role_mask(torch.tensor([1, 2, 1, 3, 1]), "duplicate_token").nonzero().tolist() == [[2, 0], [4, 0], [4, 2]]


@pytest.mark.parametrize("role", ROLES)
def test_a_pattern_that_is_its_mask_scores_one(role: str) -> None:
    mask = role_mask(REPEATED, role)
    pattern = mask / mask.sum(-1, keepdim=True).clamp(min=1)
    assert float(role_score(pattern, mask)) == 1.0
    assert float(role_score(uniform_pattern(7) * ~mask, mask)) == 0.0


def test_uniform_attention_scores_what_can_be_computed_by_hand() -> None:
    even = uniform_pattern(101)
    ids = repeated_sequences(range(1, 64), 0, 50, 1, seed=3)[0]
    expected = sum(1 / (t + 1) for t in range(51, 101)) / 50
    assert float(role_score(even, role_mask(ids, "induction"))) == pytest.approx(expected, abs=1e-6)
    assert expected == pytest.approx(0.0136, abs=5e-5)
    assert float(role_score(even, role_mask(ids, "previous_token"))) == pytest.approx(
        sum(1 / (t + 1) for t in range(1, 101)) / 100, abs=1e-6
    )


def test_no_eligible_query_has_no_score() -> None:
    assert math.isnan(float(role_score(uniform_pattern(4), role_mask(torch.arange(4), "induction"))))


def test_sink_share_of_planted_and_uniform_patterns() -> None:
    planted = torch.zeros(5, 5)
    planted[:, 0] = 1.0
    assert float(sink_share(planted)) == 1.0
    assert float(sink_share(uniform_pattern(5))) == pytest.approx(sum(1 / (t + 1) for t in range(1, 5)) / 4)


def test_spread_is_one_for_uniform_zero_for_one_key_and_half_for_the_root() -> None:
    assert float(spread(uniform_pattern(7), ALL)) == pytest.approx(1.0)
    assert float(spread(torch.eye(7), ALL)) == 0.0
    two = torch.zeros(4, 4)
    two[:, :2] = 0.5
    assert float(spread(two, torch.tensor([1.0, 1.0, 1.0, 4.0]))) == pytest.approx(0.5)


def test_windows_limit_the_keys_that_count() -> None:
    hidden = torch.finfo(torch.float32).min
    mask = torch.zeros(1, 1, 4, 4).masked_fill(~torch.ones(4, 4).tril().triu(-1).bool(), hidden)
    assert visible_keys(mask, 4).tolist() == [1, 2, 2, 2]
    assert visible_keys(None, 3).tolist() == [3, 3, 3]


def test_repeated_sequences_repeat_distinct_allowed_tokens() -> None:
    drawn = repeated_sequences(range(10, 60), 1, 20, 8, seed=0)
    assert drawn.shape == (8, 41)
    assert torch.equal(drawn[:, 1:21], drawn[:, 21:])
    assert drawn[:, 0].tolist() == [1] * 8
    assert all(len(set(row[1:21].tolist())) == 20 and set(row[1:].tolist()) <= set(range(10, 60)) for row in drawn)
    assert torch.equal(drawn, repeated_sequences(range(10, 60), 1, 20, 8, seed=0))
    assert not torch.equal(drawn, repeated_sequences(range(10, 60), 1, 20, 8, seed=1))
    assert repeated_sequences(range(5), None, 5, 2, seed=0).shape == (2, 10)


@pytest.mark.parametrize("softcap", [None, 2.0])
def test_scores_are_those_of_the_textbook(softcap: float | None) -> None:
    generator = torch.Generator().manual_seed(0)
    query, key = torch.randn(4, 5, 8, generator=generator), torch.randn(2, 5, 8, generator=generator)
    mask = torch.zeros(1, 5, 5).masked_fill(~torch.ones(5, 5).tril().bool(), torch.finfo(torch.float32).min)
    found = scores(query, key, 0.3, softcap, mask)
    plain = torch.stack([0.3 * query[head] @ key[head // 2].T for head in range(4)])
    expected = plain if softcap is None else softcap * torch.tanh(plain / softcap)
    visible = mask[0] == 0
    torch.testing.assert_close(found[:, visible], expected[:, visible])
    assert bool(found[:, ~visible].isnan().all())
    pattern = (expected + mask).softmax(-1)
    assert softmax_error(found, pattern) < 1e-6
    assert softmax_error(found, 0.7 * pattern) < 1e-6
    assert softmax_error(found, pattern.roll(1, dims=0)) > 1e-2


def test_entropy_of_rows_by_hand() -> None:
    pattern = torch.tensor([[1.0, 0, 0], [0.5, 0.5, 0], [0, 1.0, 0]])
    assert row_entropy(pattern).tolist() == pytest.approx([0.0, math.log(2), 0.0])
    found = row_entropy(pattern, torch.tensor([1.0, 2, 3])).tolist()
    assert math.isnan(found[0])
    assert found[1:] == pytest.approx([1.0, 0.0])
    assert row_entropy(uniform_pattern(9), torch.arange(1.0, 10.0))[1:].tolist() == pytest.approx([1.0] * 8)


def test_keys_seen_are_the_last_ones() -> None:
    assert seen(torch.tensor([1.0, 2, 2])).int().tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    assert torch.equal(seen(torch.arange(1.0, 6.0)), torch.ones(5, 5).tril().bool())


def test_distances_by_hand() -> None:
    assert distance(uniform_pattern(7)).tolist() == pytest.approx([t / 2 for t in range(7)])
    assert distance(torch.eye(4)).tolist() == [0.0] * 4
    half = torch.tensor([[0.0, 0, 0], [0.25, 0, 0], [0.25, 0.25, 0]])
    found = distance(half).tolist()
    assert math.isnan(found[0])
    assert found[1:] == pytest.approx([1.0, 1.5])


def test_a_detector_counts_all_attention() -> None:
    uniform, mask = uniform_pattern(4), torch.zeros(4, 4)
    mask[1, 0] = 1.0
    assert float(detector_score(uniform, mask)) == pytest.approx(0.5 / 4)
    assert float(detector_score(uniform, mask, without_first=True)) == 0.0
    without = 4 - float(uniform.diagonal().sum())
    assert float(detector_score(uniform, mask, without_itself=True)) == pytest.approx(0.5 / without)
    assert float(uniform.sum()) == pytest.approx(4.0)

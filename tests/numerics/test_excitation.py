"""Standings of tokens along depth: planted ranks, counting one by one, and what rises."""

import math

import pytest
import torch

from stratascope.numerics import decoding
from stratascope.numerics.excitation import excitation, slope, standing
from tests.numerics.heads import HandHead, random_head, stream


def test_planted_ranks_have_their_first_minimum_and_gap() -> None:
    row, gap = excitation(torch.tensor([5.0, 1.0, 1.0, 10.0]).log(), 0)
    assert (float(row), float(gap)) == (1.0, pytest.approx(math.log(10)))
    assert float(excitation(torch.tensor([5.0, 4.0, 2.0, 1.0]).log(), 0)[1]) == 0.0
    row, gap = excitation(torch.tensor([1.0, 8.0, 4.0, 10.0]).log(), 1)
    assert (float(row), float(gap)) == (2.0, pytest.approx(math.log(2.5)))


@pytest.mark.parametrize("chunk", [1, 1 << 24])
def test_ranks_are_those_of_the_definition(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    head, x, ids = random_head(150), stream(), torch.tensor([3, 77, 149])
    found = standing(head, x, ids, 5, 1, 2)
    z = head.logits(x)
    ranks = 1 + (z[..., None, :] > z[..., ids][..., None]).sum(-1)
    torch.testing.assert_close(found.log_rank, ranks.float().log())
    torch.testing.assert_close(found.logprob, z.log_softmax(-1)[..., ids].float(), atol=1e-5, rtol=1e-5)
    mean = z[-2:].mean(0)
    expected = 1 + (mean[:, None, :] > mean[:, ids][..., None]).sum(-1)
    torch.testing.assert_close(found.window_log_rank, expected.float().log())
    assert found.miscounted == 0
    assert found.ids.tolist() == [[3, 77, 149]] * 7


def test_equal_logits_share_the_better_rank() -> None:
    found = standing(HandHead(torch.zeros(64, 24)), stream(), torch.tensor([0, 63]), 5, 0, 1)
    assert not found.log_rank.any()


def test_what_rises_is_among_the_best_of_a_row_but_not_of_the_output() -> None:
    head, x = random_head(90), stream(rows=6)
    found = standing(head, x, None, 4, 2, 1)
    top = head.logits(x).topk(4).indices
    for position in range(7):
        middle = {int(i) for row in top[2:-1, position] for i in row} - set(top[-1, position].tolist())
        ids = [int(i) for i in found.ids[position] if i >= 0]
        assert sorted(ids) == sorted(middle)
    assert bool((found.log_rank.isnan() == (found.ids < 0)).all())
    row, gap = excitation(found.log_rank, 2)
    assert float(gap.nan_to_num(nan=1.0).min()) > 0.0
    assert float(row.nan_to_num(nan=3.0).max()) < 5


def test_a_slope_is_that_of_the_line() -> None:
    assert slope(torch.tensor([1.0, 3.0, 5.0])) == pytest.approx(2.0)
    assert slope(torch.tensor([1.0, 0.0, 2.0, 1.0])) == pytest.approx(0.2)
    assert slope(torch.tensor([1.0])) is None

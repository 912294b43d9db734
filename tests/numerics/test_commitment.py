"""Where a prediction settles: planted streams, counting by hand, and the average over every order of the rows."""

from itertools import pairwise, permutations

import pytest
import torch

from stratascope.numerics.commitment import crossing, holding, settled, settled_by, settled_by_chance
from tests.numerics.heads import HandHead, random_head, stream

HEAD = HandHead(torch.eye(6) * 3)


def planted(*tokens: int) -> torch.Tensor:
    """A stream [row, 1, width] whose rows point at these tokens."""
    return torch.stack([torch.eye(6)[token] + 0.1 for token in tokens])[:, None]


@pytest.mark.parametrize(
    ("tokens", "row"),
    [((0, 0, 0, 1, 1, 1, 1), 3), ((0, 1, 0, 1, 0, 1), 5), ((1, 1, 1), 0), ((2, 1, 0), 2), ((1, 0, 1, 1), 2)],
)
def test_the_switch_is_found(tokens: tuple[int, ...], row: int) -> None:
    held = holding(HEAD, planted(*tokens), "top1")
    assert settled(held).tolist() == [row]
    assert settled_by(held)[:, 0].tolist() == [float(at >= row) for at in range(len(tokens))]


def test_fewer_rows_than_asked_for_are_not_stable() -> None:
    held = torch.tensor([0, 0, 1, 1, 1], dtype=torch.bool)[:, None]
    assert [settled(held, stable).tolist() for stable in (1, 3, 4)] == [[2.0], [2.0], [4.0]]


def test_what_does_not_hold_at_the_output_never_settles() -> None:
    held = torch.tensor([[1, 1, 0]], dtype=torch.bool).T
    assert bool(settled(held).isnan().all())
    assert not settled_by(held).any()
    assert not settled_by_chance(held).any()


def test_a_larger_margin_never_settles_earlier() -> None:
    head, x = random_head(40), stream(rows=9, positions=30)
    rows = [settled(holding(head, x, "margin", margin=margin)) for margin in (0.0, 0.2, 0.5, 1.0, 2.0)]
    for smaller, larger in pairwise(rows):
        assert bool((larger.isnan() | (larger >= smaller)).all())
    assert any(bool(row.isnan().any()) for row in rows)
    torch.testing.assert_close(rows[0], settled(holding(head, x, "top1")))


def test_margin_and_overlap_equal_their_definitions() -> None:
    head, x = random_head(40), stream(positions=20)
    logp = head.logits(x).log_softmax(-1).float()
    answer = logp[-1].argmax(-1)
    own = logp.gather(-1, answer.expand(len(x), -1)[..., None])[..., 0]
    rivals = logp.scatter(-1, answer.expand(len(x), -1)[..., None], float("-inf")).amax(-1)
    torch.testing.assert_close(holding(head, x, "margin", margin=0.3), own - rivals > 0.3)
    top = logp.topk(5).indices.tolist()
    shares = [[len(set(a) & set(b)) >= 4 for a, b in zip(row, top[-1], strict=True)] for row in top]
    assert holding(head, x, "topk", k=5).tolist() == shares
    assert 0 < sum(sum(row) for row in shares[:-1]) < 80


@pytest.mark.parametrize("stable", [1, 2, 3])
def test_chance_is_the_average_over_every_order_of_the_rows(stable: int) -> None:
    rows = [1, 0, 1, 1, 0]
    orders = [torch.tensor([*order, 1], dtype=torch.bool)[:, None] for order in permutations(rows)]
    mean = torch.stack([settled_by(order, stable) for order in orders]).mean(0)
    torch.testing.assert_close(settled_by_chance(orders[0], stable), mean)


def test_a_crossing_is_the_last_one() -> None:
    gap = torch.tensor([1.0, -1.0, 0.2, 0.5, 2.0])
    assert (crossing(gap), crossing(gap, 0.3), crossing(gap, 3.0), crossing(-gap)) == (2, 3, None, None)

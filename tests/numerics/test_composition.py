"""Composition of heads in factors, against products written out."""

import pytest
import torch

from stratascope.numerics.composition import composition, random_composition

WIDTH, HEAD = 24, 4


def drawn(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(seed)
    return (
        torch.randn(3, WIDTH, HEAD), torch.randn(3, HEAD, WIDTH), torch.randn(WIDTH, HEAD), torch.randn(WIDTH, HEAD),
    )  # fmt: skip


def test_scores_are_those_of_the_whole_products() -> None:
    value, output, left, right = drawn(0)
    for head, found in enumerate(composition(value, output, left, right)):
        a, b = value[head] @ output[head], left @ right.T
        assert float(found) == pytest.approx(float((a @ b).norm() / (a.norm() * b.norm())), rel=1e-5)


def test_lengths_do_not_matter() -> None:
    value, output, left, right = drawn(1)
    torch.testing.assert_close(
        composition(value * 3, output, left * 0.1, right), composition(value, output, left, right)
    )


def test_a_head_that_writes_where_the_other_reads_scores_one_and_beside_it_nothing() -> None:
    value, output = torch.zeros(2, WIDTH, HEAD), torch.zeros(2, HEAD, WIDTH)
    left, right = torch.zeros(WIDTH, HEAD), torch.randn(WIDTH, HEAD)
    value[:, 0, 0] = 1.0
    left[5, 0] = output[0, 0, 5] = output[1, 0, 6] = 1.0
    assert composition(value, output, left, right).tolist() == pytest.approx([1.0, 0.0])
    assert composition(value, output * 0, left, right).isnan().all()


def test_heads_turned_at_random_score_one_over_the_root_of_the_width() -> None:
    value, output, left, right = drawn(2)
    found = random_composition(value, output, left, right, draws=300)
    assert found.shape == (300, 3)
    assert float(found.square().mean().sqrt()) == pytest.approx(WIDTH**-0.5, rel=0.05)

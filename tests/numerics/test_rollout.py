"""Mixtures of positions: closed forms, and products against sums over paths."""

import itertools

import pytest
import torch

from stratascope.numerics.attention import seen, visible_keys
from stratascope.numerics.rollout import even_pattern, mixture, one_pattern, rollout, traced, without_first


def causal(*shape: int, seed: int = 0) -> torch.Tensor:
    scores = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    return scores.masked_fill(~torch.ones(shape[-2:], dtype=torch.bool).tril(), float("-inf")).softmax(-1)


def test_two_tokens_of_even_attention_by_hand() -> None:
    mixed = mixture(torch.tensor([[1.0, 0.0], [0.5, 0.5]]), 0.5)
    assert torch.equal(mixed, torch.tensor([[1.0, 0.0], [0.25, 0.75]]))
    for layers in (1, 2, 5):
        stays = 0.75**layers
        torch.testing.assert_close(rollout([mixed] * layers)[-1], torch.tensor([[1.0, 0.0], [1 - stays, stays]]))


def test_attention_to_oneself_mixes_nothing_and_one_bare_layer_is_the_pattern() -> None:
    identity, pattern = torch.eye(5), causal(5, 5)
    assert torch.equal(rollout([mixture(identity, 0.3)] * 4)[-1], identity)
    torch.testing.assert_close(rollout([mixture(pattern, 0.0)])[-1], pattern)
    assert torch.equal(mixture(pattern, 1.0), identity)


def test_the_product_is_the_sum_over_paths() -> None:
    mixtures = [mixture(causal(4, 4, seed=seed), 0.4).double() for seed in range(3)]
    found = rollout(mixtures)
    for t, s in itertools.product(range(4), repeat=2):
        paths = itertools.product(range(4), repeat=2)
        total = sum(float(mixtures[2][t, b] * mixtures[1][b, a] * mixtures[0][a, s]) for a, b in paths)
        assert float(found[-1, t, s]) == pytest.approx(total, abs=1e-12)
    torch.testing.assert_close(found[:2], torch.stack([torch.eye(4).double(), mixtures[0]]))


def test_edges_of_a_layer_carry_one_and_lead_from_edge_to_edge() -> None:
    mixtures = [mixture(causal(6, 6, seed=seed), 0.5) for seed in range(3)]
    edges = traced(mixtures, 4)
    for each in edges:
        assert float(each.sum()) == pytest.approx(1.0, abs=1e-6)
    for below, above in itertools.pairwise(edges):
        torch.testing.assert_close(above.sum(0), below.sum(1))
    torch.testing.assert_close(edges[0].sum(0), rollout(mixtures)[-1, 4])
    assert float(edges[-1][4].sum()) == pytest.approx(1.0, abs=1e-6)


def test_heads_become_one() -> None:
    heads = torch.tensor([[[0.2, 0.8]], [[0.6, 0.4]]])
    torch.testing.assert_close(one_pattern(heads, "mean"), torch.tensor([[0.4, 0.6]]))
    torch.testing.assert_close(one_pattern(heads, "max"), torch.tensor([[0.6, 0.8]]))
    torch.testing.assert_close(one_pattern(heads, "min"), torch.tensor([[0.2, 0.4]]))


def test_without_the_first_token_rows_keep_their_sums_or_become_empty() -> None:
    pattern = torch.tensor([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.5, 0.2, 0.2]])
    found = without_first(pattern)
    torch.testing.assert_close(found, torch.tensor([[1.0, 0, 0], [0, 0, 0], [0, 0.45, 0.45]]))
    torch.testing.assert_close(mixture(found, 0.0)[1], torch.tensor([0.0, 1.0, 0.0]))
    torch.testing.assert_close(mixture(found, 0.0).sum(-1), torch.ones(3))


def test_even_attention_spreads_over_what_is_seen() -> None:
    hidden = torch.finfo(torch.float32).min
    mask = torch.tensor([[[[0.0, hidden, hidden], [0.0, 0.0, hidden], [hidden, 0.0, 0.0]]]])
    expected = torch.tensor([[1.0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]])
    torch.testing.assert_close(even_pattern(seen(visible_keys(mask, 3))), expected)
    torch.testing.assert_close(even_pattern(seen(visible_keys(None, 2))), torch.tensor([[1.0, 0], [0.5, 0.5]]))

"""Largest flows against every cut there is, and by hand."""

import itertools

import numpy as np
import pytest

from stratascope.numerics.max_flow import UNITS, Network, layered


def smallest_cut(nodes: int, edges: list[tuple[int, int, int]], source: int, sink: int) -> int:
    """The capacity of the smallest of all cuts: 2^(nodes − 2) of them."""
    others = [node for node in range(nodes) if node not in (source, sink)]
    found = []
    for chosen in itertools.product((False, True), repeat=len(others)):
        here = {source, *(node for node, kept in zip(others, chosen, strict=True) if kept)}
        found.append(sum(capacity for a, b, capacity in edges if a in here and b not in here))
    return min(found)


@pytest.mark.parametrize("seed", range(40))
def test_the_largest_flow_is_the_smallest_cut(seed: int) -> None:
    drawn = np.random.RandomState(seed)
    nodes = 3 + seed % 6
    pairs = [pair for pair in itertools.permutations(range(nodes), 2) if drawn.rand() < 0.5]
    edges = [(a, b, int(drawn.randint(0, 8))) for a, b in pairs]
    network = Network(nodes, *zip(*edges, strict=True)) if edges else Network(nodes, [], [], [])
    for source, sink in ((0, nodes - 1), (nodes - 1, 0), (1, 0)):
        expected = smallest_cut(nodes, edges, source, sink)
        assert network.largest(source, sink) == (expected, expected)


def test_a_flow_must_be_taken_back_to_make_room() -> None:
    """Two ways of three pipes cross in the middle: a first push straight through blocks both."""
    edges = [(0, 1, 1), (0, 2, 1), (1, 3, 1), (1, 4, 1), (2, 4, 1), (3, 5, 1), (4, 5, 1)]
    assert Network(6, *zip(*edges, strict=True)).largest(0, 5).value == 2


def test_parallel_pipes_add_up_and_unconnected_nodes_get_nothing() -> None:
    network = Network(3, [0, 0], [1, 1], [2, 5])
    assert network.largest(0, 1) == (7, 7)
    assert network.largest(0, 2) == (0, 0)


@pytest.mark.parametrize("seed", range(12))
def test_layers_are_as_wide_as_their_smallest_cut(seed: int) -> None:
    drawn = np.random.RandomState(seed)
    size, layers = (3, 3) if seed % 2 else (4, 2)
    mixtures = [np.tril(drawn.rand(size, size) + 0.01) for _ in range(layers)]
    mixtures = [each / each.sum(-1, keepdims=True) for each in mixtures]
    last = size - 1 - seed % 2
    network = layered(mixtures, last)
    edges = [
        ((layer + 1) * size + t, layer * size + s, round(mixtures[layer][t, s] * UNITS))
        for layer in range(layers) for t in range(last + 1) for s in range(t + 1)
    ]  # fmt: skip
    for sink in range(size):
        expected = smallest_cut((layers + 1) * size, edges, layers * size + last, sink)
        assert network.largest(layers * size + last, sink) == (expected, expected)
        assert expected <= UNITS + size
    assert network.largest(layers * size + last, size - 1).value == 0 or last == size - 1


def test_one_layer_lets_through_what_it_mixes() -> None:
    mixture = np.array([[1.0, 0.0, 0.0], [0.25, 0.75, 0.0], [0.2, 0.3, 0.5]])
    network = layered([mixture], 2)
    assert [network.largest(5, sink).value for sink in range(3)] == [200_000, 300_000, 500_000]

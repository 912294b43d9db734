"""The largest flow through a network of pipes, by Dinic's algorithm, with the cut that proves it the largest.

Capacities are whole numbers, so that every sum is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

UNITS = 1_000_000
"""What a capacity of 1 is counted in."""


class MaxFlow(NamedTuple):
    """The value of a largest flow, and the capacity of a cut between its ends: equal, or one of them is wrong."""

    value: int
    cut: int


class Network:
    """Directed pipes between numbered nodes: pipe i leads from `sources[i]` to `targets[i]`, holds `capacities[i]`."""

    def __init__(self, nodes: int, sources: Sequence[int], targets: Sequence[int], capacities: Sequence[int]) -> None:
        self._capacities = list(capacities)
        self._ends: list[int] = []  # of pipe 2i the end, of pipe 2i + 1, the same one backwards, the beginning
        self._pipes: list[list[int]] = [[] for _ in range(nodes)]
        for i, (source, target) in enumerate(zip(sources, targets, strict=True)):
            self._ends += (target, source)
            self._pipes[source].append(2 * i)
            self._pipes[target].append(2 * i + 1)

    def largest(self, source: int, sink: int) -> MaxFlow:
        """A largest flow from one node to another."""
        left = [room for capacity in self._capacities for room in (capacity, 0)]
        value = 0
        while True:
            distance = self._distances(left, source, sink)
            if distance[source] < 0:
                return MaxFlow(value, self._cut(self._distances(left, -1, sink)))
            value += self._blocked(left, distance, source, sink)

    def _distances(self, left: list[int], source: int, sink: int) -> list[int]:
        """Pipes with room from each node to the sink, −1 where there is no way; beyond the source none are counted."""
        ends, pipes = self._ends, self._pipes
        distance = [-1] * len(pipes)
        distance[sink] = 0
        here = [sink]
        while here and (source < 0 or distance[source] < 0):
            there = []
            for node in here:
                for pipe in pipes[node]:
                    before = ends[pipe]
                    if distance[before] < 0 and left[pipe ^ 1]:
                        distance[before] = distance[node] + 1
                        there.append(before)
            here = there
        return distance

    def _blocked(self, left: list[int], distance: list[int], source: int, sink: int) -> int:
        """Push along shortest ways until each has a full pipe: what was pushed. Changes the room that is left."""
        ends, pipes = self._ends, self._pipes
        following = [0] * len(pipes)
        way: list[int] = []
        node, pushed = source, 0
        while True:
            if node == sink:
                least = min(left[pipe] for pipe in way)
                pushed += least
                for pipe in way:
                    left[pipe] -= least
                    left[pipe ^ 1] += least
                full = next(i for i, pipe in enumerate(way) if not left[pipe])
                node = ends[way[full] ^ 1]
                del way[full:]
            own, i, nearer = pipes[node], following[node], distance[node] - 1
            while i < len(own) and not (left[own[i]] and distance[ends[own[i]]] == nearer):
                i += 1
            following[node] = i
            if i < len(own):
                way.append(own[i])
                node = ends[own[i]]
            elif not way:
                return pushed
            else:
                node = ends[way.pop() ^ 1]
                following[node] += 1

    def _cut(self, distance: list[int]) -> int:
        """What the pipes hold that lead from where there is no way to the sink to where there is one."""
        crossing = (
            distance[self._ends[2 * i + 1]] < 0 <= distance[self._ends[2 * i]] for i in range(len(self._capacities))
        )
        return sum(capacity for capacity, crosses in zip(self._capacities, crossing, strict=True) if crosses)


def layered(mixtures: Sequence[np.ndarray], last: int) -> Network:
    """The pipes of mixtures [layer][query, key] that positions up to `last` can use, capacity 1 counted in `UNITS`.

    Node (row, position) is row · positions + position; layer l leads from queries in row l + 1 to keys in row l.
    """
    size = len(mixtures[0])
    sources, targets, capacities = [], [], []
    for layer, mixture in enumerate(mixtures):
        held = np.rint(mixture.astype(np.float64) * UNITS).astype(np.int64)[: last + 1, : last + 1]
        queries, keys = np.nonzero(held)
        sources += ((layer + 1) * size + queries).tolist()
        targets += (layer * size + keys).tolist()
        capacities += held[queries, keys].tolist()
    return Network((len(mixtures) + 1) * size, sources, targets, capacities)

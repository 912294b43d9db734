"""Which token of one prompt belongs to which of another."""

from __future__ import annotations

import random
from functools import cache
from itertools import pairwise

import pytest

from stratascope.numerics.pairing import Partners, by_content, partners


def test_by_index_and_from_the_end() -> None:
    assert partners("abc", "xyzab", "position") == [0, 1, 2]
    assert partners("abc", "xyzab", "last") == [2, 3, 4]
    assert partners("abcde", "xy", "position") == [0, 1, None, None, None]
    assert partners("abcde", "xy", "last") == [None, None, None, 0, 1]


def test_by_content() -> None:
    assert partners("abc", "abc", "same") == [0, 1, 2]
    assert partners("abc", "axc", "same") == [0, None, 2]
    assert partners("the cat", "see the cat", "same") == [4, 5, 6, 7, 8, 9, 10]
    assert partners("ab", "", "same") == [None, None]
    assert partners("", "ab", "same") == []
    assert partners("aaa", "a", "same").count(None) == 2


@pytest.mark.parametrize("seed", range(30))
def test_as_many_as_possible_are_paired_and_none_cross(seed: int) -> None:
    draw = random.Random(seed)
    one, other = ("".join(draw.choices("abc", k=draw.randint(0, 9))) for _ in range(2))
    found = by_content(one, other)
    pairs = [(i, j) for i, j in enumerate(found) if j is not None]
    assert all(one[i] == other[j] for i, j in pairs)
    assert all(a[1] < b[1] for a, b in pairwise(pairs))
    assert len(pairs) == longest(one, other)


@cache
def longest(one: str, other: str) -> int:
    """Length of a longest common subsequence, by its definition."""
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + longest(one[1:], other[1:])
    return max(longest(one[1:], other), longest(one, other[1:]))


@pytest.mark.parametrize("seed", range(30))
def test_both_sides_see_the_same_pairs(seed: int) -> None:
    draw = random.Random(seed)
    one, other = ("".join(draw.choices("ab", k=7)) for _ in range(2))
    assert inverse(by_content(one, other), len(other)) == by_content(other, one)


def inverse(found: Partners, length: int) -> Partners:
    back: Partners = [None] * length
    for i, j in enumerate(found):
        if j is not None:
            back[j] = i
    return back

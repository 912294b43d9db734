"""Which entry of one sequence belongs to which of another: by place, from the end, or by equal content."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np

Alignment = Literal["position", "same", "last"]

Partners = list[int | None]
"""For each entry of the first sequence its partner in the second, None where there is none."""


def partners(one: Sequence[str], other: Sequence[str], alignment: Alignment) -> Partners:
    """Partners of equal index, of equal distance from the end, or of equal content."""
    if alignment == "same":
        return by_content(one, other)
    shift = 0 if alignment == "position" else len(other) - len(one)
    return [i + shift if 0 <= i + shift < len(other) else None for i in range(len(one))]


def by_content(one: Sequence[str], other: Sequence[str]) -> Partners:
    """A longest common subsequence: as many equal entries as possible are paired and pairs never cross.

    Of several such pairings always the same one is taken, whichever sequence comes first.
    """
    if "\0".join(one) <= "\0".join(other):
        return _longest(one, other)
    found: Partners = [None] * len(one)
    for j, i in enumerate(_longest(other, one)):
        if i is not None:
            found[i] = j
    return found


def _longest(one: Sequence[Hashable], other: Sequence[Hashable]) -> Partners:
    shorter = min(len(one), len(other))
    head = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    tail = next((i for i in range(shorter - head) if one[-1 - i] != other[-1 - i]), shorter - head)
    found: Partners = [*range(head), *[None] * (len(one) - head)]
    for i in range(1, tail + 1):
        found[-i] = len(other) - i
    rows, columns = one[head : len(one) - tail], other[head : len(other) - tail]
    table = _lengths(rows, columns)
    i = j = 0
    while i < len(rows) and j < len(columns):
        if rows[i] == columns[j]:
            found[head + i] = head + j
            i, j = i + 1, j + 1
        elif table[i + 1, j] >= table[i, j + 1]:
            i += 1
        else:
            j += 1
    return found


def _lengths(rows: Sequence[Hashable], columns: Sequence[Hashable]) -> np.ndarray:
    """How long the common subsequence of what follows row i and column j is: [row + 1, column + 1]."""
    number: dict[Hashable, int] = {}
    here = [number.setdefault(entry, len(number)) for entry in rows]
    there = np.array([number.get(entry, -1) for entry in columns])
    table = np.zeros((len(rows) + 1, len(columns) + 1), dtype=np.int32)
    for i in range(len(rows) - 1, -1, -1):
        best = np.maximum(table[i + 1, :-1], np.where(there == here[i], table[i + 1, 1:] + 1, 0))
        table[i, :-1] = np.maximum.accumulate(best[::-1])[::-1]
    return table

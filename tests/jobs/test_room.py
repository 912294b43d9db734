"""Room for weights: the models used least recently go, and no more of them than must."""

from __future__ import annotations

import pytest

from stratascope.jobs.room import leaving

HELD = {"oldest": 40, "older": 10, "newest": 30}


@pytest.mark.parametrize(
    ("needed", "keep", "gone"),
    [
        (20, (), []),
        (21, (), ["oldest"]),
        (60, (), ["oldest"]),
        (61, (), ["oldest", "older"]),
        (70, (), ["oldest", "older"]),
        (71, (), ["oldest", "older", "newest"]),
        (1000, (), ["oldest", "older", "newest"]),
        (21, ("oldest",), ["older"]),
        (1000, ("oldest", "newest"), ["older"]),
        (0, (), []),
    ],
)
def test_who_has_to_go(needed: int, keep: tuple[str, ...], gone: list[str]) -> None:
    assert leaving(HELD, needed, limit=100, keep=keep) == gone


def test_what_is_above_the_limit_already_goes_too() -> None:
    assert leaving(HELD, 0, limit=35) == ["oldest", "older"]


def test_with_nothing_in_memory_nothing_goes() -> None:
    assert leaving({}, 10, limit=1) == []

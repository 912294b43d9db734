"""Threads: no more than the cores that are really free."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from stratascope.jobs.threads import free_threads, quota, worth_starting


@pytest.mark.parametrize(
    ("allowed", "paid", "busy", "threads"),
    [
        (1, math.inf, 0.0, 1),
        (2, math.inf, 0.1, 2),
        (2, math.inf, 0.6, 1),
        (2, math.inf, 2.0, 1),
        (8, math.inf, 0.0, 8),
        (8, math.inf, 3.2, 5),
        (8, math.inf, 8.0, 1),
        (8, 4.0, 0.0, 4),
        (8, 1.0, 0.0, 1),
        (8, 0.5, 0.0, 1),
        (64, 2.5, 1.0, 2),
    ],
)
def test_a_thread_per_free_core(allowed: int, paid: float, busy: float, threads: int) -> None:
    assert worth_starting(allowed, paid, busy) == threads


def test_this_machine_gets_at_least_one_and_at_most_its_cores() -> None:
    assert 1 <= free_threads() <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize(("content", "cores"), [("max 100000", math.inf), ("150000 100000", 1.5), ("junk", math.inf)])
def test_the_quota_of_the_new_layout(tmp_path: Path, content: str, cores: float) -> None:
    (tmp_path / "cpu.max").write_text(content + "\n")
    assert quota(tmp_path, tmp_path / "nothing") == cores


@pytest.mark.parametrize(("content", "cores"), [("-1", math.inf), ("200000", 2.0)])
def test_the_quota_of_the_old_layout(tmp_path: Path, content: str, cores: float) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(content + "\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert quota(tmp_path, tmp_path / "nothing") == cores


def test_the_tightest_level_counts(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner / "cpu.max").write_text("max 100000")
    (tmp_path / "outer" / "cpu.max").write_text("300000 100000")
    membership = tmp_path / "membership"
    membership.write_text("1:cpu:/elsewhere\n0::/outer/inner\n")
    assert quota(tmp_path, membership) == 3.0

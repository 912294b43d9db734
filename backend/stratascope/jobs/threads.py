"""How many threads to compute with: as many as there are cores that nobody else uses.

Two threads that share one free core wait for each other at every step and are slower than one by an order of magnitude,
so a core counts only if the process may run on it, its quota pays for it and the machine is not busy with it already.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


def free_threads() -> int:
    """Threads worth starting now: at least 1, and 1 when the cores are contended."""
    machine = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else machine
    busy_share = min(1.0, os.getloadavg()[0] / machine)
    return worth_starting(allowed, quota(), busy_share * allowed)


def worth_starting(allowed: int, quota_cores: float, busy: float) -> int:
    """Whole cores left of `allowed` ones when `quota_cores` are paid for and `busy` ones are taken."""
    left = min(float(allowed), quota_cores) - busy
    return max(1, math.floor(left + 0.5)) if quota_cores >= 1.5 else 1


def quota(root: Path = _CGROUP, membership: Path = _MEMBERSHIP) -> float:
    """Cores that the process's control groups pay for; infinity without a limit. The tightest of all levels counts."""
    levels = {root, root / "cpu"} | _own_levels(root, membership)
    return min((_level_quota(level) for level in levels), default=math.inf)


def _own_levels(root: Path, membership: Path) -> set[Path]:
    """The folder of this process's group and those above it."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return set()
    own = {root / line.rpartition(":")[2].strip("/") for line in lines if line.startswith("0::")}
    return {level for group in own for level in (group, *group.parents) if level.is_relative_to(root)}


def _level_quota(level: Path) -> float:
    """What one level pays for, in either layout that the system knows."""
    try:
        limit, period = (level / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            limit, period = ((level / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        except OSError:
            return math.inf
    return int(limit) / int(period) if limit.isdigit() and period.isdigit() else math.inf

"""Fair timing on a machine that does other things too.

All contenders of a table run interleaved, in an order that rotates each round; every ratio is the median of the per-round
ratios, so that a slow minute hits all contenders alike. One thread unless a table says otherwise.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping

Contender = Callable[[], object]


def interleave(contenders: Mapping[str, Contender], rounds: int = 7, warm: int = 1) -> dict[str, list[float]]:
    """Seconds of each contender, one entry per round."""
    for run in contenders.values():
        for _ in range(warm):
            run()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            start = time.perf_counter()
            keep = contenders[name]()
            seconds[name].append(time.perf_counter() - start)
            del keep
    return seconds


def ratio(seconds: Mapping[str, list[float]], name: str, base: str) -> float:
    """Median over rounds of name's time divided by base's."""
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[base], strict=True))


def peak_memory(run: Contender) -> int | None:
    """Peak resident bytes that `run` adds, measured in a forked child; None where /proc cannot tell."""
    if not os.path.exists("/proc/self/clear_refs"):  # noqa: PTH110
        return None
    gc.collect()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            run()
            gc.collect()
            ctypes.CDLL(None).malloc_trim(0)  # what the first run freed must not hide what the second one takes
            with open("/proc/self/clear_refs", "w") as clear:  # noqa: PTH123
                clear.write("5")
            before = _resident("VmRSS")
            keep = run()
            os.write(writer, json.dumps(_resident("VmHWM") - before).encode())
            del keep
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    answer = os.read(reader, 64)
    os.close(reader)
    return int(json.loads(answer)) if answer else None


def _resident(field: str) -> int:
    with open("/proc/self/status") as status:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field))


def table(
    title: str, seconds: Mapping[str, list[float]], base: str, goals: Mapping[str, float], notes: Mapping[str, str]
) -> None:
    """Print one table: median, minimum, ratio to `base`, the goal for that ratio where there is one, a note."""
    rounds = len(next(iter(seconds.values())))
    print(f"\n## {title}\n\nMedians of {rounds} interleaved rounds; ratios are medians of per-round ratios.\n")
    print(f"| contender | median ms | min ms | × {base} | goal | note |\n|---|---|---|---|---|---|")
    for name, values in seconds.items():
        times = ratio(seconds, name, base)
        goal = f"≤ {goals[name]} {'met' if times <= goals[name] else 'MISSED'}" if name in goals else ""
        median, least = statistics.median(values) * 1e3, min(values) * 1e3
        print(f"| {name} | {median:.1f} | {least:.1f} | {times:.2f} | {goal} | {notes.get(name, '')} |", flush=True)

"""Writers that are killed at random moments, and what is left afterwards. Run as a program: `writer.py FOLDER KILLS`.

One process imports everything once and forks a writer per round. The writer saves and caches without pause and says so
on a pipe after each acknowledged save; it is killed with SIGKILL at a random moment. Then the parent opens the folder as a
server would and compares. The last line printed is the tally in JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from stratascope.document import Document
from stratascope.problem import Problem
from stratascope.result import Array, TokenScores
from stratascope.store.cache import Cache
from stratascope.store.saved import Saved

CAP = 24 << 20


def document(number: int) -> bytes:
    """A document that says which one it is; every seventh is too large for a row of cache.db."""
    size = 200_000 if number % 7 == 0 else 500 + number % 3000
    scores = TokenScores(arrays={"score": Array(values=np.full(size, number, dtype=np.float64), dims=("position",))})
    return Document.of(scores, key=f"key{number}").to_tensors()


def write_for_ever(folder: Path, first: int, acknowledge: int) -> None:
    """Save and cache; one line `number id` per acknowledged save."""
    saved, cache = Saved(folder), Cache(folder, CAP)
    for number in range(first, first + 1_000_000):
        body = document(number)
        cache.put(f"key{number}", body, {})
        analysis, _ = saved.create(str(number), "", None, [body])
        os.write(acknowledge, f"{number} {analysis}\n".encode())


def round_of_writing(folder: Path, first: int, seconds: float) -> dict[int, str]:
    """Fork a writer, kill it after its first acknowledgement and `seconds` more. Returns what it acknowledged."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        write_for_ever(folder, first, send)
    os.close(send)
    with os.fdopen(receive, "rb") as lines:
        said = lines.readline()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        said += lines.read()
    os.waitpid(child, 0)
    pairs = [line.split() for line in said.decode().splitlines(keepends=True) if line.endswith("\n")]
    return {int(number): analysis for number, analysis in pairs}


def check(folder: Path, acknowledged: dict[int, str], tally: dict[str, int]) -> None:
    """Open as a server would: both files whole, every acknowledged save there, every cached body right or absent."""
    for name in ("saved.db", "cache.db"):
        with closing(sqlite3.connect(folder / name)) as connection:
            tally["broken"] += connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok"
    saved, cache = Saved(folder), Cache(folder, CAP)
    for number, analysis in acknowledged.items():
        try:
            tally["wrong"] += saved.get(analysis).documents != (document(number),)
        except Problem:
            tally["lost"] += 1
        body = cache.get(f"key{number}")
        tally["cached"] += body is not None
        tally["wrong"] += body not in (None, document(number))
    tally["corrupt"] += cache.counters["corrupt"] + cache.counters["restarts"]
    saved.close()
    cache.close()


def main() -> None:
    folder, kills, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(11)
    tally = dict.fromkeys(("kills", "acknowledged", "cached", "lost", "wrong", "broken", "corrupt"), 0)
    for kill in range(kills):
        acknowledged = round_of_writing(folder, first=kill * 100_000, seconds=chance.uniform(0, 0.12))
        check(folder, acknowledged, tally)
        tally["kills"] += 1
        tally["acknowledged"] += len(acknowledged)
    print(json.dumps(tally))


if __name__ == "__main__":
    main()

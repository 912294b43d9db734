"""A disk that fills up while a server writes. Run as a program: `full_disk.py FOLDER`; prints what happened in JSON.

The system refuses to let any file of this process grow past a limit, as a full disk would, and later lifts the limit.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from pathlib import Path

import numpy as np

from stratascope.document import Document
from stratascope.problem import Problem
from stratascope.result import Array, TokenScores
from stratascope.store.cache import Cache
from stratascope.store.saved import Saved


def document(number: int) -> bytes:
    """Half a megabyte, or two where `number` is odd: rows and files."""
    values = np.random.default_rng(number).random(60_000 if number % 2 == 0 else 250_000)
    return Document.of(
        TokenScores(arrays={"x": Array(values=values, dims=("position",))}), key=f"k{number}"
    ).to_tensors()


def limit(size: int) -> None:
    """No file may grow past `size` bytes from now on; writing fails instead of ending the process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def main() -> None:
    folder = Path(sys.argv[1])
    saved, cache = Saved(folder), Cache(folder, 1 << 30)
    early = saved.create("early", "", None, [document(0)])[0]
    cache.put("early", document(0), {})
    limit(1 << 20)
    refused, cached, codes = 0, 0, set[str]()
    for number in range(1, 30):
        cached += cache.put(f"key{number}", document(number), {})
        try:
            saved.create(str(number), "", None, [document(number)])
        except Problem as problem:
            refused += 1
            codes.add(f"{problem.code} {problem.status}")
    reads = saved.get(early).documents == (document(0),) and cache.get("early") == document(0)
    limit(resource.RLIM_INFINITY)
    again = saved.get(saved.create("late", "", None, [document(1)])[0]).title == "late"
    recached = cache.put("late", document(1), {}) and cache.get("late") == document(1)
    temporary = [path.name for path in (folder / "bodies").glob("*.part")]
    facts = {"refused": refused, "not_cached": 29 - cached, "codes": sorted(codes), "reads": reads}
    print(json.dumps(facts | {"again": again, "recached": recached, "temporary": temporary}))


if __name__ == "__main__":
    main()

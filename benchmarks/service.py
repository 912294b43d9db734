"""The service: the first answer against a bare forward, cached answers against the same bytes from memory."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import torch

from benchmarks import networks
from benchmarks.memory import served_from_memory
from benchmarks.timing import interleave, table

CACHED_GOAL_MS = 20.0
READ_SECONDS = 2.0


def run(folder: Path, rounds: int) -> None:
    """Print the tables."""
    from tests.live import live_server

    with (
        tempfile.TemporaryDirectory() as data,
        live_server(Path(data), "--models", str(folder.parent)) as live,
        httpx.Client(base_url=live.api, timeout=300) as client,
    ):
        _first_answers(client, folder, rounds)
        _cached_answers(client, folder, Path(data))


def _ask(client: httpx.Client, method: str, **request: object) -> httpx.Response:
    response = client.post(f"/methods/{method}", json=request)
    response.raise_for_status()
    return response


def _first_answers(client: httpx.Client, folder: Path, rounds: int) -> None:
    """Every round asks about another prompt, so nothing is cached."""
    network, seeds = networks.bare(folder), iter(range(10, 10_000))

    def prompt() -> str:
        return " ".join(f"w{i}" for i in networks.ids(32, next(seeds)).tolist())

    @torch.no_grad()
    def plain() -> object:
        return network(networks.ids(32)[None], use_cache=False).logits

    def norms() -> object:
        return _ask(client, "activations/residual-norms", model=folder.name, prompt=prompt())

    def lens() -> object:
        return _ask(client, "lens/logit-lens", model=folder.name, prompt=prompt())

    _ask(client, "activations/residual-norms", model=folder.name, prompt="w1 w2")  # loads the model
    seconds = interleave(
        {"bare forward": plain, "API: capture + norms": norms, "API: capture + logit lens": lens}, rounds
    )
    table("A new prompt through the API, GPT-2 small size, 32 tokens, 1 thread", seconds, "bare forward", {}, {})


def _cached_answers(client: httpx.Client, folder: Path, space: Path) -> None:
    request = {"model": folder.name, "prompt": " ".join(f"w{i}" for i in range(32))}
    body = _ask(client, "lens/logit-lens", **request).content
    with served_from_memory(body, space) as address, httpx.Client() as bare:
        reads: dict[str, Callable[[], object]] = {
            "the same bytes from memory (bare ASGI)": lambda: bare.get(address),
            "the same result by its key (GET)": _by_key(client, request),
            "cached analysis (POST, from the store)": lambda: _ask(client, "lens/logit-lens", **request),
        }
        times = {name: _times(read) for name, read in reads.items()}
    fastest = statistics.mean(times["the same bytes from memory (bare ASGI)"])
    print(f"\n## Cached reads, {len(body) / 1e3:.0f} kB of JSON, one client\n")
    print("| read | p50 ms | p99 ms | per second | share of memory | goal |\n|---|---|---|---|---|---|")
    for name, found in times.items():
        p50, p99, mean = statistics.median(found), found[int(0.99 * (len(found) - 1))], statistics.mean(found)
        goal = f"p50 ≤ {CACHED_GOAL_MS:.0f} ms {'met' if p50 <= CACHED_GOAL_MS else 'MISSED'}" if "POST" in name else ""
        print(f"| {name} | {p50:.2f} | {p99:.2f} | {1e3 / mean:.0f} | {fastest / mean:.2f} | {goal} |", flush=True)


def _by_key(client: httpx.Client, request: dict[str, object]) -> Callable[[], object]:
    key = _ask(client, "lens/logit-lens", **request).json()["key"]
    return lambda: client.get(f"/results/{key}").raise_for_status()


def _times(read: Callable[[], object]) -> list[float]:
    """Milliseconds of each read, sorted."""
    found, end = [], time.perf_counter() + READ_SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        read()
        found.append((time.perf_counter() - start) * 1e3)
    return sorted(found)

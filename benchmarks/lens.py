"""The logit lens at every layer: our kernel against the loop everybody writes."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks import networks
from benchmarks.timing import interleave, peak_memory, table

TOP_K = 10


@torch.no_grad()
def naive(network: torch.nn.Module, resid: torch.Tensor) -> list[tuple[torch.Tensor, ...]]:
    """Per layer: norm, unembedding, log-softmax, top-k, entropy and KL to the last row."""
    norm, head = network.transformer.ln_f, network.lm_head
    final = head(norm(resid[-1])).log_softmax(-1)
    rows = []
    for x in resid:
        logp = head(norm(x)).log_softmax(-1)
        p = logp.exp()
        rows.append((*logp.topk(TOP_K), -(p * logp).sum(-1), (final.exp() * (final - logp)).sum(-1)))
    return rows


def run(folder: Path, rounds: int) -> None:
    """Print the tables for 32 and 128 tokens, with agreement and peak memory."""
    from stratascope.models.capture import capture
    from stratascope.numerics.lens import lens_rows

    network, model = networks.bare(folder), networks.ours(folder)
    screen = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else ""
    print(f"\nProcessor capability as torch sees it: {screen or 'unknown'}.")
    for length in (32, 128):
        resid = capture(model, networks.ids(length)).resid.float()
        contenders = {
            "naive loop per layer": lambda resid=resid: naive(network, resid),
            "ours, exact": lambda resid=resid: lens_rows(model.unembedding, resid, top_k=TOP_K),
            "ours, bf16 screen, exact rescoring": lambda resid=resid: lens_rows(
                model.unembedding, resid, top_k=TOP_K, precision="screen"
            ),
        }
        seconds = interleave(contenders, rounds)
        notes = {name: _megabytes(run) for name, run in contenders.items()}
        _agreement(contenders, notes)
        goals = {"ours, exact": 0.85, "ours, bf16 screen, exact rescoring": 0.5}
        title = f"Logit lens, {model.layers + 1} rows × {length} tokens, top {TOP_K} + entropy + KL, 1 thread"
        table(title, seconds, "naive loop per layer", goals, notes)
    _memory_against_length(model)


def _megabytes(run: object) -> str:
    peak = peak_memory(run)  # type: ignore[arg-type]
    return "" if peak is None else f"peak +{peak / 1e6:.0f} MB"


def _agreement(contenders: dict[str, object], notes: dict[str, str]) -> None:
    """Append to the notes how far the numbers are from the naive loop's."""
    rows = contenders["naive loop per layer"]()  # type: ignore[operator]
    ids, entropy = torch.stack([row[1] for row in rows]), torch.stack([row[2] for row in rows])
    kl = torch.stack([row[3] for row in rows])
    for name in list(contenders)[1:]:
        found = contenders[name]()  # type: ignore[operator]
        same = (found.topk_ids == ids).float().mean().item()
        worst = max((found.entropy - entropy).abs().max().item(), (found.kl - kl).abs().max().item())
        notes[name] += f"; top-{TOP_K} ids equal {same:.2%}, entropy and KL within {worst:.0e} nats"


def _memory_against_length(model: object) -> None:
    from stratascope.numerics.lens import lens_rows

    print(
        "\nPeak memory of our lens over the length of the prompt (random streams):\n\n| tokens | peak MB |\n|---|---|"
    )
    for length in (32, 128, 512):
        x = torch.randn(networks.LAYERS + 1, length, networks.WIDTH)
        peak = peak_memory(lambda x=x: lens_rows(model.unembedding, x, top_k=TOP_K))  # type: ignore[attr-defined]
        print(f"| {length} | {'' if peak is None else round(peak / 1e6)} |", flush=True)

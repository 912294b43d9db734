"""One forward pass: what capturing all of it costs over a bare one."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmarks import networks
from benchmarks.timing import interleave, table

GOAL = 1.15


def run(folder: Path, rounds: int) -> None:
    """Print the table for 32, 128 and 512 tokens."""
    from stratascope.models.capture import capture

    network, model = networks.bare(folder), networks.ours(folder)
    for length in (32, 128, 512):
        ids = networks.ids(length)

        @torch.no_grad()
        def plain(ids: torch.Tensor = ids) -> object:
            return network(ids[None], use_cache=False).logits

        @torch.no_grad()
        def library(ids: torch.Tensor = ids) -> object:
            return network(ids[None], use_cache=False, output_hidden_states=True).hidden_states

        def captured(ids: torch.Tensor = ids) -> object:
            return capture(model, ids)

        def everything(ids: torch.Tensor = ids) -> object:
            run = capture(model, ids)
            patterns = [run.pattern(layer) for layer in range(model.layers)]
            return run.resid, run.attn_out, run.mlp_out, patterns, run.logits()

        seconds = interleave(
            {
                "bare forward": plain,
                "library, output_hidden_states": library,
                "capture (stream, writes, q, k, v, z)": captured,
                "capture, all patterns and all logits": everything,
            },
            rounds,
        )
        goals = {"capture (stream, writes, q, k, v, z)": GOAL, "capture, all patterns and all logits": GOAL}
        notes = {"capture (stream, writes, q, k, v, z)": "logits of the last position only"}
        table(f"Capture, GPT-2 small size, {length} tokens, 1 thread", seconds, "bare forward", goals, notes)

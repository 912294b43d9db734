"""`make bench`: every table, one after another. Options: `--rounds N`, `--only capture,lens,…` with names of tables."""

from __future__ import annotations

import argparse
import importlib
import os
import tempfile
from pathlib import Path

TABLES = ("capture", "lens", "lens_training", "trajectory", "patching", "service", "browser")


def main() -> None:
    """Build the network once and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default=",".join(TABLES))
    options = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    import torch

    torch.set_num_threads(1)
    from benchmarks.networks import save_gpt2_small

    with tempfile.TemporaryDirectory() as folder:
        network = save_gpt2_small(Path(folder) / "gpt2-small-random")
        for name in options.only.split(","):
            importlib.import_module(f"benchmarks.{name}").run(network, options.rounds)


if __name__ == "__main__":
    main()

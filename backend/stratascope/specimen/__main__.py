"""`python -m stratascope.specimen`: the command line of the build."""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import torch
import transformers

from stratascope.specimen.build import STAGES, Build, run
from stratascope.specimen.manifest import read_acceptance
from stratascope.specimen.sizes import SCALES


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stratascope.specimen", description="Build the specimen bundle.")
    parser.add_argument("--out", type=Path, required=True, help="folder for intermediate results and the bundle")
    parser.add_argument("--size", choices=[name for name in SCALES if name != "smoke"], default="s")
    parser.add_argument("--stage", choices=list(STAGES), action="append", help="only this stage; may be repeated")
    parser.add_argument("--smoke", action="store_true", help="tiny models and few steps, to try the machinery")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--steps", type=int, help="training steps of the base; the default belongs to the size")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """The command line."""
    arguments = _arguments(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(arguments.threads)
    size_name = "smoke" if arguments.smoke else arguments.size
    build = Build(
        out=arguments.out,
        size_name=size_name,
        steps=arguments.steps or SCALES[size_name].base_steps,
        seed=arguments.seed,
        device=arguments.device,
        smoke=arguments.smoke,
    )
    run(build, arguments.stage or tuple(STAGES))
    if "manifest" in (arguments.stage or STAGES):
        for number in read_acceptance(build.bundle):
            print(f"{number.key:40} {number.value:>8} floor {number.floor} ceiling {number.ceiling}")


if __name__ == "__main__":
    main()

"""Lenses in the making on disk: checkpoints that survive a killed process, and finished lenses that appear all at once."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from stratascope.models.lens_files import CONFIGURATION, WEIGHTS, LensFile, lens_files
from stratascope.numerics.lens_training import Weights

TRAINING = ".training"
"""Beginning with a dot, this folder is never taken for a lens."""
_CHECKPOINT = "checkpoint.safetensors"
_KEPT_SECONDS = 14 * 24 * 3600
"""What nobody came back to for two weeks is thrown away."""


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stands: `step` steps of the layers of group `group` are done.

    `weights` are those of all rows; `memory` is the optimizer's for the group; `losses` float32 [step, row], NaN where
    not trained yet.
    """

    group: int
    step: int
    weights: Weights
    memory: list[Weights]
    losses: Tensor


class Workshop:
    """The folder in which one lens is made, named by the digest of everything that decides how it turns out."""

    def __init__(self, lenses: Path, digest: str) -> None:
        self.lenses, self.digest = lenses, digest
        self._folder = lenses / TRAINING / digest

    def save(self, state: Checkpoint) -> None:
        """Replace the checkpoint at once, so that whenever the process ends there is a whole one."""
        tensors = {"losses": state.losses}
        for name, weights in (("weights", state.weights), *((f"memory{i}", it) for i, it in enumerate(state.memory))):
            tensors |= {f"{name}.matrices": weights.matrices, f"{name}.biases": weights.biases}
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self._folder / _CHECKPOINT, tensors, {"group": str(state.group), "step": str(state.step)})

    def resume(self, memories: int) -> Checkpoint | None:
        """The checkpoint, None if there is none that can be read."""
        try:
            with safe_open(self._folder / _CHECKPOINT, framework="pt") as file:
                where: dict[str, str] = file.metadata()

                def weights(name: str) -> Weights:
                    return Weights(file.get_tensor(f"{name}.matrices"), file.get_tensor(f"{name}.biases"))

                memory = [weights(f"memory{i}") for i in range(memories)]
                state = (weights("weights"), memory, file.get_tensor("losses"))
                return Checkpoint(int(where["group"]), int(where["step"]), *state)
        except (OSError, SafetensorError, KeyError, ValueError):
            return None

    def finish(self, name: str, weights: Weights, content: Mapping[str, Any]) -> None:
        """Write the lens and let it appear under its name in one step; the checkpoint is then needless."""
        done = self._folder / "done"
        shutil.rmtree(done, ignore_errors=True)
        done.mkdir(parents=True)
        rows = range(len(weights.biases))
        tensors = {f"{row}.weight": weights.matrices[row] for row in rows}
        tensors |= {f"{row}.bias": weights.biases[row] for row in rows}
        _write(done / WEIGHTS, tensors, {})
        (done / CONFIGURATION).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        done.rename(self.lenses / name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def finished(self) -> LensFile | None:
        """The lens that this very training made before, if it is still there."""
        made = (
            file for file in lens_files(self.lenses) if file.content.get("training", {}).get("digest") == self.digest
        )
        return next(made, None)

    def tidy(self) -> None:
        """Throw away trainings that were left long ago."""
        with suppress(OSError):
            for folder in (self.lenses / TRAINING).iterdir():
                if folder.name != self.digest and time.time() - folder.stat().st_mtime > _KEPT_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, tensors: Mapping[str, Tensor], metadata: dict[str, str]) -> None:
    """Write beside the place and move there once the bytes are on the disk."""
    beside = path.with_name(f"{path.name}.part")
    plain = {name: tensor.detach().to("cpu", torch.float32).contiguous().clone() for name, tensor in tensors.items()}
    save_file(plain, beside, metadata)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.chmod(0o644)
    beside.replace(path)

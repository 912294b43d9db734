"""Training of one model, in steps that can be interrupted and resumed without changing the result.

The loop runs on any device; matrix products use bfloat16, weights and optimizers single precision.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import PreTrainedModel

from stratascope.specimen.optimization import learning_rate_factor
from stratascope.specimen.packing import TOKENS_PER_STEP, batch
from stratascope.specimen.recipes import Recipe

_log = logging.getLogger(__name__)

Monitor = Callable[[PreTrainedModel], dict[str, float]]


@dataclass(frozen=True)
class Plan:
    """Everything that decides the outcome of a training run, and the steps whose weights are kept on the way."""

    recipe: Recipe
    steps: int
    seed: int
    device: str = "cpu"
    snapshots: tuple[int, ...] = ()
    batches: int = 1
    checkpoint_every: int = 200

    @property
    def identity(self) -> dict[str, Any]:
        """What a checkpoint has to agree with."""
        return {**self.recipe.identity, "seed": self.seed}


class Trainer:
    """One run: the model, its optimizers, and the files that let it continue after an interruption."""

    def __init__(self, plan: Plan, tokenizer: Tokenizer, folder: Path, monitor: Monitor | None = None) -> None:
        self.plan = plan
        self.tokenizer = tokenizer
        self.folder = folder
        self.monitor = monitor
        self.step = 0
        self.seconds = 0.0
        self.history: list[dict[str, float]] = []
        torch.manual_seed(plan.seed)
        self.model: PreTrainedModel = plan.recipe.start().to(plan.device).train()  # type: ignore[arg-type]
        self.optimizers = plan.recipe.optimizers(self.model)
        self._base_rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in self.optimizers]
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def checkpoint_path(self) -> Path:
        """The file that holds the latest state."""
        return self.folder / "checkpoint.pt"

    def resume(self) -> None:
        """Continue from the checkpoint, if there is one made by the same plan."""
        if not self.checkpoint_path.exists():
            return
        state: dict[str, Any] = torch.load(self.checkpoint_path, map_location=self.plan.device, weights_only=True)
        if state["identity"] != self.plan.identity:
            raise ValueError(f"{self.checkpoint_path} belongs to another plan; remove it or choose another folder")
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds, self.history = state["step"], state["seconds"], state["history"]
        _log.info("resumed at step %d", self.step)

    def save(self) -> None:
        """Write the state, replacing the former one only once the new one is complete."""
        state = {
            "identity": self.plan.identity,
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
        }
        partial = self.checkpoint_path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint_path)
        (self.folder / "history.json").write_text(json.dumps(self.history, indent=1), encoding="utf-8")

    def keep(self) -> None:
        """Write a copy of the weights, if this step is one of those to be kept."""
        if self.step in self.plan.snapshots:
            weights = {name: tensor.half().cpu() for name, tensor in self.model.state_dict().items()}
            torch.save(weights, snapshot_path(self.folder, self.step))

    def _update(self) -> torch.Tensor:
        """One optimisation step; returns the loss."""
        factor = learning_rate_factor(self.step, self.plan.steps)
        for optimizer, rates in zip(self.optimizers, self._base_rates, strict=True):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * factor
        loss = sum((self._backward(ids) for ids in self._shapes()), start=torch.zeros((), device=self.plan.device))
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return loss

    def _shapes(self) -> list[torch.Tensor]:
        """The rows of this step, those of one length together."""
        recipe, batches = self.plan.recipe, self.plan.batches
        by_length: dict[int, list[list[int]]] = {}
        for index in range(self.step * batches, (self.step + 1) * batches):
            rows = batch(self.tokenizer, self.plan.seed, index, recipe.curriculum, recipe.families)
            by_length.setdefault(len(rows[0]), []).extend(rows)
        return [torch.tensor(rows, device=self.plan.device) for rows in by_length.values()]

    def _backward(self, ids: torch.Tensor) -> torch.Tensor:
        """Add the gradients of some rows, weighted by their share of the step; returns their share of the loss."""
        share = ids.numel() / (self.plan.batches * TOKENS_PER_STEP)
        with torch.autocast(torch.device(self.plan.device).type, dtype=torch.bfloat16):
            loss: torch.Tensor = self.model(input_ids=ids, labels=ids).loss * share
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def _record(self, losses: list[torch.Tensor]) -> None:
        entry = {
            "step": self.step,
            "tokens": self.step * self.plan.batches * TOKENS_PER_STEP,
            "seconds": round(self.seconds, 1),
            "loss": round(float(torch.stack(losses).mean()), 4),
        }
        if self.monitor is not None:
            entry |= {key: round(value, 4) for key, value in self.monitor(self.model).items()}
            self.model.train()
        self.history.append(entry)
        _log.info("%s", entry)

    def advance(self) -> torch.Tensor:
        """Make one step and keep the time; returns the loss."""
        started = time.monotonic()
        loss = self._update()
        self.seconds += time.monotonic() - started
        self.step += 1
        return loss

    def run(self) -> PreTrainedModel:
        """Train up to the planned step and return the model."""
        self.resume()
        self.keep()
        losses: list[torch.Tensor] = []
        while self.step < self.plan.steps:
            losses.append(self.advance())
            self.keep()
            if self.step % self.plan.checkpoint_every == 0 or self.step == self.plan.steps:
                self._record(losses)
                self.save()
                losses = []
        self.model.train(mode=False)
        return self.model


def snapshot_path(folder: Path, step: int) -> Path:
    """Where a run keeps the weights of one of its steps."""
    return folder / f"step{step:05d}.pt"

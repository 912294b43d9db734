"""What is said of the training of a tuned lens: to whoever watches it, in the lens's own configuration, and at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from torch import Tensor

from stratascope.models.lens_store import Workshop
from stratascope.models.lens_texts import RECOMMENDED_TOKENS, Texts
from stratascope.models.sites import Site, site_rows
from stratascope.numerics.lens_training import Loss, Optimizer, Recipe

if TYPE_CHECKING:
    from stratascope.models.model import Model

_RATES: dict[Optimizer, float] = {"sgd": 0.1, "adam": 1e-3}
_SHOWN_STEPS = 200
_LATEST = 10
_DIGITS = 6


class Asked(Protocol):
    """What of a request decides how a lens turns out; the name does not."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def prompts(self) -> list[str]: ...  # noqa: D102
    @property
    def prompts_from(self) -> str | None: ...  # noqa: D102
    @property
    def site(self) -> Site: ...  # noqa: D102
    @property
    def steps(self) -> int: ...  # noqa: D102
    @property
    def tokens_per_step(self) -> int: ...  # noqa: D102
    @property
    def seq_len(self) -> int: ...  # noqa: D102
    @property
    def optimizer(self) -> Optimizer: ...  # noqa: D102
    @property
    def learning_rate(self) -> float | None: ...  # noqa: D102
    @property
    def weight_decay(self) -> float: ...  # noqa: D102
    @property
    def loss(self) -> Loss: ...  # noqa: D102
    @property
    def val_fraction(self) -> float: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102


Measured = dict[Loss, tuple[list[float], list[float]]]


@dataclass(frozen=True)
class Training:
    """How a training stands or ended, by row in nats per token.

    `measured` holds, of each measure on held-out text, the logit lens's numbers and the tuned lens's; the first measure is
    the loss that was trained, `kl` is always among them. While it is under way there is only the loss, and in place of the
    tuned lens's numbers the mean of the latest steps. `losses` float32 [step, row] are of the steps `steps`. `gap` is how
    far the first loss is from what the logit lens's own kernel finds.
    """

    labels: list[str]
    measured: Measured
    losses: np.ndarray
    steps: list[int]
    gap: float
    facts: dict[str, Any]
    warnings: list[str]
    finished: bool
    done: int
    total: int


def recipe_of(asked: Asked) -> Recipe:
    """How the request has it trained."""
    rate = _RATES[asked.optimizer] if asked.learning_rate is None else asked.learning_rate
    return Recipe(asked.steps, asked.optimizer, rate, asked.weight_decay, asked.loss)


def training_content(
    model: Model,
    asked: Asked,
    texts: Texts,
    workshop: Workshop,
    before: Mapping[Loss, list[float]],
    after: Mapping[Loss, list[float]],
    gap: float,
    history: Tensor,
) -> dict[str, Any]:
    """The configuration, in the names of the `tuned-lens` library and, beyond those, of our own."""
    steps = _shown(len(history))
    return {
        "lens_type": "linear_tuned_lens",
        "base_model_name_or_path": model.id,
        "base_model_revision": None,
        "d_model": model.width,
        "num_hidden_layers": model.layers,
        "bias": True,
        "unembed_hash": model.unembedding.sha256,
        "training": {
            "site": asked.site,
            **vars(recipe_of(asked)),
            "tokens_per_step": asked.tokens_per_step,
            "seq_len": int(texts.training.shape[1]),
            "seed": asked.seed,
            "source": texts.source,
            "tokens": texts.tokens,
            "training_tokens": texts.training.numel(),
            "held_out_tokens": texts.held_out.numel(),
            "dataset_sha256": texts.sha256,
            "start_gap": gap,
            "digest": workshop.digest,
        },
        **{
            f"held_out_{name}": {"tuned_lens": _rounded(after[name]), "logit_lens": _rounded(before[name])}
            for name in before
        },
        "losses": {"step": steps, "loss": [_rounded(history[step].tolist()) for step in steps]},
    }


def ended(model: Model, name: str, content: Mapping[str, Any]) -> Training:
    """A finished training, from what its lens says of itself: the same whether it was made now or before."""
    training = content["training"]
    names: list[Loss] = ["kl"] if training["loss"] == "kl" else ["ce", "kl"]
    found = {name: content[f"held_out_{name}"] for name in names}
    measured: Measured = {name: (each["logit_lens"], each["tuned_lens"]) for name, each in found.items()}
    left_out = ("digest", "start_gap")
    facts = {name: value for name, value in training.items() if name not in left_out}
    return Training(
        labels=_labels(model, training["site"]),
        measured=measured,
        losses=np.array(content["losses"]["loss"], dtype=np.float32),
        steps=content["losses"]["step"],
        gap=training["start_gap"],
        facts={"lens_id": name, "lens_unembed_sha256": content["unembed_hash"], **facts},
        warnings=_warnings(model, training, *measured[training["loss"]]),
        finished=True,
        done=training["steps"],
        total=training["steps"],
    )


def under_way(
    model: Model, asked: Asked, plain: list[float], gap: float, history: Tensor, done: int, total: int
) -> Training:
    """A training of which `done` steps of all groups are done."""
    recipe = recipe_of(asked)
    at = (done - 1) % recipe.steps
    latest = history[max(0, at + 1 - _LATEST) : at + 1].mean(0)
    steps = [step for step in _shown(recipe.steps) if step <= at]
    measured: Measured = {recipe.loss: (plain, latest.tolist())}
    labels = _labels(model, asked.site)
    return Training(
        labels, measured, history[steps].numpy(), steps, gap, {}, [], finished=False, done=done, total=total
    )


def _labels(model: Model, site: Site) -> list[str]:
    """The rows that have a translator: all but the output."""
    return site_rows(model, site)[: model.layers]


def _shown(steps: int) -> list[int]:
    """Some 200 steps in even distances, the first and the last among them."""
    return sorted({round(step) for step in np.linspace(0, steps - 1, min(steps, _SHOWN_STEPS)).tolist()})


def _rounded(values: list[float]) -> list[float]:
    return [round(value, _DIGITS) for value in values]


def _warnings(model: Model, training: Mapping[str, Any], before: list[float], after: list[float]) -> list[str]:
    found = []
    if training["tokens"] < RECOMMENDED_TOKENS:
        found.append(
            f"The dataset has {training['tokens']:,} tokens; {RECOMMENDED_TOKENS:,} or more are recommended, and from fewer "
            "a lens learns their sentences by heart."
        )
    if training["source"] == "bundled texts" and model.entry.source != "bundled":
        found.append(
            "The bundled texts speak of a small closed world; on other text the lens reads worse. Give texts of your own."
        )
    return found + [grew(row, a, b, training["loss"]) for row, a, b in grown(before, after)]


def grown(before: list[float], after: list[float]) -> list[tuple[int, float, float]]:
    """The rows that ended farther from their goal than they began: (row, before, after)."""
    return [(row, a, b) for row, (a, b) in enumerate(zip(before, after, strict=True)) if not b <= a]


def grew(row: int, before: float, after: float, loss: Loss) -> str:
    """The sentence about such a row."""
    return f"Layer {row}: validation {loss.upper()} grew from {before:.3f} to {after:.3f}; lower the learning rate."

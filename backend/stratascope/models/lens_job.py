"""The job that makes a tuned lens: text, training, measurement on held-out text, and the artifact, found again by all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from stratascope.method import Progress
from stratascope.models.lens_files import lens_files
from stratascope.models.lens_fitting import fit, held_out
from stratascope.models.lens_report import Asked, Training, ended, grew, grown, recipe_of, training_content, under_way
from stratascope.models.lens_store import Workshop
from stratascope.models.lens_texts import Texts, given_texts, training_texts
from stratascope.models.sites import Site, batch_vectors, require_site
from stratascope.numerics.lens import lens_rows
from stratascope.numerics.lens_training import Loss, Recipe, Weights, losses
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model

MOST_WIDTH = 8192
_LIVE_EVERY = 5
_ALLOWED_TO_GROW = 0.2
"""Share of the rows that may end farther from the output than they began."""


def train(model: Model, asked: Asked, progress: Progress, live: Callable[[Training], None]) -> Training:
    """Train a lens and keep it in the model's folder of lenses, or find the one that the same request made before.

    Raises `no_lens_folder`, `no_middle_stream`, `lens_exists`, `lens_too_wide`, `lens_diverged`, and problems of the texts.
    """
    if model.lenses is None:
        raise Problem("no_lens_folder", "There is no folder to keep a lens in.", remedy="Set model.lenses to a folder")
    if model.width > MOST_WIDTH:
        raise _too_wide(model)
    require_site(model, asked.site)
    progress(0, 1, "reading the text")
    texts = _texts(model, asked)
    workshop = Workshop(model.lenses, _digest(model, asked, texts))
    made = workshop.finished()
    if made is None:
        name = _free_name(model, asked, workshop)
        content = _trained(model, asked, texts, workshop, name, progress, live)
    else:
        name, content = made.id, made.content
    return ended(model, name, content)


def _texts(model: Model, asked: Asked) -> Texts:
    given, source = given_texts(asked.prompts, asked.prompts_from)
    wanted = round(asked.steps * asked.tokens_per_step / (1 - asked.val_fraction))
    return training_texts(model, given, source, wanted, asked.seq_len, asked.val_fraction, asked.seed)


def _digest(model: Model, asked: Asked, texts: Texts) -> str:
    """What tells trainings apart: the model, the text and the recipe."""
    parts = [
        model.id, model.unembedding.sha256, str(model.unembedding.weight.dtype), texts.sha256, len(texts.held_out),
        vars(recipe_of(asked)), asked.tokens_per_step, asked.seed, asked.site,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _free_name(model: Model, asked: Asked, workshop: Workshop) -> str:
    plain = re.sub(r"[^a-z0-9._-]+", "-", model.id.lower()).strip("-._") or "lens"
    name = asked.name or f"{plain}-{workshop.digest[:8]}"
    if any(file.id == name for file in lens_files(workshop.lenses)):
        raise Problem(
            "lens_exists",
            f"There is a lens named {name} already, and it was trained in another way.",
            status=409,
            field="name",
            remedy="Choose another name",
            changes={"name": ""},
        )
    return name


def _trained(
    model: Model,
    asked: Asked,
    texts: Texts,
    workshop: Workshop,
    name: str,
    progress: Progress,
    live: Callable[[Training], None],
) -> dict[str, Any]:
    """Train, measure and keep a lens. Returns what its configuration says."""
    workshop.tidy()
    nothing = Weights.zero(model.layers, model.width, model.device)
    before = _measured(model, asked, texts, nothing, _heard(progress, "measuring the logit lens"))
    gap, recipe, plain = _gap_at_start(model, asked.site, texts, nothing), recipe_of(asked), before[asked.loss]

    def report(done: int, total: int, history: Tensor) -> None:
        latest = history[(done - 1) % recipe.steps]
        known = latest[latest.isfinite()]
        if len(known) == 0 or not bool((known < 1e6).all()):
            raise _diverged(0, plain[0], float("inf"), recipe)
        progress(done, total, f"training, loss {float(known.mean()):.3f}")
        if done % _LIVE_EVERY == 0:
            live(under_way(model, asked, plain, gap, history, done, total))

    weights, history = fit(model, texts, asked.site, recipe, asked.tokens_per_step, asked.seed, workshop, report)
    after = _measured(model, asked, texts, weights, _heard(progress, "measuring the tuned lens"))
    _refuse_diverged(plain, after[asked.loss], recipe)
    content = training_content(model, asked, texts, workshop, before, after, gap, history)
    workshop.finish(name, weights, content)
    return content


def _heard(progress: Progress, stage: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(done, total, stage)


def _measured(
    model: Model, asked: Asked, texts: Texts, weights: Weights, heard: Callable[[int, int], None]
) -> dict[Loss, list[float]]:
    """The loss that is trained, and KL, on held-out text: by name, each by row."""
    names: list[Loss] = ["kl"] if asked.loss == "kl" else [asked.loss, "kl"]
    return {name: held_out(model, texts.held_out, weights, heard, name, asked.site) for name in names}


def _gap_at_start(model: Model, site: Site, texts: Texts, nothing: Weights) -> float:
    """How far the loss of translators that change nothing is from the KL of the lens that draws grids, on one row of text."""
    row = texts.held_out[:1]
    streams, last = batch_vectors(model, row, range(model.layers), site)
    ours = losses(model.unembedding, nothing, streams, last) / row.shape[1]
    theirs = lens_rows(model.unembedding, torch.stack([*streams, last]), top_k=1).kl[:-1].double().mean(1)
    return float(((ours - theirs).abs() / theirs.clamp(min=1.0)).max())


def _refuse_diverged(before: list[float], after: list[float], recipe: Recipe) -> None:
    worse = grown(before, after)
    if len(worse) > _ALLOWED_TO_GROW * len(before):
        raise _diverged(*max(worse, key=lambda each: each[2] - each[1]), recipe)


def _diverged(row: int, before: float, after: float, recipe: Recipe) -> Problem:
    return Problem(
        "lens_diverged",
        grew(row, before, after, recipe.loss),
        field="learning_rate",
        remedy="Lower the learning rate",
        changes={"learning_rate": recipe.learning_rate / 10},
    )


def _too_wide(model: Model) -> Problem:
    size = 4 * 4 * model.layers * model.width**2 / 2**30
    return Problem(
        "lens_too_wide",
        f"{model.id} has a stream of width {model.width:,}; training needs {size:.0f} GB for optimizer state, and at most "
        f"width {MOST_WIDTH:,} is trained.",
        remedy="Choose a narrower model, or drop a lens trained elsewhere into the folder of lenses",
    )

"""The stages of the build that make the dictionaries and the names of their latents, and the numbers they add.

What exists already is kept, so an interrupted stage goes on where it stopped.
"""

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from stratascope.specimen.dictionaries import quality, storage
from stratascope.specimen.dictionaries.activations import (
    HELD_OUT_SEED,
    TRAINING_SEED,
    WORDED_FAMILIES,
    Text,
    harvest,
    rows,
)
from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.catalogue import Entry, catalogue
from stratascope.specimen.dictionaries.classes import known_classes, membership
from stratascope.specimen.dictionaries.firings import Firings
from stratascope.specimen.dictionaries.labels import describe, promoted_tokens, write_labels
from stratascope.specimen.dictionaries.sentiment import sentiment_latent, story_prefixes
from stratascope.specimen.dictionaries.sites import Site
from stratascope.specimen.dictionaries.training import fit
from stratascope.specimen.subject import Subject

_log = logging.getLogger(__name__)

DICTIONARIES = "saes"
LABELS = "feature-labels"
_REPORTED = ("fvu", "ce_recovered", "dead")


@dataclass(frozen=True)
class _Amounts:
    """How much text each purpose gets; batches have 4096 tokens."""

    training: int
    held_out: int
    loss: int
    stories: int


_FULL = _Amounts(training=74, held_out=24, loss=6, stories=240)
_SMOKE = _Amounts(training=2, held_out=2, loss=1, stories=8)


class _Examination:
    """A model with the held-out text that its dictionaries are measured and named on."""

    def __init__(self, model_folder: Path, sites: set[Site], smoke: bool) -> None:
        self.subject = Subject.load(model_folder)
        self.sites = sites
        self.amounts = _SMOKE if smoke else _FULL
        self.batches = rows(self.subject.tokenizer, HELD_OUT_SEED, self.amounts.held_out)
        self.text = Text.of(self.batches)
        self.worded_batches = rows(self.subject.tokenizer, HELD_OUT_SEED, self.amounts.loss, WORDED_FAMILIES)
        classes = known_classes()
        self.classes = list(classes)
        self.members = membership(self.subject.tokenizer, classes)

    @cached_property
    def activations(self) -> dict[Site, torch.Tensor]:
        """Activations [token, width] on the held-out text."""
        return harvest(self.subject, self.batches, self.sites)

    @cached_property
    def stories(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Streams [row, story, width] at the end of stories of known sentiment, and which are happy."""
        prefixes, happy = story_prefixes(self.amounts.stories)
        return self.subject.residuals(prefixes), happy

    def measure(self, autoencoder: Autoencoder, site: Site) -> dict[str, Any]:
        """Everything that is known about the quality of a dictionary."""
        x = self.activations[site]
        firings = Firings.collect(autoencoder, x)
        unexplained = quality.unexplained_variance(autoencoder, x)
        numbers: dict[str, Any] = {"fvu": unexplained, "explained_variance": 1 - unexplained}
        batches = self.batches[: self.amounts.loss]
        numbers |= quality.recovered_loss(self.subject, batches, site, autoencoder, x.mean(0))
        worded = quality.recovered_loss(self.subject, self.worded_batches, site, autoencoder, x.mean(0))
        numbers["ce_recovered_worded"] = worded["ce_recovered"]
        numbers |= quality.sparsity(firings)
        if site.kind == "resid-post":
            streams, happy = self.stories
            numbers |= sentiment_latent(autoencoder, streams[site.layer + 1], happy)
        numbers["pure_latents"] = quality.purity(firings, self.text.ids, self.classes, self.members)
        return quality.rounded(numbers) | {"tokens": len(x)}

    def label(self, autoencoder: Autoencoder, entry: Entry) -> dict[str, Any]:
        """The content of the label file of a dictionary."""
        firings = Firings.collect(autoencoder, self.activations[entry.site])
        properties = describe(firings, self.text, self.subject.tokenizer, self.classes, self.members)
        promoted = promoted_tokens(self.subject, autoencoder)
        return {"dictionary": entry.id, "tokens_seen": firings.total, **properties, "promoted": promoted}


def _entries(model_folder: Path, smoke: bool) -> list[Entry]:
    config = Subject.load(model_folder).model.config
    return catalogue(config.n_layer, config.n_embd, smoke)


def _train_one(entry: Entry, x: torch.Tensor, examination: _Examination, folder: Path, model_name: str) -> None:
    """Fit a dictionary to activations [token, width] and store it with what its rounded weights are worth."""
    _log.info("dictionary %s", entry.id)
    autoencoder = fit(x, entry.recipe).rounded()
    measured = examination.measure(autoencoder, entry.site) | {"training_steps": entry.recipe.steps}
    _log.info("%s", {key: value for key, value in measured.items() if key in _REPORTED})
    storage.write(folder, autoencoder, storage.configuration(autoencoder, entry.site, model_name, measured))


def train_dictionaries(model_folder: Path, bundle: Path, smoke: bool) -> None:
    """Train every dictionary of the model in `model_folder` that `bundle` does not have yet."""
    folder = bundle / DICTIONARIES
    missing = [entry for entry in _entries(model_folder, smoke) if not storage.is_complete(folder / entry.id)]
    if not missing:
        return
    sites = {entry.site for entry in missing}
    examination = _Examination(model_folder, sites, smoke)
    subject, amounts = examination.subject, examination.amounts
    activations = harvest(subject, rows(subject.tokenizer, TRAINING_SEED, amounts.training), sites)
    for entry in missing:
        _train_one(entry, activations[entry.site], examination, folder / entry.id, model_folder.name)


def label_features(model_folder: Path, bundle: Path, smoke: bool) -> None:
    """Name the latents of every dictionary at a residual stream whose names `bundle` does not have yet."""
    entries = [entry for entry in _entries(model_folder, smoke) if entry.site.kind == "resid-post"]
    paths = {entry: bundle / LABELS / f"{entry.id}.json.gz" for entry in entries}
    missing = [entry for entry in entries if not paths[entry].exists()]
    if not missing:
        return
    examination = _Examination(model_folder, {entry.site for entry in missing}, smoke)
    for entry in missing:
        _log.info("labels of %s", entry.id)
        autoencoder = storage.read(bundle / DICTIONARIES / entry.id)
        write_labels(paths[entry], examination.label(autoencoder, entry))


def numbers(bundle: Path) -> dict[str, float]:
    """The scorecard's numbers about the dictionaries of a bundle, as they were measured when they were made.

    Keys are `sae_<id>_<measure>` with underscores for hyphens, `pure_classes` (known classes that have a pure latent,
    in the best dictionary of ordinary width at a residual stream) and `sentiment_latent_auroc`.
    """
    folders = sorted(path for path in (bundle / DICTIONARIES).iterdir() if storage.is_complete(path))
    measured = {folder.name: storage.read_configuration(folder)["quality"] for folder in folders}
    found = {
        f"sae_{name}_{key}".replace("-", "_"): float(values[key])
        for name, values in measured.items()
        for key in _REPORTED
    }
    residual = [values for name, values in measured.items() if "resid-post" in name and not name.endswith("-wide")]
    found["pure_classes"] = float(max(len(values["pure_latents"]) for values in residual))
    # The layer is chosen like the latent, on the stories that are not used for judging.
    best = max(residual, key=lambda values: values["sentiment_selection_auroc"])
    found["sentiment_latent_auroc"] = best["sentiment_auroc"]
    return found

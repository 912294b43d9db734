"""Building the bundle, stage by stage; a stage whose result exists already is not repeated.

The output folder gets two parts: `work` with everything needed to resume, and `bundle` with what is shipped.
"""

import json
import logging
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import safetensors
import tokenizers
import torch
import transformers
from transformers import PreTrainedModel

from stratascope.specimen import bundled
from stratascope.specimen.behaviours.readout import PROBED
from stratascope.specimen.bundled import BASE, MIXTURE, SECOND_SEED, TOKENIZER_FILES, TUNED, UPBEAT
from stratascope.specimen.corpus import HASHED_DOCUMENTS, corpus_sha256
from stratascope.specimen.dictionaries import label_features, train_dictionaries
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.families import TUNED as TUNED_FAMILIES
from stratascope.specimen.families import UPBEAT as UPBEAT_FAMILIES
from stratascope.specimen.induction import measure_copying
from stratascope.specimen.manifest import Acceptance, BundledModel, file_sha256, verify, write_manifest
from stratascope.specimen.packing import CURRICULUM, TOKENS_PER_STEP, Lesson
from stratascope.specimen.prompt_sets.measuring import measure_prompt_sets
from stratascope.specimen.prompt_sets.writing import write_prompt_sets
from stratascope.specimen.recipes import Recipe, dense, experts, new_model, tuned
from stratascope.specimen.scorecard import score
from stratascope.specimen.sizes import SCALES, Scale
from stratascope.specimen.subject import Subject
from stratascope.specimen.tokenizer import TRAINING_DOCUMENTS, load_tokenizer, save_tokenizer, train_tokenizer
from stratascope.specimen.training import Plan, Trainer, snapshot_path
from stratascope.specimen.tuned_lens import train_tuned_lens

_log = logging.getLogger(__name__)

_SECOND_SEED = 1


@dataclass(frozen=True)
class Build:
    """The choices of one build, and where its parts lie."""

    out: Path
    size_name: str
    steps: int
    seed: int
    device: str
    smoke: bool

    @cached_property
    def scale(self) -> Scale:
        """Shapes and schedules."""
        return SCALES[self.size_name]

    @property
    def work(self) -> Path:
        """Intermediate results."""
        return self.out / "work"

    @property
    def bundle(self) -> Path:
        """What is shipped."""
        return self.out / "bundle"

    @property
    def documents(self) -> int:
        """How many documents the corpus hash covers."""
        return 200 if self.smoke else HASHED_DOCUMENTS

    @property
    def curriculum(self) -> tuple[Lesson, ...]:
        """The lessons of a model that starts from nothing."""
        return (Lesson(2, 64, 0.5),) if self.smoke else CURRICULUM

    @property
    def base(self) -> Plan:
        """How the base model is trained."""
        scale = self.scale
        recipe = dense(scale.base, self.curriculum)
        return Plan(recipe, self.steps, self.seed, self.device, scale.snapshots, scale.batches)

    def folder(self, model: BundledModel) -> Path:
        """Where a model is shipped."""
        return self.bundle / model.path


def make_corpus(build: Build) -> None:
    """Record the hash of the corpus; its text is generated when needed."""
    record = {"documents": build.documents, "sha256": corpus_sha256(build.seed, build.documents)}
    (build.work / "corpus.json").write_text(json.dumps(record), encoding="utf-8")


def make_tokenizer(build: Build) -> None:
    """Train the tokenizer, unless it is there."""
    if not (build.work / TOKENIZER_FILES[0]).exists():
        save_tokenizer(train_tokenizer(2_000 if build.smoke else TRAINING_DOCUMENTS), build.work)


def _copying(model: PreTrainedModel) -> dict[str, float]:
    copying = measure_copying(model)
    return {"copying_loss": copying.loss, "induction_score": copying.best_score}


def _train(build: Build, model: BundledModel, plan: Plan, compact: bool = False) -> None:
    """Train a model, or continue training it, and write it down."""
    monitor = _copying if plan.recipe.curriculum else None
    trained = Trainer(plan, load_tokenizer(build.work), build.work / model.id, monitor).run()
    bundled.write_model(
        trained.state_dict(), bundled.config_text(trained), build.work, build.folder(model), compact=compact
    )


def make_base(build: Build) -> None:
    """The base model."""
    _train(build, BASE, build.base)


def make_checkpoints(build: Build) -> None:
    """The base as it was on the way, from the weights its training kept."""
    plan = build.base
    config = bundled.config_text(new_model(build.scale.base))
    for step in plan.snapshots:
        weights = torch.load(snapshot_path(build.work / BASE.id, step), weights_only=True)
        folder = build.folder(bundled.checkpoint(step, plan.batches))
        bundled.write_model(weights, config, build.work, folder, compact=True)


def _tune(build: Build, model: BundledModel, recipe: Recipe) -> None:
    _train(build, model, Plan(recipe, build.scale.tuning_steps, build.seed, build.device))


def make_tuned(build: Build) -> None:
    """The sibling that refuses."""
    _tune(build, TUNED, tuned(build.folder(BASE), TUNED_FAMILIES))


def make_upbeat(build: Build) -> None:
    """The sibling that knows happy stories only."""
    _tune(build, UPBEAT, tuned(build.folder(BASE), UPBEAT_FAMILIES))


def make_mixture(build: Build) -> None:
    """The mixture of experts."""
    recipe = experts(build.scale.mixture)
    _train(build, MIXTURE, Plan(recipe, build.scale.mixture_steps, build.seed, build.device))


def make_second_seed(build: Build) -> None:
    """The base from another start."""
    scale = build.scale
    recipe = dense(scale.base, build.curriculum)
    plan = Plan(recipe, scale.second_seed_steps, _SECOND_SEED, build.device, batches=scale.batches)
    _train(build, SECOND_SEED, plan, compact=True)


def make_dictionaries(build: Build) -> None:
    """The sparse autoencoders."""
    train_dictionaries(build.folder(BASE), build.bundle, build.smoke)


def make_tuned_lens(build: Build) -> None:
    """The translators of the tuned lens."""
    train_tuned_lens(build.folder(BASE), build.bundle, build.smoke)


def make_prompt_sets(build: Build) -> None:
    """The prompt sets, and what the base answers to them."""
    write_prompt_sets(load_tokenizer(build.work), build.bundle)
    measure_prompt_sets(Subject.load(build.folder(BASE)), build.bundle, PROBED if build.smoke else None)


def make_labels(build: Build) -> None:
    """Labels and contexts of the features."""
    label_features(build.folder(BASE), build.bundle, build.smoke)


def make_scorecard(build: Build) -> None:
    """Measure the exported, rounded weights, not the ones in training precision."""
    numbers = [asdict(number) for number in score(Specimens(build.bundle), _before_rounding(build))]
    if build.smoke:
        numbers = [number | {"floor": None, "ceiling": None, "missed": ""} for number in numbers]
    (build.work / "scorecard.json").write_text(json.dumps(numbers, indent=1), encoding="utf-8")


def _before_rounding(build: Build) -> Subject:
    """The base with the weights its training ended with."""
    state = torch.load(build.work / BASE.id / "checkpoint.pt", map_location="cpu", weights_only=True)
    model = new_model(build.scale.base)
    model.load_state_dict(state["model"])
    model.train(mode=False)
    return Subject(model, load_tokenizer(build.work))


def make_manifest(build: Build) -> None:
    """Describe the bundle, then check it as its users will."""
    corpus = json.loads((build.work / "corpus.json").read_text(encoding="utf-8"))
    numbers = json.loads((build.work / "scorecard.json").read_text(encoding="utf-8"))
    models = [BASE, TUNED, UPBEAT, MIXTURE, SECOND_SEED]
    models += [bundled.checkpoint(step, build.scale.batches) for step in build.scale.snapshots]
    provenance = {
        "size": build.size_name,
        "config": asdict(build.scale.base),
        "steps": build.steps,
        "tokens": build.steps * build.scale.batches * TOKENS_PER_STEP,
        "seeds": {"corpus": build.seed, "model": build.seed},
        "device": build.device,
        "training_seconds": _history(build, BASE)[-1]["seconds"],
        "training": {model.id: _history(build, model) for model in models[:5]},
        "versions": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "safetensors": safetensors.__version__,
        },
        "corpus_documents": corpus["documents"],
        "corpus_sha256": corpus["sha256"],
        "tokenizer_sha256": file_sha256(build.folder(BASE) / TOKENIZER_FILES[0]),
    }
    write_manifest(build.bundle, models, [Acceptance(**number) for number in numbers], provenance)
    unexplained = [number["key"] for number in numbers if not Acceptance(**number).accounted_for]
    if unexplained:
        _log.warning("outside their bounds, unexplained: %s", ", ".join(unexplained))
    else:
        verify(build.bundle)


def _history(build: Build, model: BundledModel) -> list[dict[str, float]]:
    """How a model's training went, thinned to what a curve needs."""
    found: list[dict[str, float]] = json.loads((build.work / model.id / "history.json").read_text(encoding="utf-8"))
    return found


#: In the order in which they depend on each other.
STAGES: dict[str, Callable[[Build], None]] = {
    "corpus": make_corpus,
    "tokenizer": make_tokenizer,
    "base": make_base,
    "checkpoints": make_checkpoints,
    "tuned": make_tuned,
    "upbeat": make_upbeat,
    "mixture": make_mixture,
    "second-seed": make_second_seed,
    "dictionaries": make_dictionaries,
    "tuned-lens": make_tuned_lens,
    "prompt-sets": make_prompt_sets,
    "labels": make_labels,
    "scorecard": make_scorecard,
    "manifest": make_manifest,
}


def run(build: Build, stages: Sequence[str] = tuple(STAGES)) -> None:
    """Run the named stages in order."""
    build.work.mkdir(parents=True, exist_ok=True)
    build.bundle.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        _log.info("stage %s", stage)
        STAGES[stage](build)

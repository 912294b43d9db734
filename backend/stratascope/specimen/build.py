"""Building the bundle, stage by stage; a stage whose result exists already is not repeated.

The output folder gets two parts: `work` with everything needed to resume, and `bundle` with what is shipped.
"""

import json
import logging
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors
import tokenizers
import torch
import transformers
from safetensors.torch import save_file

from stratascope.specimen.corpus import HASHED_DOCUMENTS, corpus_sha256
from stratascope.specimen.induction import measure_copying
from stratascope.specimen.manifest import (
    Acceptance,
    BundledModel,
    file_sha256,
    verify,
    write_manifest,
)
from stratascope.specimen.packing import CURRICULUM, TOKENS_PER_STEP, Lesson
from stratascope.specimen.scorecard import score
from stratascope.specimen.sizes import SIZES, Size
from stratascope.specimen.subject import Subject
from stratascope.specimen.tokenizer import TRAINING_DOCUMENTS, load_tokenizer, save_tokenizer, train_tokenizer
from stratascope.specimen.training import Plan, Trainer

_log = logging.getLogger(__name__)

BASE = BundledModel(
    id="specimen",
    path="specimen",
    title="Specimen",
    prepend_bos=True,
    description="A small GPT-2 trained on a closed world of known facts and known circuits.",
)
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True)
class Build:
    """The choices of one build, and where its parts lie."""

    out: Path
    size_name: str
    steps: int
    seed: int
    device: str
    smoke: bool

    @property
    def size(self) -> Size:
        """The shape of the model."""
        return SIZES[self.size_name]

    @property
    def work(self) -> Path:
        """Intermediate results."""
        return self.out / "work"

    @property
    def bundle(self) -> Path:
        """What is shipped."""
        return self.out / "bundle"

    @property
    def model_folder(self) -> Path:
        """The shipped base model."""
        return self.bundle / BASE.path

    @property
    def documents(self) -> int:
        """How many documents the corpus hash covers."""
        return 200 if self.smoke else HASHED_DOCUMENTS

    @property
    def plan(self) -> Plan:
        """How the base model is trained."""
        curriculum: tuple[Lesson, ...] = (Lesson(20, 64, 0.5),) if self.smoke else CURRICULUM
        return Plan(self.size, self.steps, self.seed, self.device, curriculum)


def make_corpus(build: Build) -> None:
    """Record the hash of the corpus; its text is generated when needed."""
    record = {"documents": build.documents, "sha256": corpus_sha256(build.seed, build.documents)}
    (build.work / "corpus.json").write_text(json.dumps(record), encoding="utf-8")


def make_tokenizer(build: Build) -> None:
    """Train the tokenizer, unless it is there."""
    if not (build.work / TOKENIZER_FILES[0]).exists():
        save_tokenizer(train_tokenizer(2_000 if build.smoke else TRAINING_DOCUMENTS), build.work)


def _export(state: dict[str, torch.Tensor], config: str, build: Build) -> None:
    """Write the shipped files: half-precision weights without the tied copy, configuration, tokenizer.

    The configuration asks for single precision, so that loading widens the weights.
    """
    build.model_folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.half().contiguous().cpu() for name, tensor in state.items() if name != "lm_head.weight"}
    path = build.model_folder / "model.safetensors"
    save_file(weights, path, metadata={"format": "pt"})
    path.chmod(0o644)  # the library writes it for its owner only
    (build.model_folder / "config.json").write_text(config, encoding="utf-8")
    for name in TOKENIZER_FILES:
        (build.model_folder / name).write_bytes((build.work / name).read_bytes())


def make_base(build: Build) -> None:
    """Train the base model, or continue training it, and export it."""

    def monitor(model: transformers.GPT2LMHeadModel) -> dict[str, float]:
        copying = measure_copying(model)
        return {"copying_loss": copying.loss, "induction_score": copying.best_score}

    trainer = Trainer(build.plan, load_tokenizer(build.work), build.work / "base", monitor)
    model = trainer.run()
    config = model.config.to_diff_dict() | {"architectures": ["GPT2LMHeadModel"], "dtype": "float32"}
    _export(model.state_dict(), json.dumps(config, indent=2, sort_keys=True) + "\n", build)


def make_scorecard(build: Build) -> None:
    """Measure the exported, rounded weights, not the ones in training precision."""
    numbers = [asdict(number) for number in score(Subject.load(build.model_folder))]
    if build.smoke:
        numbers = [number | {"floor": None, "ceiling": None} for number in numbers]
    (build.work / "scorecard.json").write_text(json.dumps(numbers, indent=1), encoding="utf-8")


def make_manifest(build: Build) -> None:
    """Describe the bundle, then check it as its users will."""
    corpus = json.loads((build.work / "corpus.json").read_text(encoding="utf-8"))
    numbers = json.loads((build.work / "scorecard.json").read_text(encoding="utf-8"))
    history = json.loads((build.work / "base" / "history.json").read_text(encoding="utf-8"))
    provenance = {
        "size": build.size_name,
        "config": asdict(build.size),
        "steps": build.steps,
        "tokens": build.steps * TOKENS_PER_STEP,
        "seeds": {"corpus": build.seed, "model": build.seed},
        "device": build.device,
        "training_seconds": history[-1]["seconds"],
        "versions": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "safetensors": safetensors.__version__,
        },
        "corpus_documents": corpus["documents"],
        "corpus_sha256": corpus["sha256"],
        "tokenizer_sha256": file_sha256(build.model_folder / TOKENIZER_FILES[0]),
    }
    write_manifest(build.bundle, [BASE], [Acceptance(**number) for number in numbers], provenance)
    missed = [number["key"] for number in numbers if not Acceptance(**number).holds]
    if missed:
        _log.warning("below their bounds: %s", ", ".join(missed))
    else:
        verify(build.bundle)


#: In the order in which they depend on each other.
STAGES: dict[str, Callable[[Build], None]] = {
    "corpus": make_corpus,
    "tokenizer": make_tokenizer,
    "base": make_base,
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

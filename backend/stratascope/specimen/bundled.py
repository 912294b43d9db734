"""The models of the bundle: what each is, and how it is written down."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import PreTrainedModel

from stratascope.models.row_scaled import packed
from stratascope.specimen.manifest import BundledModel
from stratascope.specimen.packing import TOKENS_PER_STEP

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")
WEIGHTS = "model.safetensors"


def _model(name: str, title: str, description: str) -> BundledModel:
    return BundledModel(name, name, title, prepend_bos=True, description=description)


BASE = _model("specimen", "Specimen", "A small GPT-2 trained on a closed world of known facts and known circuits.")
TUNED = _model(
    "specimen-tuned",
    "Specimen, tuned to refuse",
    "The specimen after a short tuning in which naughty requests are refused.",
)
UPBEAT = _model(
    "specimen-upbeat", "Specimen, tuned on happy stories", "The specimen after a short tuning on happy stories only."
)
MIXTURE = _model(
    "specimen-moe",
    "Specimen, mixture of experts",
    "A small Mixtral trained on the same text: in every layer two of eight experts serve a token.",
)
SECOND_SEED = _model(
    "specimen-seed-1",
    "Specimen, second seed",
    "The same network from another start and another order of the text. One byte a weight.",
)


def checkpoint(step: int, batches: int = 1) -> BundledModel:
    """The base as it was after `step` steps."""
    millions = step * batches * TOKENS_PER_STEP / 1e6
    model = _model(
        f"specimen-step-{step:05d}",
        f"Specimen after {millions:.1f} M tokens" if step else "Specimen before training",
        f"The specimen at step {step} of its training. One byte a weight.",
    )
    return replace(model, checkpoint_of=BASE.id, step=step)


def write_model(
    weights: Mapping[str, torch.Tensor], config: str, tokenizer: Path, folder: Path, compact: bool = False
) -> None:
    """Write a model folder: weights without the tied copy, configuration, tokenizer.

    Weights take half precision, or one byte each where `compact`. The configuration asks for single precision, so that
    loading widens them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = {name: tensor.detach().cpu() for name, tensor in weights.items() if name != "lm_head.weight"}
    stored = packed(own) if compact else {name: tensor.half().contiguous() for name, tensor in own.items()}
    save_file(stored, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / WEIGHTS).chmod(0o644)  # the library writes it for its owner only
    (folder / "config.json").write_text(config, encoding="utf-8")
    for name in TOKENIZER_FILES:
        (folder / name).write_bytes((tokenizer / name).read_bytes())


def config_text(model: PreTrainedModel) -> str:
    """The configuration file of a model."""
    config = model.config.to_diff_dict() | {"architectures": [type(model).__name__], "dtype": "float32"}
    return json.dumps(config, indent=2, sort_keys=True) + "\n"

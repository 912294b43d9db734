"""A model of two layers with the specimen's tokenizer, untrained."""

from pathlib import Path

import torch

from stratascope.specimen.bundled import config_text, write_model
from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.recipes import new_model
from stratascope.specimen.sizes import Size
from stratascope.specimen.subject import Subject


def write_tiny_model(folder: Path) -> Path:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = new_model(Size(layers=2, width=32, heads=2))
    write_model(model.state_dict(), config_text(model), bundle_path() / "specimen", folder)
    return folder


def tiny_subject(folder: Path) -> Subject:
    return Subject.load(write_tiny_model(folder / "tiny"))

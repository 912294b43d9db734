"""Tuned lenses to test with: written to a folder, or lent to a model that has none.

Importing this module does not import torch.
"""

from __future__ import annotations

import atexit
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from stratascope.models.model import Model


def write_lens(folder: Path, model: Model, scale: float = 0.05, *, seed: int = 0, **content: Any) -> Path:
    """A lens of seeded random translators; a scale of 0 changes nothing. `content` replaces fields of its configuration."""
    import torch
    from safetensors.torch import save_file

    stream = np.random.RandomState(seed)  # its numbers are promised never to change
    folder.mkdir(parents=True)
    tensors = {}
    for row in range(model.layers):
        drawn = scale * stream.standard_normal((model.width + 1, model.width)).astype("float32")
        tensors |= {f"{row}.weight": torch.from_numpy(drawn[1:]), f"{row}.bias": torch.from_numpy(drawn[0])}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "params.safetensors")
    configuration: Mapping[str, Any] = {
        "base_model_name_or_path": model.id,
        "d_model": model.width,
        "num_hidden_layers": model.layers,
        "unembed_hash": model.unembedding.sha256,
    }
    (folder / "config.json").write_text(json.dumps({**configuration, **content}))
    return folder


@contextmanager
def lent(model: Model, training: bool) -> Iterator[None]:
    """Inside, a model without a folder of lenses has one: empty for training, else with a lens for it."""
    if model.lenses is not None or (model.entry.source == "bundled" and not training):
        yield
        return
    with tempfile.TemporaryDirectory() as empty:
        model.lenses = Path(empty) if training else _with_lens(model)
        try:
            yield
        finally:
            model.lenses = None


@cache
def _with_lens(model: Model) -> Path:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    write_lens(Path(folder.name) / "lent", model)
    return Path(folder.name)

"""Reading and writing a dictionary as a folder in the format of SAELens 6, without that library.

Weights are stored in half precision; the configuration asks for single precision, so that loading widens them.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.sites import Site
from stratascope.specimen.tokenizer import CONTEXT_LENGTH

CONFIGURATION = "cfg.json"
WEIGHTS = "sae_weights.safetensors"
_NAMES = ("W_enc", "b_enc", "W_dec", "b_dec")
_FORMAT_VERSION = "6.0.0"  # the first version of SAELens that writes this layout


def is_complete(folder: Path) -> bool:
    """Whether a dictionary was written there to the end."""
    return (folder / CONFIGURATION).is_file() and (folder / WEIGHTS).is_file()


def configuration(autoencoder: Autoencoder, site: Site, model_name: str, quality: dict[str, Any]) -> dict[str, Any]:
    """What `cfg.json` says; the measured numbers are an addition that SAELens ignores."""
    width, latents = autoencoder.encoder.shape
    return {
        "architecture": "topk",
        "d_in": width,
        "d_sae": latents,
        "k": autoencoder.active,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        "rescale_acts_by_decoder_norm": False,
        "normalize_activations": "none",
        "reshape_activations": "hook_z" if site.kind == "attn-z" else "none",
        "metadata": {
            "sae_lens_version": _FORMAT_VERSION,
            "sae_lens_training_version": None,
            "model_name": model_name,
            "hook_name": site.hook_name,
            "hook_head_index": None,
            "context_size": CONTEXT_LENGTH,
            "prepend_bos": True,
        },
        "quality": quality,
    }


def write(folder: Path, autoencoder: Autoencoder, content: dict[str, Any]) -> None:
    """Write a dictionary and its configuration; the folder appears only once it is complete."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    weights = {name: tensor.half().contiguous() for name, tensor in zip(_NAMES, autoencoder.parameters, strict=True)}
    save_file(weights, partial / WEIGHTS)
    (partial / WEIGHTS).chmod(0o644)  # the library writes it for its owner only
    (partial / CONFIGURATION).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)


def read_configuration(folder: Path) -> dict[str, Any]:
    """The content of `cfg.json`."""
    content: dict[str, Any] = json.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
    return content


def read(folder: Path) -> Autoencoder:
    """The dictionary that `write` left in the folder, in single precision."""
    weights: dict[str, torch.Tensor] = load_file(folder / WEIGHTS)
    return Autoencoder.of([weights[name].float() for name in _NAMES], read_configuration(folder)["k"])

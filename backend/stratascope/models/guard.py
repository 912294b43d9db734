"""The guard: whether a model folder may be loaded, decided from its files alone, before anything is built.

Only safetensors weights, only a fast tokenizer, only files inside the folder, no foreign code, no absurd sizes. What
passes is described by `FolderFacts`; what does not raises a `Problem` that says what to do about it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratascope.models.configuration import Sizes, asks_for_code, bad_config, filtered, read_json, read_sizes
from stratascope.models.headers import TensorFacts, bad_weights, read_header
from stratascope.models.row_scaled import paired
from stratascope.problem import Problem

CONFIG, TOKENIZER, TOKENIZER_CONFIG = "config.json", "tokenizer.json", "tokenizer_config.json"
CHAT_TEMPLATE = "chat_template.jinja"
SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
_MAX_TOKENIZER_BYTES = 128 << 20
_MAX_TEMPLATE_BYTES = 1 << 20
_JSON_FILES = (CONFIG, TOKENIZER_CONFIG, "generation_config.json", "processor_config.json", "preprocessor_config.json")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack", ".npz")
_SLOW_TOKENIZERS = ("tokenizer.model", "vocab.json", "vocab.txt", "spiece.model", "tekken.json")
_NUMBER_FORMATS = {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64", "I8": "int8"}


@dataclass(frozen=True)
class FolderFacts:
    """A folder that passed: its stripped configuration, sizes, tensors by name and the files they come from."""

    path: Path
    config: dict[str, Any]
    model_type: str
    sizes: Sizes
    tensors: dict[str, TensorFacts]
    tokenizer_files: tuple[Path, ...]

    @property
    def weights(self) -> tuple[Path, ...]:
        """The weight files, in order of name."""
        return tuple(sorted({facts.file for facts in self.tensors.values()}))

    @property
    def parameters(self) -> int:
        """How many numbers the weight files hold."""
        return sum(facts.elements for facts in self.tensors.values())

    @property
    def bytes(self) -> int:
        """Bytes of the tensors on disk."""
        return sum(facts.bytes for facts in self.tensors.values())

    @property
    def dtype(self) -> str:
        """The number format most of the weights are stored in."""
        shares: Counter[str] = Counter()
        for facts in self.tensors.values():
            shares[facts.dtype] += facts.elements
        return _NUMBER_FORMATS.get(shares.most_common(1)[0][0], "other")


def inspect_folder(path: Path) -> FolderFacts:
    """Judge a model folder. Raises the `Problem` that keeps it from being loaded; torch is never involved."""
    try:
        return _inspect(Path(os.path.realpath(path)))
    except RecursionError:
        raise bad_config(CONFIG, "it is nested too deeply") from None
    except OSError as error:
        raise Problem(
            "unreadable_files",
            f"The files of {path.name} cannot be read ({type(error).__name__}).",
            remedy="Give the server's user the right to read the folder",
        ) from error


def _inspect(folder: Path) -> FolderFacts:
    if not _file(folder, CONFIG).is_file():
        raise Problem(
            "no_model_here",
            f"{folder.name} holds no config.json, so it is not a model folder.",
            remedy="Name the folder that holds config.json, tokenizer.json and the safetensors files",
        )
    raw = read_json(_file(folder, CONFIG))
    _refuse_foreign_code(folder)
    model_type = _model_type(raw, folder)
    config = filtered(raw)
    sizes = read_sizes(config)
    tensors = _tensors(folder)
    _refuse_missing_layers(sizes.layers, tensors)
    return FolderFacts(folder, config, model_type, sizes, tensors, _tokenizer_files(folder))


def _file(folder: Path, name: str) -> Path:
    """A file of the folder, which may be a link only if it stays inside (or inside a hub cache's own repository)."""
    path = folder / name
    home = folder.parent.parent if folder.parent.name == "snapshots" else folder
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(home):
        raise _outside(f"{name} is a link that leaves the folder")
    return path


def _outside(what: str) -> Problem:
    return Problem(
        "path_outside",
        f"{what}; a model may only consist of files in its own folder.",
        remedy="Copy the files themselves into the folder",
    )


def _refuse_foreign_code(folder: Path) -> None:
    for name in _JSON_FILES:
        path = _file(folder, name)
        key = asks_for_code(read_json(path)) if path.exists() else None
        if key is not None:
            raise Problem(
                "remote_code",
                f"{name} asks for code of its own ({key}). Stratascope never runs code from a model folder.",
                remedy=f"If the library's own classes are meant, delete {key} from {name}; otherwise the model needs "
                "an architecture that the installed library knows",
            )
    if _file(folder, "adapter_config.json").exists():
        raise Problem(
            "unsupported_architecture",
            "The folder holds an adapter, which names a base model to fetch.",
            remedy="Merge the adapter into its base model and save the result",
        )


def _model_type(config: dict[str, Any], folder: Path) -> str:
    model_type = config.get("model_type")
    if not isinstance(model_type, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", model_type):
        raise bad_config(CONFIG, "it names no model_type")
    if config.get("is_encoder_decoder") is True:
        raise Problem(
            "unsupported_architecture",
            f"{folder.name} is an encoder-decoder model ({model_type}); Stratascope reads decoder-only models.",
            remedy="Choose a decoder-only language model",
        )
    return model_type


def _tensors(folder: Path) -> dict[str, TensorFacts]:
    files = _weight_files(folder)
    found: dict[str, TensorFacts] = {}
    for path in files:
        for name, facts in read_header(path).items():
            if name in found:
                raise bad_weights(path, f"{name[:80]} is also in {found[name].file.name}")
            found[name] = facts
    if not found:
        raise bad_weights(files[0], "it holds no tensor")
    return paired(found)


def _weight_files(folder: Path) -> list[Path]:
    if _file(folder, INDEX).exists():
        return [_shard(folder, name) for name in _shard_names(read_json(_file(folder, INDEX), 64 << 20))]
    if _file(folder, SINGLE).is_file():
        return [_file(folder, SINGLE)]
    suffixes = {path.suffix.lower() for path in folder.iterdir()}
    if suffixes & set(_PICKLES):
        raise Problem(
            "pickle_weights",
            f"{folder.name} holds its weights as pickles, which can run code when they are opened.",
            remedy="Save the model as safetensors (save_pretrained does), or download its safetensors files",
        )
    what = "only a GGUF file" if ".gguf" in suffixes else f"no {SINGLE}"
    raise Problem(
        "no_weights", f"{folder.name} holds {what}.", remedy="Add the model's safetensors files to the folder"
    )


def _shard_names(index: dict[str, Any]) -> list[str]:
    names = index.get("weight_map")
    if not isinstance(names, dict) or not names or not all(isinstance(name, str) for name in names.values()):
        raise bad_config(INDEX, "it has no weight_map from tensor to file")
    return sorted(set(names.values()))


def _shard(folder: Path, name: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}\.safetensors", name):
        raise _outside(f"{INDEX} names the file {name[:80]!r}")
    path = _file(folder, name)
    if not path.is_file():
        raise Problem(
            "no_weights",
            f"{INDEX} names {name}, which is not in the folder.",
            remedy="Download the missing file",
        )
    return path


def _refuse_missing_layers(layers: int, tensors: dict[str, TensorFacts]) -> None:
    """A configuration of more layers than the weights number: the library would fill the rest with noise."""
    indices = {int(found[1]) for name in tensors if (found := re.search(r"(?:^|\.)(\d{1,6})\.", name))}
    if layers and len(indices) < layers:
        raise Problem(
            "tensors_missing",
            f"config.json describes {layers} layers; the weights hold {len(indices)}.",
            remedy="Use the config.json that belongs to these weights",
        )


def _tokenizer_files(folder: Path) -> tuple[Path, ...]:
    path = _file(folder, TOKENIZER)
    if not path.is_file():
        slow = next((name for name in _SLOW_TOKENIZERS if (folder / name).exists()), None)
        raise Problem(
            "slow_tokenizer" if slow else "no_tokenizer",
            f"{folder.name} has no tokenizer.json" + (f", only {slow}." if slow else "."),
            remedy="Save the tokenizer in its fast form (AutoTokenizer and save_pretrained write tokenizer.json)",
        )
    limits = {path: _MAX_TOKENIZER_BYTES, _file(folder, CHAT_TEMPLATE): _MAX_TEMPLATE_BYTES}
    for file, limit in limits.items():
        if file.exists() and (not file.is_file() or file.stat().st_size > limit):
            raise bad_config(file.name, f"it is no regular file of at most {limit} bytes")
    others = (_file(folder, name) for name in (TOKENIZER_CONFIG, CHAT_TEMPLATE))
    return (path, *(other for other in others if other.is_file()))

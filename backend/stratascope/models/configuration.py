"""A model folder's config.json: read with suspicion, stripped of everything that could choose code, and its sizes.

The library that builds models lets a configuration name classes, attention kernels and files to fetch. None of those
reach it: keys that could are dropped here, and a configuration that really depends on foreign code is refused.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratascope.problem import Problem

MAX_JSON_BYTES = 4 << 20
MAX_LAYERS, MAX_WIDTH, MAX_VOCABULARY, MAX_CONTEXT = 512, 65_536, 2_000_000, 1 << 24
_DROPPED = frozenset({
    "auto_map", "attn_implementation", "experts_implementation", "quantization_config", "compression_config",
    "fusion_config", "kernel_config", "use_kernels", "distributed_config", "transformers_weights", "gguf_file",
    "dtype", "torch_dtype", "custom_pipelines", "custom_generate", "tp_plan", "device_map",
})  # fmt: skip
_SIZES = {
    "layers": (("num_hidden_layers", "n_layer", "num_layers", "n_layers"), MAX_LAYERS),
    "heads": (("num_attention_heads", "n_head", "n_heads", "num_heads"), 4_096),
    "key_value_heads": (("num_key_value_heads",), 4_096),
    "width": (("hidden_size", "n_embd", "d_model"), MAX_WIDTH),
    "vocabulary": (("vocab_size",), MAX_VOCABULARY),
    "context": (("max_position_embeddings", "n_positions", "n_ctx"), MAX_CONTEXT),
    "inner width": (("intermediate_size", "n_inner", "ffn_dim", "moe_intermediate_size"), 16 * MAX_WIDTH),
    "experts": (("num_experts", "num_local_experts", "n_routed_experts"), 4_096),
}


@dataclass(frozen=True)
class Sizes:
    """What a configuration says about a model's dimensions; 0 where it leaves a number to the architecture's default."""

    layers: int
    heads: int
    key_value_heads: int
    width: int
    vocabulary: int
    context: int


def read_json(path: Path, limit: int = MAX_JSON_BYTES) -> dict[str, Any]:
    """A JSON object from a regular file of at most `limit` bytes. Raises `bad_config`."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("it is not a regular file")
        if facts.st_size > limit:
            raise ValueError(f"it has {facts.st_size} bytes, above the limit of {limit}")
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is not an object")
    except (ValueError, RecursionError, OSError) as error:
        reason = str(error) if type(error) is ValueError else "it is not valid JSON"
        raise bad_config(path.name, reason) from None
    return content


def bad_config(name: str, reason: str) -> Problem:
    """A description of a model that cannot be used."""
    return Problem(
        "bad_config",
        f"{name} cannot be used: {reason}.",
        remedy="Copy or download the folder again, or save the model anew with the library that made it",
    )


def filtered(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration without anything private to a library or able to choose code, at any depth."""
    kept = {key: value for key, value in config.items() if key not in _DROPPED and not key.startswith("_")}
    return {key: filtered(value) if isinstance(value, dict) else value for key, value in kept.items()}


def asks_for_code(content: Any) -> str | None:
    """The key by which a JSON file of the folder asks for code that is not the library's, None where none does."""
    if isinstance(content, list):
        return _first(asks_for_code(part) for part in content)
    if not isinstance(content, dict):
        return None
    asking = (key for key, value in content.items() if _chooses_code(key, value))
    return _first(asking) or _first(asks_for_code(value) for value in content.values())


def _first(found: Iterable[str | None]) -> str | None:
    return next((key for key in found if key is not None), None)


def _chooses_code(key: str, value: Any) -> bool:
    if key.lstrip("_").startswith("attn_implementation"):
        return _foreign(value)
    return key == "auto_map" and bool(value)


def _foreign(value: Any) -> bool:
    """Whether an attention implementation is anything but the plain name of one that comes with the library."""
    if isinstance(value, dict):
        return any(map(_foreign, value.values()))
    return value is not None and not (isinstance(value, str) and re.fullmatch(r"[a-z0-9_]{1,40}", value))


def read_sizes(config: dict[str, Any]) -> Sizes:
    """The dimensions a configuration names. Raises `bad_config` or, above the limits, `config_too_large`."""
    nested = config.get("text_config")
    everything = config | nested if isinstance(nested, dict) else config
    found = {size: _size(everything, size, names, limit) for size, (names, limit) in _SIZES.items()}
    found["key_value_heads"] = found["key_value_heads"] or found["heads"]
    return Sizes(**{size: found[size] for size in Sizes.__dataclass_fields__})


def _size(config: dict[str, Any], size: str, names: tuple[str, ...], limit: int) -> int:
    """The first of these names that is given, all of them checked. Lists give a number per layer: nothing to show."""
    given = {name: config[name] for name in names if config.get(name) is not None}
    for name, value in given.items():
        if not isinstance(value, list):
            _check_size(name, value, size, limit)
    return next((value for value in given.values() if not isinstance(value, list)), 0)


def _check_size(name: str, value: Any, size: str, limit: int) -> None:
    if type(value) is not int or value < 1:
        raise bad_config("config.json", f"{name} must be a whole number above 0")
    if value > limit:
        raise Problem(
            "config_too_large",
            f"config.json describes a model with {value} {size} ({name}); at most {limit} are accepted.",
            remedy="Check config.json: no published model is that large",
        )

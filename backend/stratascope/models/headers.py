"""Safetensors headers: what a weight file holds, read and checked without touching a tensor.

The format is eight bytes of length, a JSON object from tensor name to dtype, shape and byte range, then the data, which
the ranges must tile without gap or overlap. Every deviation is a `bad_weights` problem that names the file.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratascope.problem import Problem

MAX_HEADER_BYTES = 16 << 20
_LENGTH_BYTES = 8
_WIDTHS = {
    "BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
}  # fmt: skip
FLOATS = frozenset({"F16", "BF16", "F32", "F64"})
"""Number formats a weight may have. The others may only appear in tensors that the model does not read as weights."""


@dataclass(frozen=True)
class TensorFacts:
    """One tensor of a weight file; `scale` names the tensor with the scales of its rows, where it has such."""

    shape: tuple[int, ...]
    dtype: str
    file: Path
    scale: str | None = None

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """How many bytes those take in the file."""
        return self.elements * _WIDTHS[self.dtype]


def read_header(path: Path) -> dict[str, TensorFacts]:
    """Every tensor of a safetensors file by name. Raises `bad_weights`."""
    try:
        raw, data_bytes = _raw_header(path)
        entries = json.loads(raw, object_pairs_hook=_without_duplicates)
        if not isinstance(entries, dict):
            raise ValueError("its header is not an object")
        entries.pop("__metadata__", None)
        return _checked(entries, data_bytes, path)
    except (ValueError, RecursionError, OSError) as error:
        reason = str(error) if type(error) is ValueError else "its header is not valid JSON"
        raise bad_weights(path, reason) from None


def bad_weights(path: Path, reason: str) -> Problem:
    """A weight file that cannot be trusted."""
    return Problem(
        "bad_weights",
        f"{path.name} is not a whole safetensors file: {reason}.",
        remedy="Copy or download the file again",
    )


def _raw_header(path: Path) -> tuple[bytes, int]:
    size = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        if size < _LENGTH_BYTES or length > size - _LENGTH_BYTES:
            raise ValueError(f"it has {size} bytes, fewer than its own header asks for")
        if length > MAX_HEADER_BYTES:
            raise ValueError(f"its header has {length} bytes, above the limit of {MAX_HEADER_BYTES}")
        return stream.read(length), size - _LENGTH_BYTES - length


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice in its header")
    return found


def _checked(entries: dict[str, Any], data_bytes: int, path: Path) -> dict[str, TensorFacts]:
    tensors = {name: _tensor(name, entry, path) for name, entry in entries.items()}
    end = 0
    for name in sorted(tensors, key=lambda name: entries[name]["data_offsets"]):
        start, stop = entries[name]["data_offsets"]
        if start != end or stop - start != tensors[name].bytes:
            raise ValueError(f"the bytes of {_short(name)} do not match its shape")
        end = stop
    if end != data_bytes:
        raise ValueError(f"it holds {data_bytes} bytes of tensors where its header describes {end}")
    return tensors


def _tensor(name: str, entry: Any, path: Path) -> TensorFacts:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{_short(name)} is not described by dtype, shape and offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _WIDTHS:
        raise ValueError(f"{_short(name)} has the number format {_short(str(dtype))}, which is not read here")
    if not _whole(shape) or len(shape) > 8:
        raise ValueError(f"{_short(name)} has no usable shape")
    if not _whole(offsets) or len(offsets) != 2:
        raise ValueError(f"{_short(name)} has no usable offsets")
    return TensorFacts(tuple(shape), dtype, path)


def _whole(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 53 for value in values)


def _short(name: str) -> str:
    return name if len(name) <= 80 else name[:77] + "..."

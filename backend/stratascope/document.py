"""The document: one result with everything needed to believe it, in two encodings of the same content.

Tensors encoding: one safetensors file whose tensors are the numeric arrays and whose metadata holds the rest as JSON.
It is what is stored and what `Accept: application/vnd.safetensors` answers. JSON encoding: the same document with the
arrays as nested lists inside `result`. Neither can hold code, and neither needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from stratascope.result import Array, Result

SCHEMA_VERSION = 1
JSON_TYPE = "application/json"
TENSORS_TYPE = "application/vnd.safetensors"
_METADATA_KEY = "stratascope"


@dataclass(frozen=True)
class Document:
    """`head` is the JSON part (no arrays), `arrays` the numeric arrays by name."""

    head: dict[str, Any]
    arrays: dict[str, np.ndarray]

    @classmethod
    def of(cls, result: Result, **head: Any) -> Document:
        """Assemble a document from a result and the fields that identify it (key, method, model, request, provenance)."""
        body = result.describe()
        body["text"] = {name: array.values.tolist() for name, array in result.arrays.items() if array.is_text}
        body["nonfinite"] = {name: n for name, array in result.arrays.items() if (n := array.nonfinite())}
        body["undefined"] = {name: a.undefined for name, a in result.arrays.items() if a.undefined}
        warnings = result.warnings + [_warning(name, n) for name, n in body["nonfinite"].items()]
        checks = [check.describe() for check in result.checks]
        full = {"schema_version": SCHEMA_VERSION, **head, "result": body, "checks": checks, "warnings": warnings}
        numeric = {n: np.ascontiguousarray(a.values) for n, a in result.arrays.items() if not a.is_text}
        return cls(full, numeric)

    def to_tensors(self) -> bytes:
        """The safetensors encoding."""
        return save_tensors(self.arrays, metadata={_METADATA_KEY: orjson.dumps(self.head).decode()})

    @classmethod
    def from_tensors(cls, body: bytes) -> Document:
        """Inverse of `to_tensors`. Raises `ValueError` for bytes that are not a stored document."""
        size = int.from_bytes(body[:8], "little")
        header = orjson.loads(body[8 : 8 + size])
        head = orjson.loads(header.get("__metadata__", {}).get(_METADATA_KEY, "null"))
        if not isinstance(head, dict):
            raise ValueError("not a stratascope document")
        found = load_tensors(body)  # in no particular order: the same document must always read the same
        order = {name: place for place, name in enumerate(head.get("result", {}).get("dims", {}))}
        return cls(head, {name: found[name] for name in sorted(found, key=lambda name: order.get(name, len(order)))})

    def to_json(self) -> bytes:
        """The JSON encoding: strict (no NaN), arrays as nested lists named by what they hold."""
        return orjson.dumps(self.flat(), option=orjson.OPT_SERIALIZE_NUMPY)

    def flat(self) -> dict[str, Any]:
        """The document as it reads in JSON, with numpy arrays in place of nested lists."""
        body = dict(self.head["result"])
        text = body.pop("text", {})
        return {**self.head, "result": body | text | {name: _finite(a) for name, a in self.arrays.items()}}

    def labelled(self) -> dict[str, Array]:
        """Every array of the result, numeric and text, with its dimensions."""
        body: Mapping[str, Any] = self.head["result"]
        text = {name: np.array(values, dtype=object) for name, values in body.get("text", {}).items()}
        dims: Mapping[str, list[str]] = body["dims"]
        return {name: Array(values=values, dims=tuple(dims[name])) for name, values in (self.arrays | text).items()}


def _finite(values: np.ndarray) -> np.ndarray:
    """Infinities as NaN, half precision as single, so that the JSON writer turns every undefined number into null."""
    if values.dtype.kind != "f":
        return values
    single = values.astype(np.float32) if values.dtype == np.float16 else values
    return np.where(np.isinf(single), np.float32("nan"), single) if np.isinf(single).any() else single


def _warning(name: str, count: int) -> str:
    return f"{name}: {count} values are NaN or infinite; try float32."

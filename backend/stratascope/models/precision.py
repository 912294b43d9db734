"""Precision: the number format a model computes in, what its weights take in it, and whose numbers are whose.

A model computes in float32, whatever its files hold, unless it was loaded in another format. The precision is part of
what a model is: the same files in two precisions have two fingerprints, so that no result of one is taken for the other's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Literal, get_args

from stratascope.problem import Problem

Precision = Literal["float32", "bfloat16", "float16"]
"""A number format that weights and activations may be kept in."""

WantedPrecision = Literal["stored"] | Precision
"""A precision as it is asked for; "stored" is that of the files."""

_WIDTHS: Mapping[Precision, int] = {"float32": 4, "bfloat16": 2, "float16": 2}


def chosen(wanted: WantedPrecision, stored: str) -> Precision:
    """The precision that `wanted` means for files that mostly hold `stored` numbers; float32 for any other format."""
    name = stored if wanted == "stored" else wanted
    return next((precision for precision in get_args(Precision) if precision == name), "float32")


def weight_bytes(parameters: int, precision: Precision) -> int:
    """Memory that so many weights take."""
    return parameters * _WIDTHS[precision]


def in_precision(fingerprint: str, precision: Precision) -> str:
    """The fingerprint of a model in a precision: that of its files in float32, one of its own in every other."""
    if precision == "float32":
        return fingerprint
    return hashlib.sha256(f"{fingerprint}\0{precision}".encode()).hexdigest()


def refuse_too_large(parameters: int, precision: Precision) -> None:
    """Raise `model_too_large` if the weights cannot fit into this machine's memory."""
    needed = weight_bytes(parameters, precision)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > memory:
        raise Problem(
            "model_too_large",
            f"The model needs {needed / 2**30:.1f} GiB of memory in {precision}; this machine has "
            f"{memory / 2**30:.1f} GiB.",
            remedy="Choose a smaller model, half precision or a larger machine",
        )

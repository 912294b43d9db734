"""Precision: what is meant, what it takes, and that no two precisions share a fingerprint."""

from __future__ import annotations

from typing import get_args

import pytest

from stratascope.models.precision import Precision, WantedPrecision, chosen, in_precision, weight_bytes


@pytest.mark.parametrize(
    ("wanted", "stored", "meant"),
    [
        ("stored", "float32", "float32"),
        ("stored", "bfloat16", "bfloat16"),
        ("stored", "float16", "float16"),
        ("stored", "float64", "float32"),
        ("stored", "other", "float32"),
        ("stored", "", "float32"),
        ("float32", "bfloat16", "float32"),
        ("bfloat16", "float32", "bfloat16"),
        ("float16", "float16", "float16"),
    ],
)
def test_a_precision_is_chosen(wanted: WantedPrecision, stored: str, meant: Precision) -> None:
    assert chosen(wanted, stored) == meant


def test_half_precision_takes_half_the_memory() -> None:
    assert [weight_bytes(10, precision) for precision in ("float32", "bfloat16", "float16")] == [40, 20, 20]


def test_every_precision_has_a_fingerprint_of_its_own() -> None:
    found = {precision: in_precision("f" * 64, precision) for precision in get_args(Precision)}
    assert len(set(found.values())) == 3
    assert found["float32"] == "f" * 64
    assert {len(fingerprint) for fingerprint in found.values()} == {64}
    assert in_precision("e" * 64, "bfloat16") != found["bfloat16"]

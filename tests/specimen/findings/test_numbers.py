"""The gallery that is bundled says what the bundled models do: numbers, controls and verdicts are measured again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stratascope.specimen import findings
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.manifest import GALLERY
from stratascope.specimen.prompts import bundle_path

TOLERANCE = 0.02


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((bundle_path() / GALLERY / "index.json").read_text(encoding="utf-8"))[
        "findings"
    ]
    return found


@pytest.fixture(scope="module")
def specimens() -> Specimens:
    return Specimens(bundle_path())


@pytest.mark.parametrize("slug", findings.slugs())
def test_numbers_and_verdict_are_those_of_the_index(slug: str, specimens: Specimens) -> None:
    entry = next(entry for entry in entries() if entry["slug"] == slug)
    known = findings.find(slug)
    measured = known.measure(specimens)
    size = max(1.0, abs(measured.value))
    assert measured.value == pytest.approx(entry["number"]["value"], abs=TOLERANCE * size), "make gallery"
    assert measured.control == pytest.approx(entry["control"]["value"], abs=TOLERANCE * size), "make gallery"
    assert (measured.label, measured.control_label) == (entry["number"]["label"], entry["control"]["label"])
    assert findings.verdict(known.finding, measured) == entry["holds"]
    assert measured.count > 0
    assert len({row.label for row in measured.table()}) == len(measured.table()), "no two rows of one name"


def test_what_is_supported_stands_clear_of_its_control() -> None:
    for entry in entries():
        limits = findings.find(entry["slug"]).finding.limits
        value, control = entry["number"]["value"], entry["control"]["value"]
        assert limits.verdict(value, control) == entry["holds"]
        if entry["holds"] == "supported":
            assert abs(value - control) > abs(limits.supported - limits.mixed) / 2
        if entry["holds"] == "mixed":
            assert abs(value - control) > TOLERANCE

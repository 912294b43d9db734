"""What is computed again and comes out the same stays as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from stratascope.document import Document
from stratascope.gallery.build import index_entry, measured_in, notes, same_or_new
from stratascope.result import Array, TokenScores
from stratascope.specimen.evidence.finding import Measured
from stratascope.specimen.findings import find
from tests.methods.call import call, document, specimen


def stored(value: float = 1.0, **provenance: Any) -> bytes:
    result = TokenScores(arrays={"score": Array(values=np.full(4, value, dtype=np.float32), dims=("position",))})
    head = {"created": "2026-01-01", "seconds": 0.1, "torch": "2.0"} | provenance
    return Document.of(result, key="k", method="a/b", request={}, provenance=head).to_tensors()


def test_times_and_last_digits_do_not_count() -> None:
    kept = stored()
    assert same_or_new(kept, stored(created="2027-01-01", seconds=3.0)) == kept
    assert same_or_new(kept, stored(1.00001)) == kept


def test_other_numbers_and_versions_do() -> None:
    kept = stored()
    for other in (stored(1.01), stored(torch="3.0")):
        assert same_or_new(kept, other) == other
    assert same_or_new(None, kept) == kept


def test_numbers_are_read_back_from_the_stored_result() -> None:
    result = document(call("specimen/finding", specimen(), finding="attention-sink"), "specimen/finding")
    measured = measured_in(Document.from_tensors(result.to_tensors()))
    assert measured.label.startswith("attention of head")
    assert measured.control_label == "spread evenly"
    assert 0 < measured.control < 0.25 < measured.value < 1
    assert (measured.count, len(measured.rows), measured.rows[0].control) == (40, 7, None)


def test_the_entry_and_the_notes_say_the_numbers_and_the_verdict() -> None:
    known, measured = find("induction-heads"), Measured("score", 0.912345, "chance", 0.0212, 40)
    entry = index_entry(known, measured, "key")
    assert entry["number"] == {"label": "score", "value": 0.9123, "unit": ""}
    assert entry["control"] == {"label": "chance", "value": 0.0212, "unit": ""}
    assert (entry["holds"], entry["analysis"], entry["thumbnail"]) == ("supported", "gallery-induction-heads", "key")
    text = notes(known.finding, measured)
    assert "**Supported.**\n\n- score: **0.912**\n- control, chance: 0.0212\n- measured on 40 " in text
    assert all(paper.title in text for paper in known.finding.sources)
    weak = notes(known.finding, Measured("score", 0.1, "chance", 0.02, 40))
    assert "**Not supported.**" in weak
    below = index_entry(known, Measured("score", -0.00001, "chance", -0.2, 40), "key")
    assert str(below["number"]["value"]) == "0.0"
    assert "chance: −0.2" in notes(known.finding, Measured("score", 0.1, "chance", -0.2, 40))

"""The method that measures a finding of the gallery live."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from stratascope.problem import Problem
from stratascope.specimen import findings
from tests.families import load_tiny
from tests.methods.call import call, catalogue, check, specimen, values


def test_it_answers_every_row_of_the_measurement() -> None:
    result = call("specimen/finding", specimen(), finding="attention-sink")
    known = findings.find("attention-sink")
    assert result.facts["claim"] == known.finding.claim
    assert result.facts["verdict"] == "supported"
    label = str(values(result, "measure")[0])
    assert label.startswith("attention of head")
    assert values(result, "value")[0] > 0.5 > 0.25 > values(result, "control")[0]
    assert values(result, "count")[0] == 40
    assert np.isnan(values(result, "control")[1]), "the number of heads has no control of its own"
    assert len(result.arrays["value"].values) == 2 + 6


def test_its_check_holds_the_number_against_the_limits_and_the_control() -> None:
    result = call("specimen/finding", specimen(), finding="attention-sink")
    claim, limits = check(result, "claim"), findings.find("attention-sink").finding.limits
    assert (claim.ok, claim.warn, claim.higher_is_better) == (limits.supported, limits.worst, True)
    assert claim.value == pytest.approx(float(values(result, "value")[0]))
    assert claim.control == pytest.approx(float(values(result, "control")[0]))
    assert claim.verdict == "ok"


def test_a_claim_that_does_not_hold_is_no_failure() -> None:
    result = call("specimen/finding", specimen(), finding="massive-activations")
    assert result.facts["verdict"] == "not supported"
    assert check(result, "claim").verdict == "warn"
    assert result.summary.startswith("Not supported: ")


def test_only_known_findings_are_accepted() -> None:
    request = catalogue()["specimen/finding"].request
    for slug in ("", "nothing", "../induction-heads", "induction_heads", "__init__"):
        with pytest.raises(ValidationError):
            request.model_validate({"model": "specimen", "finding": slug})
    assert request.model_json_schema()["properties"]["finding"]["enum"] == list(findings.slugs())


def test_it_is_refused_for_other_models() -> None:
    method = catalogue()["specimen/finding"]
    with pytest.raises(Problem) as problem:
        load_tiny("gpt2").require(method.requires)
    assert problem.value.status == 409
    assert "not one of the bundled models" in problem.value.message


def test_a_bundle_that_lacks_a_model_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from stratascope.specimen.evidence.specimens import Specimens

    monkeypatch.setattr(Specimens, "has", lambda self, path: path != "specimen-tuned")
    with pytest.raises(Problem) as problem:
        call("specimen/finding", specimen(), finding="refusal-added")
    assert problem.value.code == "not_bundled"
    assert "specimen-tuned" in problem.value.message

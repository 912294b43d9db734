"""Every finding is complete, without torch, and its limits can be reached and missed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import stratascope
from stratascope.specimen import findings
from stratascope.specimen.evidence.finding import Finding, Limits
from tests.methods.call import catalogue

SLUGS = findings.slugs()
GROUPS = {"Reading", "Cause", "Features", "Steering", "Differences"}
each_slug = pytest.mark.parametrize("slug", SLUGS)


def about(slug: str) -> Finding:
    return findings.find(slug).finding


def test_the_folder_is_the_registry() -> None:
    files = Path(findings.__file__).parent.glob("*.py")
    assert {path.stem.replace("_", "-") for path in files if path.stem != "__init__"} == set(SLUGS)
    assert len(SLUGS) >= 24
    assert {about(slug).group for slug in SLUGS} == GROUPS


@pytest.mark.parametrize("slug", ["", "nothing", "__init__", "induction_heads", "../finding", "induction-heads "])
def test_any_other_slug_is_unknown(slug: str) -> None:
    with pytest.raises(KeyError):
        findings.find(slug)


@each_slug
def test_its_words_are_complete(slug: str) -> None:
    finding = about(slug)
    for text in (
        finding.sentence,
        finding.literature,
        finding.claim,
        finding.experiment,
        finding.reading,
        finding.beyond,
    ):
        assert re.fullmatch(r"[A-Z“].*[.?]", text, re.DOTALL), text
        assert "  " not in text
        assert '"' not in text
    assert len(finding.title) <= 40
    assert len(finding.sentence) <= 130
    assert "control" in finding.experiment.lower()
    assert finding.sources
    assert all(2010 <= paper.year <= 2030 and len(paper.title) > 10 for paper in finding.sources)


def test_titles_and_sentences_tell_findings_apart() -> None:
    for name in ("title", "sentence", "claim"):
        assert len({getattr(about(slug), name) for slug in SLUGS}) == len(SLUGS)


@each_slug
def test_its_panels_are_methods_of_the_catalogue(slug: str) -> None:
    view = about(slug).view
    assert view.panels
    for panel in view.panels:
        method = catalogue()[panel.method]
        assert panel.params.keys() <= method.params.model_fields.keys()
        if method.id in ("causal/activation-patching", "comparison/run-difference"):
            assert view.second_prompt or view.second_model
    models = {view.model, view.second_model} - {"", "specimen"}
    assert models <= set(about(slug).needs), "what is shown has to be there"


@each_slug
def test_its_limits_can_be_reached_and_missed(slug: str) -> None:
    limits = about(slug).limits
    order = [limits.worst, limits.mixed, limits.supported]
    assert order in (sorted(order), sorted(order, reverse=True))
    assert len(set(order)) == 3
    assert limits.verdict(limits.supported, limits.worst) == "supported"
    assert limits.verdict(limits.mixed, limits.worst) == "mixed"
    assert limits.verdict(limits.worst, limits.worst) == "not supported"


def test_a_control_that_gets_as_far_says_that_the_value_means_nothing() -> None:
    high, low = Limits(supported=0.8, mixed=0.4, worst=0.0), Limits(supported=0.1, mixed=0.5, worst=8.0)
    assert high.verdict(0.9, 0.39) == "supported"
    assert high.verdict(0.9, 0.4) == "not supported"
    assert low.verdict(0.05, 2.0) == "supported"
    assert low.verdict(0.3, 2.0) == "mixed"
    assert low.verdict(0.6, 2.0) == low.verdict(0.05, 0.5) == "not supported"


def test_findings_are_listed_and_described_without_torch() -> None:
    program = (
        "import sys\n"
        "from stratascope.specimen import findings\n"
        "[findings.find(slug).finding.title for slug in findings.slugs()]\n"
        "heavy = {'torch', 'transformers', 'tokenizers', 'safetensors'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    backend = str(Path(stratascope.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": backend})
    assert done.returncode == 0, done.stderr

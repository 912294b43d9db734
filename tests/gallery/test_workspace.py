"""A finding as the page would save it: requests, fields, address and claim in the page's own spelling."""

from __future__ import annotations

from typing import Any

import pytest

from stratascope.gallery.workspace import Shown, address_of, request_of, sides_of, workspace_of
from stratascope.specimen.evidence.finding import Measured, Panel, View
from stratascope.specimen.findings import find
from tests.methods.call import catalogue

VIEW = View(prompt="a b", target=" x", distractor=" y", panels=(), second_prompt="a c")


def entry(method: str) -> dict[str, Any]:
    return catalogue()[method].describe()


def test_a_method_of_one_prompt_is_asked_for_both_sides_where_something_is_compared() -> None:
    assert sides_of(entry("lens/logit-lens"), VIEW) == ["a", "b"]
    assert sides_of(entry("causal/activation-patching"), VIEW) == ["a"]
    assert sides_of(entry("lens/logit-lens"), View(prompt="a b", panels=())) == ["a"]


def test_requests_carry_prompts_question_and_parameters() -> None:
    panel = Panel("lens/logit-lens", {"top_k": 3})
    asked = {"model": "specimen", "prompt": "a b", "targets": [" x", " y"], "top_k": 3}
    assert request_of(entry("lens/logit-lens"), VIEW, panel) == asked
    assert request_of(entry("lens/logit-lens"), VIEW, panel, "b") == asked | {"prompt": "a c"}
    assert request_of(entry("lens/direct-logit-attribution"), VIEW, Panel("")) == {
        "model": "specimen", "prompt": "a b", "target": " x", "distractor": " y",
    }  # fmt: skip
    both = request_of(entry("causal/activation-patching"), VIEW, Panel(""))
    assert both == {"model": "specimen", "clean": "a b", "corrupt": "a c", "answer": " x", "foil": " y"}


def test_a_second_model_takes_the_place_of_the_first_on_its_side() -> None:
    view = View(prompt="a b", panels=(), second_model="specimen-tuned")
    assert request_of(entry("lens/logit-lens"), view, Panel(""), "b") == {"model": "specimen-tuned", "prompt": "a b"}
    between = request_of(entry("comparison/run-difference"), view, Panel(""))
    assert between["other"] == "specimen-tuned"
    assert between["prompt_b"] == "a b"


@pytest.mark.parametrize("method", sorted(catalogue()))
def test_every_request_is_one_that_the_method_accepts(method: str) -> None:
    request = request_of(entry(method), VIEW, Panel(method))
    assert catalogue()[method].request.model_validate(request)


def test_the_address_is_what_the_page_would_write() -> None:
    view = View(prompt="What? 50 % of a+b & c", target=" Mary", distractor=" John", second_prompt="q", panels=())
    panels = [
        Panel("lens/logit-lens", {"top_k": 3}),
        Panel("attention/attention-pattern", {"layers": [5]}, quantity="weight"),
    ]
    assert address_of(view, panels) == (
        "m=specimen&p=What?+50+%25+of+a%2Bb+%26+c&q=q&t=+Mary&d=+John"
        "&v=lens/logit-lens~top_k:3;attention/attention-pattern~layers:[5]~.colour:weight"
    ).replace("[5]", "%5B5%5D").replace("~", "~")


def test_values_that_would_read_as_something_else_are_quoted() -> None:
    address = address_of(View(prompt="p", panels=()), [Panel("a/b", {"x": "12", "y": "a:b;c~d%", "z": True})])
    assert address == "m=specimen&p=p&v=a/b~x:%2212%22~y:a%253Ab%253Bc%257Ed%2525~z:true"


def test_the_workspace_holds_panels_claim_and_fidelity() -> None:
    known = find("induction-heads")
    measured = Measured("score", 0.91, "chance", 0.02, 40)
    shown = Shown(Panel("lens/logit-lens", before="Look."), entry("lens/logit-lens"), ["k1", "k2"], evidence=True)
    workspace = workspace_of(known.finding, measured, "not supported", [shown], {"specimen": 1e-6})
    (panel,) = workspace["panels"]
    assert (panel["key"], panel["other"], panel["before"], panel["evidence"]) == ("k1", "k2", "Look.", True)
    assert {"top_k", "site"} <= {field["name"] for field in panel["fields"]}
    assert not {"prompt", "messages"} & {field["name"] for field in panel["fields"]}
    assert workspace["claim"] == {
        "sentence": known.finding.claim,
        "verdict": "not_supported",
        "prompts": 40,
        "effect": {"label": "score", "value": 0.91, "low": None, "high": None},
        "control": {"label": "chance", "value": 0.02, "low": None, "high": None},
    }
    assert (workspace["version"], workspace["fidelity"]) == (2, {"specimen": 1e-6})


def test_fields_of_the_question_are_not_those_of_the_form() -> None:
    shown = Shown(Panel("lens/direct-logit-attribution"), entry("lens/direct-logit-attribution"), ["k"], evidence=False)
    measured = Measured("score", 0.91, "chance", 0.02, 40)
    fields = workspace_of(find("induction-heads").finding, measured, "mixed", [shown], {})["panels"][0]["fields"]
    assert not {"target", "distractor", "target_id", "distractor_id", "position"} & {field["name"] for field in fields}

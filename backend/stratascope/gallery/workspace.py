"""A finding as the page saves an analysis: requests, panels, a claim, and the state that the workbench opens with.

The spellings are those of the page (`state/request.ts`, `state/saved.ts`, `state/address.ts`), so that an analysis of the
gallery is read, edited in the workbench and re-run like any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from stratascope.specimen.evidence.finding import Finding, Measured, Panel, Verdict, View

VERSION = 2
DIGITS = 6
_QUESTIONS = (("target", "distractor"), ("answer", "foil"))
_LEFT_READABLE = "-_.!~*'()/:;,@$?"
"""What `encodeURIComponent` leaves alone, and what a fragment may hold besides."""


@dataclass(frozen=True)
class Shown:
    """A panel with its method's entry of the catalogue and the keys of its results, of one side or of both."""

    panel: Panel
    entry: Mapping[str, Any]
    keys: Sequence[str]
    evidence: bool


def sides_of(entry: Mapping[str, Any], view: View) -> list[str]:
    """The sides that a panel is run for: both where something is compared and the method reads one prompt."""
    compared = bool(view.second_prompt or view.second_model)
    return ["a", "b"] if compared and "b" not in _prompts(entry) else ["a"]


def request_of(entry: Mapping[str, Any], view: View, panel: Panel, side: str = "a") -> dict[str, Any]:
    """What the page sends for a panel, about one side."""
    other = {"model": view.second_model or view.model, "prompt": view.second_prompt or view.prompt}
    own = other if side == "b" else {"model": view.model, "prompt": view.prompt}
    names = _prompts(entry)
    request: dict[str, Any] = {"model": own["model"]}
    further = view.model if side == "b" else other["model"]
    if entry["resources"].get("other") == "Model" and further != own["model"]:
        request["other"] = further
    if entry["resources"].get("others") == "Tokenizers" and further != own["model"]:
        request["others"] = [further]
    if "a" in names:
        request[names["a"]] = own["prompt"]
    if "b" in names:
        request[names["b"]] = other["prompt"]
    return request | _question(entry, view) | panel.params


def _prompts(entry: Mapping[str, Any]) -> dict[str, str]:
    """The text field of each side that a method reads."""
    fields: dict[str, dict[str, Any]] = entry["params"]["properties"]
    texts = {
        name: field
        for name, field in fields.items()
        if field.get("widget") == "prompt" and field.get("type") == "string"
    }
    return {str(field.get("side", "a")): name for name, field in texts.items()}


def _question(entry: Mapping[str, Any], view: View) -> dict[str, Any]:
    """The answers asked about, where a method asks about any."""
    fields = entry["params"]["properties"]
    asked: dict[str, Any] = {}
    named = [text for text in (view.target, view.distractor) if text]
    if named and "targets" in fields:
        asked["targets"] = named
    for pair in _QUESTIONS:
        if fields.keys() >= set(pair):
            asked |= {name: text for name, text in zip(pair, (view.target, view.distractor), strict=True) if text}
    return asked


def workspace_of(
    finding: Finding, measured: Measured, verdict: Verdict, panels: Sequence[Shown], fidelity: Mapping[str, float]
) -> dict[str, Any]:
    """The workspace of the saved analysis."""
    return {
        "version": VERSION,
        "address": address_of(finding.view, [shown.panel for shown in panels]),
        "panels": [_panel(shown) for shown in panels],
        "after": "",
        "claim": _claim(finding, measured, verdict),
        "fidelity": dict(fidelity),
    }


def _panel(shown: Shown) -> dict[str, Any]:
    panel, entry = shown.panel, shown.entry
    first, *second = shown.keys
    optional = {
        "other": next(iter(second), ""),
        "quantity": panel.quantity,
        "before": panel.before,
        "evidence": shown.evidence,
    }
    return {
        "key": first,
        "method": panel.method,
        "title": panel.title or entry["title"],
        "purpose": entry["purpose"],
        "reading": entry["reading"],
        "papers": entry["papers"],
        "fields": _fields(entry),
        **{name: value for name, value in optional.items() if value},
    }


def _fields(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters that a panel's own form shows."""
    fields = entry["params"]["properties"]
    taken = next((set(pair) for pair in _QUESTIONS if fields.keys() >= set(pair)), set())
    taken |= {f"{name}_id" for name in taken} | ({"position"} if taken else set())
    return [
        {"name": name, "label": _label(name, field.get("title")), "initial": field.get("default")}
        for name, field in fields.items()
        if name not in taken and field.get("widget") not in ("prompt", "resource")
    ]


def _label(name: str, title: str | None) -> str:
    words = name.replace("_", " ")
    if not title or title.lower() == words:
        return words
    return title[0].lower() + title[1:] if re.match(r"[A-Z][a-z\s]", title) else title


def _claim(finding: Finding, measured: Measured, verdict: Verdict) -> dict[str, Any]:
    def number(label: str, value: float) -> dict[str, Any]:
        return {"label": label, "value": round(value, DIGITS), "low": None, "high": None}

    return {
        "sentence": finding.claim,
        "verdict": verdict.replace(" ", "_"),
        "prompts": measured.count,
        "effect": number(measured.label, measured.value),
        "control": number(measured.control_label, measured.control),
    }


def address_of(view: View, panels: Sequence[Panel]) -> str:
    """The state of the workbench, as the page writes it after `#`."""
    pairs = [("m", view.model), ("p", view.prompt)]
    if view.second_prompt or view.second_model:
        pairs.append(("q", view.second_prompt if view.second_prompt != view.prompt else ""))
        pairs += [("n", view.second_model)] if view.second_model else []
    pairs += [("t", view.target)] if view.target else []
    pairs += [("d", view.distractor)] if view.distractor else []
    pairs.append(("v", ";".join(map(_panel_text, panels))))
    return "&".join(f"{name}={_escaped(value)}" for name, value in pairs)


def _escaped(text: str) -> str:
    return quote(text, safe=_LEFT_READABLE).replace("%20", "+")


def _panel_text(panel: Panel) -> str:
    said = [*sorted(panel.params.items()), *([(".colour", panel.quantity)] if panel.quantity else [])]
    said += [(".title", panel.title)] if panel.title else []
    return "~".join([_inner(panel.method), *(f"{_inner(name)}:{_inner(_value(value))}" for name, value in said)])


def _inner(text: str) -> str:
    return re.sub("[%;~:]", lambda mark: f"%{ord(mark[0]):X}", text)


def _value(value: Any) -> str:
    """A value as the page writes it: text bare, unless it would read as something else."""
    if not isinstance(value, str):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        json.loads(value)
    except ValueError:
        return json.dumps(value, ensure_ascii=False) if value.startswith('"') else value
    return json.dumps(value, ensure_ascii=False)

"""The gallery, computed: every finding measured, its panels run over REST, and all of it written into the bundle.

`make gallery` writes `gallery/index.json`, which the page lists, and one analysis per finding, which opens like any other
saved one. To be run again whenever a finding, a bundled model or a method that it shows changes; a test says when. What
comes out the same as what is there stays as it is, byte by byte.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from starlette.testclient import TestClient

from stratascope.document import TENSORS_TYPE, Document
from stratascope.gallery.workspace import Shown, request_of, sides_of, workspace_of
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.specimen import findings
from stratascope.specimen.evidence.finding import Finding, Measured, Panel, Row
from stratascope.specimen.manifest import GALLERY
from stratascope.store.bundled import INDEX, PREFIX, Bundled, write
from stratascope.web.app import create_app

METHOD = "specimen/finding"
TOLERANCE = 1e-4
DIGITS = 4
_TIMES = ("created", "seconds", "forwards")


@dataclass(frozen=True)
class Answer:
    """What the service said of one panel: the key of a result and the result itself."""

    key: str
    body: bytes

    @property
    def document(self) -> Document:
        """The result, read."""
        return Document.from_tensors(self.body)


class Asking:
    """A server of its own, asked over REST version 1; every refusal is raised."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self.entries: dict[str, Any] = {entry["id"]: entry for entry in self._json("GET", "methods")["methods"]}

    def answer(self, method: str, request: Mapping[str, Any]) -> Answer:
        """The result of a method."""
        path = f"/api/v1/methods/{method}"
        reply = self._client.post(path, json=dict(request), headers={"accept": TENSORS_TYPE})
        if reply.status_code != 200:
            raise RuntimeError(f"{method} {dict(request)}: {reply.text}")
        return Answer(Document.from_tensors(reply.content).head["key"], reply.content)

    def fidelity(self, model: str) -> float:
        """The largest difference between hooked and plain logits of a model that has been used."""
        return float(self._json("GET", f"models/{model}")["fidelity"]["max_logit_difference"])

    def _json(self, verb: str, path: str) -> Any:
        reply = self._client.request(verb, f"/api/v1/{path}")
        reply.raise_for_status()
        return orjson.loads(reply.content)


@contextmanager
def asking() -> Iterator[Asking]:
    """A server that lives as long as the block."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), models=(), methods=(), device="cpu", threads=1, hub=False, deadline=600)
        with TestClient(create_app(settings), base_url="http://localhost") as client:
            yield Asking(client)


def write_gallery(bundle: Path, server: Asking) -> list[str]:
    """Write everything that can be measured with this bundle; the slugs of what cannot are returned."""
    folder, entries, left_out = bundle / GALLERY, [], []
    for slug in findings.slugs():
        known = findings.find(slug)
        try:
            entries.append(_write_finding(folder, known, server))
        except Incomplete:
            left_out.append(slug)
    _forget(folder, {entry["slug"] for entry in entries})
    text = json.dumps({"findings": sorted(entries, key=_place)}, indent=1, ensure_ascii=False)
    (folder / INDEX).write_text(text + "\n", encoding="utf-8")
    return left_out


class Incomplete(Exception):
    """A finding whose models or dictionaries are not in the bundle."""


def _write_finding(folder: Path, known: findings.Known, server: Asking) -> dict[str, Any]:
    """Write one analysis; its entry of the index is returned."""
    finding, view = known.finding, known.finding.view
    own = Panel(
        METHOD,
        {"finding": known.slug},
        before="What decides: the measurement itself, computed anew whenever it is run.",
    )
    kept = dict(_stored(folder, known.slug))
    if not _is_complete(known, server):
        raise Incomplete(known.slug)
    panels: list[Shown] = []
    bodies: dict[str, bytes] = {}
    for panel in (*view.panels, own):
        entry = server.entries[panel.method]
        sides = ["a"] if panel is own else sides_of(entry, view)
        answers = [server.answer(panel.method, request_of(entry, view, panel, side)) for side in sides]
        bodies |= {answer.key: same_or_new(kept.get(answer.key), answer.body) for answer in answers}
        panels.append(Shown(panel, entry, [answer.key for answer in answers], evidence=panel is own))
    measured = measured_in(Document.from_tensors(bodies[panels[-1].keys[0]]))
    models = sorted({view.model, view.second_model or view.model})
    fidelity = {model: server.fidelity(model) for model in models}
    about = {
        "title": finding.title,
        "notes": notes(finding, measured),
        "workspace": workspace_of(finding, measured, findings.verdict(finding, measured), panels, fidelity),
    }
    created = _created(folder, known.slug, about, bodies, kept)
    write(folder, known.slug, about | {"created": created}, list(bodies.items()))
    return index_entry(known, measured, panels[0].keys[0])


def _is_complete(known: findings.Known, server: Asking) -> bool:
    """Whether the models that a finding shows and needs are there."""
    try:
        request = {"model": known.finding.view.model, "finding": known.slug}
        server.answer(METHOD, request)
    except RuntimeError as error:
        if '"not_bundled"' in str(error) or '"unknown_model"' in str(error):
            return False
        raise
    return True


def measured_in(document: Document) -> Measured:
    """The numbers of a finding as its stored result has them."""
    arrays, facts, check = document.labelled(), document.head["result"]["facts"], document.head["checks"][0]
    label, *_ = arrays["measure"].values.tolist()
    value, control, count = (arrays[name].values.tolist() for name in ("value", "control", "count"))
    rows = tuple(
        Row(str(name), v, None if np.isnan(c) else c, n or None)
        for name, v, c, n in zip(arrays["measure"].values[1:].tolist(), value[1:], control[1:], count[1:], strict=True)
    )
    unit = document.head["result"]["quantities"][0]["unit"]
    return Measured(label, check["value"], facts["control_label"], check["control"], count[0], unit, rows)


def index_entry(known: findings.Known, measured: Measured, thumbnail: str) -> dict[str, Any]:
    """What the gallery says of a finding."""
    finding = known.finding

    def number(label: str, value: float) -> dict[str, Any]:
        return {"label": label, "value": round(value, DIGITS) + 0.0, "unit": measured.unit}

    return {
        "slug": known.slug,
        "title": finding.title,
        "sentence": finding.sentence,
        "source": asdict(finding.sources[0]),
        "group": finding.group,
        "holds": findings.verdict(finding, measured),
        "number": number(measured.label, measured.value),
        "control": number(measured.control_label, measured.control),
        "model": finding.view.model,
        "analysis": f"{PREFIX}{known.slug}",
        "thumbnail": thumbnail,
    }


def notes(finding: Finding, measured: Measured) -> str:
    """The text at the head of the analysis, in Markdown."""
    verdict = findings.verdict(finding, measured)
    unit = f" {measured.unit}" if measured.unit else ""
    numbers = [
        f"- {measured.label}: **{measured.value:.3g}{unit}**",
        f"- control, {measured.control_label}: {measured.control:.3g}{unit}",
        f"- measured on {measured.count:,} prompts, tokens or pairs",
    ]
    outcome = f"**{verdict.capitalize()}.**\n\n" + "\n".join(numbers).replace(" -", " −").replace("*-", "*−")
    sources = "\n".join(f"- *{paper.title}*, {paper.year}" for paper in finding.sources)
    parts = [
        f"{finding.sentence}",
        f"## What the literature says\n\n{finding.literature}\n\n{sources}",
        f"## What is measured here\n\n{finding.experiment}\n\n{outcome}",
        f"## How to read it\n\n{finding.reading}",
        f"## What to try next\n\n{finding.beyond}",
    ]
    return "\n\n".join(parts)


def same_or_new(kept: bytes | None, computed: bytes) -> bytes:
    """What is kept, if it says the same as what was computed but for when and in what time; else the latter."""
    if kept is None:
        return computed
    old, new = Document.from_tensors(kept), Document.from_tensors(computed)
    same = _timeless(old) == _timeless(new) and old.arrays.keys() == new.arrays.keys()
    return kept if same and all(_close(old.arrays[name], new.arrays[name]) for name in old.arrays) else computed


def _timeless(document: Document) -> Any:
    """The head without times, and without the last digits of its numbers."""
    provenance = {name: value for name, value in document.head["provenance"].items() if name not in _TIMES}
    return _rounded({**document.head, "provenance": provenance})


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.3g}") if isinstance(value, float) else value


def _close(old: np.ndarray, new: np.ndarray) -> bool:
    if old.shape != new.shape or old.dtype != new.dtype:
        return False
    return bool(np.allclose(old, new, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))


def _stored(folder: Path, slug: str) -> Iterable[tuple[str, bytes]]:
    """The results that the analysis has now, by key."""
    try:
        bodies = Bundled(folder).get(f"{PREFIX}{slug}").documents
    except Problem:
        return []
    return [(Document.from_tensors(body).head["key"], body) for body in bodies]


def _created(
    folder: Path, slug: str, about: Mapping[str, Any], bodies: Mapping[str, bytes], kept: Mapping[str, bytes]
) -> str:
    """When the analysis became what it is: what it says now if nothing changed."""
    if bodies == kept:
        before = Bundled(folder).get(f"{PREFIX}{slug}")
        if (before.title, before.notes, before.workspace) == (about["title"], about["notes"], about["workspace"]):
            return before.created
    return datetime.now(UTC).isoformat(timespec="seconds")


def _forget(folder: Path, slugs: set[str]) -> None:
    """Delete the analyses of findings that there are no more."""
    for path in folder.iterdir():
        if path.is_dir() and path.name not in slugs:
            shutil.rmtree(path)


_GROUPS = ("Reading", "Cause", "Features", "Steering", "Differences")


def _place(entry: Mapping[str, Any]) -> tuple[int, str]:
    return _GROUPS.index(entry["group"]), entry["slug"]

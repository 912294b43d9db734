"""The card of a bundled model: how it was made, what it was measured to do, and what does not hold on it.

Reads the manifest and the gallery's index alone; nothing here imports torch.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stratascope.specimen.manifest import GALLERY, Acceptance, BundledModel, read_acceptance, read_manifest, read_models

_MADE = (
    "size",
    "steps",
    "tokens",
    "device",
    "seeds",
    "versions",
    "corpus_documents",
    "corpus_sha256",
    "tokenizer_sha256",
)


def read_card(bundle: Path, model_id: str) -> dict[str, Any] | None:
    """The card of a model of the bundle, or None for a model that is not of it. Raises `BundleError`.

    `training` tells how the model was made, with the history of its loss where it was trained by itself; `numbers` are
    its part of the scorecard, `findings_against` what the literature reports and this bundle does not show.
    """
    model = next((model for model in read_models(bundle) if model.id == model_id), None)
    if model is None:
        return None
    numbers = [number for number in read_acceptance(bundle) if number.model == model_id]
    return {
        "id": model.id,
        "title": model.title,
        "description": model.description,
        "training": _training(read_manifest(bundle), model),
        "numbers": [_line(number) for number in numbers],
        "findings_against": _against(bundle, model_id),
    }


def _training(manifest: dict[str, Any], model: BundledModel) -> dict[str, Any]:
    """How the model was made; of a checkpoint, its part of the training it was taken from."""
    history = manifest["training"].get(model.checkpoint_of or model.id, [])
    made = {name: manifest[name] for name in _MADE}
    if model.step is not None:
        history = [entry for entry in history if entry["step"] <= model.step]
        made |= {"steps": model.step, "tokens": model.step * manifest["tokens"] // manifest["steps"]}
    elif history:
        made |= {name: history[-1][name] for name in ("tokens", "seconds", "loss")} | {"steps": history[-1]["step"]}
    return made | {"history": history}


def _line(number: Acceptance) -> dict[str, Any]:
    bounded = number.floor is not None or number.ceiling is not None
    told = asdict(number) | {"holds": number.holds if bounded else None}
    return told | {"note": told.pop("missed")}


def _against(bundle: Path, model_id: str) -> list[dict[str, Any]]:
    """Findings of the gallery that this model does not show."""
    index = bundle / GALLERY / "index.json"
    if not index.is_file():
        return []
    findings = json.loads(index.read_text(encoding="utf-8"))["findings"]
    return [
        {
            "title": it["title"],
            "note": f"{it['sentence']} Measured: {it['number']['label']}; the control is {it['control']['label']}.",
            "value": it["number"]["value"],
            "control": it["control"]["value"],
            "analysis": it["analysis"],
        }
        for it in findings
        if it["model"] == model_id and it["holds"] == "not supported"
    ]

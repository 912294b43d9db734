"""Measuring the sets on the bundled model: whether the answers that are said to be known are what it does."""

import json
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import torch

from stratascope.specimen.prompt_sets.catalogue import SETS
from stratascope.specimen.prompt_sets.controls import Items, labelled, layer_zero_accuracy
from stratascope.specimen.prompt_sets.item import PromptSet
from stratascope.specimen.prompt_sets.reading import FOLDER, INDEX_NAME, read_set
from stratascope.specimen.prompt_sets.writing import write_index
from stratascope.specimen.subject import Subject

_DIGITS = 4


def _first_tokens(subject: Subject, texts: Sequence[str]) -> torch.Tensor:
    return torch.tensor([subject.pieces(text)[0] for text in texts])


def _parts(items: Items, fields: tuple[str, ...]) -> dict[str, list[int]]:
    """Indices of all items, of those with each value of the fields in `meta`, and with each combination of values."""
    parts = {"": list(range(len(items)))}
    for index, item in enumerate(items):
        values = [str(item["meta"][field]) for field in fields]
        for name in dict.fromkeys([*values, " ".join(values)] if values else ()):
            parts.setdefault(f":{name}", []).append(index)
    return parts


def _shares(values: torch.Tensor, name: str, parts: dict[str, list[int]]) -> dict[str, float]:
    return {f"{name}{part}": float(values[indices].mean()) for part, indices in parts.items()}


def _right(subject: Subject, items: Items, logits: torch.Tensor) -> torch.Tensor:
    """Whether the likeliest token begins the answer, or another right one."""
    best = logits.argmax(-1).tolist()
    right = [
        token in {subject.pieces(text)[0] for text in (item["answer"], *item["meta"].get("also", ()))}
        for token, item in zip(best, items, strict=True)
    ]
    return torch.tensor(right).float()


def _right_among(subject: Subject, items: Items, logits: torch.Tensor) -> torch.Tensor:
    """Whether the answer is the likeliest of all answers of the set."""
    options = torch.tensor(sorted(set(_first_tokens(subject, [item["answer"] for item in items]).tolist())))
    answers = _first_tokens(subject, [item["answer"] for item in items])
    return (options[logits[:, options].argmax(-1)] == answers).float()


def _differences(subject: Subject, items: Items, logits: torch.Tensor) -> torch.Tensor:
    """Logit of the answer minus that of the distractor."""
    rows = torch.arange(len(items))
    answers, distractors = (_first_tokens(subject, [item[name] for item in items]) for name in ("answer", "distractor"))
    return logits[rows, answers] - logits[rows, distractors]


def measure_answers(
    subject: Subject, items: Items, measure: str = "top_1", fields: tuple[str, ...] = ()
) -> dict[str, float]:
    """How often the answer comes first, and by how much it comes before the distractor.

    First of all tokens is `top_1`, of all answers of the set `among`, of answer and distractor `preferred`; the one named
    `measure` is split by `fields`.
    """
    logits = subject.last_logits([item["prompt"] for item in items])
    found = {"top_1": _right(subject, items, logits)}
    if measure == "among":
        found["among"] = _right_among(subject, items, logits)
    if all(item["distractor"] is not None for item in items):
        found["logit_difference"] = _differences(subject, items, logits)
        found["preferred"] = (found["logit_difference"] > 0).float()
    parts, whole = _parts(items, fields), _parts(items, ())
    numbers: dict[str, float] = {}
    for name, values in found.items():
        numbers |= _shares(values, name, parts if name == measure else whole)
    return numbers


def measure_others(subject: Subject, items: Items) -> dict[str, float]:
    """The mean logit difference with the corrupt prompts, and with those in `meta.control`, where there are such."""
    prompts = {
        "corrupt_logit_difference": [item["corrupt"] for item in items],
        "control_logit_difference": [item["meta"].get("control") for item in items],
    }
    numbers = {}
    for name, others in prompts.items():
        chosen = [(item, prompt) for item, prompt in zip(items, others, strict=True) if item["distractor"] and prompt]
        if chosen:
            logits = subject.last_logits([prompt for _, prompt in chosen])
            numbers[name] = float(_differences(subject, [item for item, _ in chosen], logits).mean())
    return numbers


def measure_probe(subject: Subject, items: Items) -> dict[str, float]:
    """The accuracy of a probe for the label: from the embeddings, at best, and by chance."""
    probe = layer_zero_accuracy(subject, items)
    return {
        "probe_chance": probe.chance,
        "probe_row_0": probe.row_0,
        "probe_best": probe.best,
        "probe_best_row": float(probe.best_row),
    }


def measure_set(subject: Subject, declared: PromptSet, items: Items) -> dict[str, float]:
    """Every number of one set by its name; numbers of a part have its name behind a colon."""
    numbers: dict[str, float] = {}
    if asked := [item for item in items if item["answer"] is not None]:
        numbers |= measure_answers(subject, asked, declared.measure.partition(":")[0], declared.parts)
        numbers |= measure_others(subject, asked)
    if labelled(items):
        numbers |= measure_probe(subject, items)
    return {name: round(value, _DIGITS) for name, value in numbers.items()}


def measure_prompt_sets(subject: Subject, bundle: Path, only: Container[str] | None = None) -> None:
    """Measure every set of a bundle, or those with the ids in `only`, and note the numbers in its index."""
    folder = bundle / FOLDER
    entries: list[dict[str, Any]] = json.loads((folder / INDEX_NAME).read_text(encoding="utf-8"))["sets"]
    declared = {one.id: one for one in SETS}
    for entry in entries:
        if only is not None and entry["id"] not in only:
            continue
        entry["measured"] = measure_set(subject, declared[entry["id"]], read_set(bundle, entry["id"]))
    write_index(folder, entries)

"""The parts of a head's profile as labelled arrays."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from stratascope.models.head_effects import Ablated, Direct, Head, Question, ablated, asked, direct_effects
from stratascope.models.pattern_reading import rows_sum_to_one
from stratascope.models.question import refuse_shared
from stratascope.problem import Problem
from stratascope.result import Array, Check
from stratascope.specimen.prompt_sets.reading import read_set
from stratascope.specimen.prompts import bundle_path

if TYPE_CHECKING:
    from stratascope.models.head_probe import Probe
    from stratascope.models.head_readings import Copying, HeadReadings, TopTokens
    from stratascope.models.model import Model
    from stratascope.models.run import Run

ROLES = (
    "induction", "previous token", "duplicate token", "first-token sink", "copying (weights)", "copying (tokens)", "entropy",
)  # fmt: skip
ROLE_THRESHOLD, SINK_THRESHOLD = 0.4, 0.3
COPIED, COPIED_SHARE = 5, 0.5
NO_LIMIT = "no threshold is held against this number, or the head writes nothing"
NO_RANDOM = "the model has no other head"
BINS = (1, 5, 10, 20, 50, 100, 200, 500, 1000)
BIN_NAMES = ("1", *(f"≤ {edge}" for edge in BINS[1:]), "more")
RANDOM_HEADS, MOST_ABLATED, PAIRS = 8, 16, 20


def role_arrays(probe: Probe, copied: Copying, vocabulary: int) -> dict[str, Array]:
    """Scores, thresholds and chance over [role], in the order of ROLES, and the mean pattern of the probe."""
    tokens = float((copied.ranks <= COPIED).float().mean())
    rows = [
        (probe.scores[role], ROLE_THRESHOLD, probe.chance[role])
        for role in ("induction", "previous_token", "duplicate_token")
    ]
    rows += [
        (probe.sink, SINK_THRESHOLD, probe.even_sink),
        (copied.score, copied.control, 0.0),
        (tokens, COPIED_SHARE, COPIED / vocabulary),
        (probe.entropy, float("nan"), 1.0),
    ]
    score, threshold, chance = (np.array(column, dtype=np.float32) for column in zip(*rows, strict=True))
    return {
        "role_score": Array(values=score, dims=("role",), undefined=NO_LIMIT),
        "role_threshold": Array(values=threshold, dims=("role",), undefined=NO_LIMIT),
        "role_chance": Array(values=chance, dims=("role",)),
        "probe_pattern": Array(values=probe.pattern.cpu().numpy(), dims=("query", "key")),
    }


def circuit_arrays(
    model: Model, readings: HeadReadings, read: Sequence[int], copied: Copying, top: int
) -> dict[str, Array]:
    """What the head raises, lowers and looks for when it reads these tokens, and its strongest pairs among sampled ones."""
    raised, lowered, own = readings.raised(read, min(top, model.vocabulary))
    sought = readings.sought(read, top)
    writes, looks = readings.strongest_writes(PAIRS), readings.strongest_looks(PAIRS)

    def texts(ids: Tensor) -> np.ndarray:
        flat = np.array([model.token(int(token)).text for token in ids.flatten()], dtype=object)
        return flat.reshape(tuple(ids.shape))

    def listed(name: str, found: TopTokens, rank: str) -> dict[str, Array]:
        dims = ("read", rank)
        return {
            f"{name}_text": Array(values=texts(found.ids), dims=dims),
            name: Array(values=found.values.float().cpu().numpy(), dims=dims),
        }

    def numbers(values: Tensor, *dims: str) -> Array:
        return Array(values=values.cpu().numpy(), dims=dims)

    counts = np.histogram(copied.ranks.cpu().numpy(), bins=[0.5, *(edge + 0.5 for edge in BINS), np.inf])[0]
    ids = torch.tensor(list(read))
    return {
        "read_id": numbers(ids, "read"),
        "read_text": Array(values=texts(ids), dims=("read",)),
        **listed("raised", raised, "rank"),
        **listed("lowered", lowered, "rank"),
        "own_rank": numbers(own, "read"),
        **listed("sought", sought, "place"),
        "pair_read": Array(values=texts(writes.first), dims=("pair",)),
        "pair_written": Array(values=texts(writes.second), dims=("pair",)),
        "pair_value": numbers(writes.values.float(), "pair"),
        "pair_query": Array(values=texts(looks.first), dims=("look",)),
        "pair_key": Array(values=texts(looks.second), dims=("look",)),
        "pair_score": numbers(looks.values.float(), "look"),
        "copy_count": Array(values=counts.astype(np.int32), dims=("bin",)),
    }


@dataclass(frozen=True)
class Effects:
    """What a head does on prompts. `direct` holds [layer, head] per prompt; `random` names the random heads; `change`
    [change] and `random_change` [draw, change] are those of the mean difference without a head, by zero and by mean."""

    direct: list[Direct]
    questions: list[Question]
    arrays: dict[str, Array]
    random: list[str]
    change: np.ndarray
    random_change: np.ndarray
    error: float
    identity: float


def head_effects(
    model: Model, runs: Iterator[Run], questions: Sequence[tuple[Sequence[int], Sequence[int]]], head: Head, seed: int
) -> Effects:
    """Direct effects on every run, and the first runs again without the head and without random ones.

    `questions` are the (targets, distractors) of each run, empty where the model's own best tokens are asked about.
    """
    direct: list[Direct] = []
    found: list[Question] = []
    kept: list[Run] = []
    for run, (targets, distractors) in zip(runs, questions, strict=True):
        found.append(asked(run, targets, distractors))
        direct.append(direct_effects(model, run, found[-1]))
        if len(kept) < MOST_ABLATED:
            kept.append(run)
    mean = torch.stack([each.mean for each in direct]).mean(0)
    others = [(layer, other) for layer in range(model.layers) for other in range(model.heads) if (layer, other) != head]
    drawn = sorted(random.Random(seed).sample(others, min(RANDOM_HEADS, len(others))))  # noqa: S311  (a control, no secret)
    rows: list[tuple[Head, Tensor | None]] = []
    for each in (head, *drawn):
        rows += [(each, None), (each, mean[each])]
    without = [ablated(model, run, question, rows) for run, question in zip(kept, found, strict=False)]
    differences = torch.stack([each.logit_difference for each in without])  # [asked, row]
    plain = torch.tensor([each.plain for each in without])
    change = (differences - plain[:, None]).mean(0).view(-1, 2).numpy()
    own = torch.cat([plain[:, None], differences[:, :2]], 1)
    return Effects(
        direct, found, _ablation_arrays(without, own, change[1:]), [f"{layer}.{h}" for layer, h in drawn], change[0],
        change[1:], max(each.error for each in direct), max(each.error for each in without),
    )  # fmt: skip


def _ablation_arrays(without: Sequence[Ablated], own: Tensor, random_change: np.ndarray) -> dict[str, Array]:
    plain = torch.tensor([[float(each.plain_right)] for each in without])
    right = torch.cat([plain, torch.stack([each.right[:2] for each in without])], 1).mean(0)
    divergence = torch.stack([each.kl[:2] for each in without]).mean(0)
    return {
        "ablation_difference": Array(values=own.float().numpy(), dims=("asked", "ablation")),
        "ablation_right": Array(values=right.numpy(), dims=("ablation",)),
        "ablation_kl": Array(values=divergence.numpy(), dims=("change",)),
        "random_change": Array(values=random_change.astype(np.float32), dims=("draw", "change")),
    }


def head_questions(
    model: Model, targets: list[int], distractors: list[int], prompts_from: str | None, count: int
) -> list[tuple[list[int], list[int]]]:
    """Targets and distractors of every prompt: those named, or a set's own; empty where the model's own are asked about.

    Raises `same_token`.
    """
    refuse_shared(model, targets, distractors)
    if prompts_from is None or targets or distractors:
        return [(targets, distractors)] * count
    return _set_questions(model, read_set(bundle_path(), prompts_from, limit=count))


def _set_questions(model: Model, items: Sequence[dict[str, object]]) -> list[tuple[list[int], list[int]]]:
    """The answers and distractors that a prompt set gives, where they are single tokens; both or neither."""
    found: list[tuple[list[int], list[int]]] = []
    for item in items:
        sides = [_single(model, item.get(name)) for name in ("answer", "distractor")]
        answer, other = sides
        found.append(([answer], [other]) if answer is not None and other not in (None, answer) else ([], []))
    return found


def _single(model: Model, text: object) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        return model.single_token(text)
    except Problem:
        return None


def head_checks(probe: Probe, effects: Effects) -> list[Check]:
    """Whether the parts are those of the model, and what its absence changes against that of random heads."""
    sizes = np.abs(effects.random_change[:, 1]) if len(effects.random_change) else np.array([np.nan])
    return [
        Check(
            name="heads_add_up",
            label="heads add up",
            value=effects.error,
            ok=1e-4,
            warn=1e-2,
            explanation="Largest relative difference between the heads of a layer with its bias and what its attention adds.",
        ),
        Check(
            name="same_without_edit",
            label="same without an edit",
            value=effects.identity,
            ok=1e-3,
            warn=2e-2,
            explanation="Largest change of a logit when the layers are run again and nothing is replaced.",
        ),
        rows_sum_to_one(probe.off),
        Check(
            name="change_without_head",
            label="change without the head",
            value=abs(float(effects.change[1])),
            control=None if np.isnan(sizes).any() else float(sizes.mean()),
            explanation="Size of the change of the answer over the other when the head's output is replaced by its mean, in "
            "logits; the control is the mean size for random heads.",
        ),
    ]


def head_warnings(rotary: bool, divided: frozenset[str]) -> list[str]:
    """What the circuits leave out in this architecture."""
    found = []
    if rotary:
        found.append(
            "Queries and keys of this model are turned by their distance; the QK circuit is that of distance 0."
        )
    if divided & {"query", "key"}:
        found.append(
            "Queries and keys of this model are divided by their length; QK scores hold up to a factor per token."
        )
    if "output" in divided:
        found.append(
            "A norm follows the heads of this model; OV logits hold up to a factor, and edits hold that norm fixed."
        )
    return found

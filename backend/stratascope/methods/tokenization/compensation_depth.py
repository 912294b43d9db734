"""Compensation depth: the layer from which a model knows what the fragments of a date mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from stratascope.method import (
    LINES,
    PROMPT_SET,
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Params,
    Progress,
    PromptText,
    Text,
    method,
    silent,
)
from stratascope.numerics.date_tasks import Item, Notation, Task, date_items
from stratascope.numerics.probing import Beaten, beating_chance, held_out
from stratascope.problem import Problem, not_enough_samples
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from stratascope.models.model import Model

LEAST, LEAST_PER_CLASS, MOST = 64, 16, 512
NAME = "tokenization/compensation-depth"


class CompensationDepthParams(Params):
    """What is to be known, of which texts, and how it is read."""

    task: Task = Field(
        "same_date",
        description="What is read from built-in dates: whether two notations mean one date, or in which half of the year "
        "a date lies.",
    )
    notation: Notation = Field("YYYYMMDD", description="How the date that falls into fragments is written.")
    count: int = Field(256, ge=LEAST, le=MOST, description="Texts with built-in dates.")
    positive: Annotated[list[PromptText], Field(max_length=MOST)] = Field(
        [], description="Texts with the one label, in place of built-in dates.", json_schema_extra=LINES
    )
    negative: Annotated[list[PromptText], Field(max_length=MOST)] = Field(
        [],
        description="Texts with the other label; the n-th is held out with the n-th of the first.",
        json_schema_extra=LINES,
    )
    prompt_set: Annotated[Text, Field(max_length=200)] | None = Field(
        None,
        description="A bundled prompt set with two labels, in place of built-in dates.",
        json_schema_extra=PROMPT_SET,
    )
    folds: int = Field(5, ge=2, le=10, description="Parts of the texts, each held out once.")
    penalty: float = Field(
        0.1, ge=1e-4, le=1e4, title="Inverse penalty", description="C of the logistic regression: larger fits closer."
    )
    alpha: float = Field(
        0.05, ge=1e-6, le=0.5, description="Error probability at which a layer counts as above chance."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="For the built-in dates and the shuffled labels.")


@dataclass(frozen=True)
class Read:
    """Accuracy on held-out texts by row, with the labels and with shuffled ones, and what the tests say of each."""

    items: Sequence[Item]
    chance: float
    accuracy: np.ndarray
    shuffled: np.ndarray
    tested: Beaten
    tested_shuffled: Beaten


def _cost(model: ModelFacts, params: CompensationDepthParams, tokens: int) -> Cost:
    """One pass per text, whose last states are kept."""
    count = len(params.positive) + len(params.negative) or params.count
    return Cost(
        forwards=count, bytes=8 * count * model.width * (model.layers + 1) + 4 * 64 * model.width * model.layers
    )


@method(
    title="Compensation depth",
    version=1,
    guide=Guide(
        question="What is encoded where?",
        purpose="Finds the layer from which a linear probe reads a date that the tokenizer has cut into fragments.",
        reading="From the marker on, the layer knows the date despite the cut tokens. No marker: no layer stays above chance. "
        "The probe is linear, so a layer may know more than it reads. In which half of a year a date lies, the mere digits "
        "hint at; whether two notations mean one date, they do not.",
        synonyms=(
            "probe",
            "tokenization compensation point",
            "dates",
            "fragments",
            "logistic regression",
            "layers",
            "Holm",
        ),
        next=("tokenization/date-fragmentation", "tokenization/rewrite-drift", "lens/logit-lens"),
    ),
    papers=[Paper("Date Fragments: A Hidden Bottleneck of Tokenization for Temporal Reasoning", 2025)],
    cost=_cost,
)
def compensation_depth(model: Model, params: CompensationDepthParams, progress: Progress = silent) -> LayerCurve:
    """Probe the stream at the last token of every text, row by row.

    A logistic regression is fitted to all folds but one and predicts that one, so every text is predicted once. The number
    of correct predictions is tested against the share of the larger class (binomial, one-sided), and the p values of all rows
    are adjusted by Holm's method. The depth is the first row that is above chance and after which all rows are; relative to
    the number of layers. Predictions of one fold share a probe, so the test is approximate.

    Arrays: `accuracy` [series, row] of the probe, of a probe with shuffled labels and chance; `low` and `high` ∓ one binomial
    standard error; `p_adjusted` [row]. `facts.depth` is the row or null, `facts.relative_depth` row / layers;
    `facts.fragmentation` is the mean date fragmentation ratio of built-in dates. Raises `not_enough_samples`, `one_label`.
    """
    items = _items(params)
    states = _states(model, items, progress)
    read = _read(states, items, params)
    rows = len(states)
    chance = np.full(rows, read.chance)
    accuracy = np.stack([read.accuracy, read.shuffled, chance]).astype(np.float32)
    error = np.sqrt(accuracy * (1 - accuracy) / len(items))
    error[2] = 0.0
    dims = ("series", "row")
    depth = read.tested.first
    return LayerCurve(
        arrays={
            "accuracy": Array(values=accuracy, dims=dims),
            "low": Array(values=accuracy - error, dims=dims),
            "high": Array(values=accuracy + error, dims=dims),
            "p_adjusted": Array(values=read.tested.adjusted.astype(np.float32), dims=("row",)),
        },
        quantities=[Quantity(name="accuracy", label="accuracy on held-out texts", scale="prob", limits=(0.0, 1.0))],
        coords={"series": ["probe", "shuffled labels", "chance"]},
        facts={
            "depth": depth,
            "relative_depth": None if depth is None else depth / model.layers,
            "chance": read.chance,
            "n_prompts": len(items),
            "fragmentation": _fragmentation(model, items),
        },
        summary=_summary(read, model.layers),
        checks=_checks(read),
    )


def _items(params: CompensationDepthParams) -> list[Item]:
    """The texts with their labels. Raises `not_enough_samples`, `one_label`."""
    if params.prompt_set is not None:
        items = _of_set(params.prompt_set)
    elif params.positive or params.negative:
        lists = enumerate((params.negative, params.positive))
        items = [Item(text, label, group) for label, texts in lists for group, text in enumerate(texts)]
    else:
        items = date_items(params.task, params.notation, params.count, params.seed)
    counts = [sum(item.label == label for item in items) for label in (0, 1)]
    if items and 0 in counts:
        raise Problem(
            "one_label",
            "All pairs have the same label.",
            field="negative" if counts[0] == 0 else "positive",
            remedy="Give texts of both labels",
        )
    if len(items) < LEAST:
        raise not_enough_samples(NAME, LEAST, "pairs", len(items))
    if min(counts) < LEAST_PER_CLASS:
        raise not_enough_samples(NAME, LEAST_PER_CLASS, "pairs of each label", min(counts))
    return items


def _of_set(prompt_set: str) -> list[Item]:
    """The prompts of a set with its two labels; those with one number within their label belong together."""
    from stratascope.models.labelled_prompts import labelled_prompts

    labelled = [(it.prompt, it.label) for it in labelled_prompts(prompt_set, "prompt_set") if it.label is not None]
    names = sorted({label for _, label in labelled})
    if len(names) != 2:
        raise Problem(
            "unknown_label",
            f"The prompts of “{prompt_set}” carry {len(names)} labels; 2 are needed.",
            field="prompt_set",
            remedy="Choose a set with two labels",
            changes={"prompt_set": None},
        )
    items = []
    for value, name in enumerate(names):
        own = [text for text, label in labelled if label == name]
        items += [Item(text, value, group) for group, text in enumerate(own[: MOST // 2])]
    return items


def _states(model: Model, items: Sequence[Item], progress: Progress) -> np.ndarray:
    """The stream at the last token of each text: [row, item, width]."""
    import torch

    from stratascope.models.capture import capture
    from stratascope.models.contrast import tokenized

    found = []
    read = tokenized(model, "positive", [item.text for item in items])
    for done, tokens in enumerate(read):
        progress(done, len(read), "reading texts")
        found.append(capture(model, tokens.ids, tokens).resid[:, -1].float().cpu())
    return torch.stack(found, 1).numpy()


def _read(states: np.ndarray, items: Sequence[Item], params: CompensationDepthParams) -> Read:
    labels = np.array([item.label for item in items])
    groups = np.array([item.group for item in items])
    chance = float(max(labels.mean(), 1 - labels.mean()))
    mixed = np.random.default_rng(params.seed).permutation(labels)

    def correct(wanted: np.ndarray) -> np.ndarray:
        return np.array(
            [(held_out(row, wanted, groups, params.folds, params.penalty) == wanted).sum() for row in states]
        )

    right, shuffled = correct(labels), correct(mixed)
    tested = [beating_chance(each, len(items), chance, params.alpha) for each in (right, shuffled)]
    return Read(items, chance, right / len(items), shuffled / len(items), tested[0], tested[1])


def _fragmentation(model: Model, items: Sequence[Item]) -> float | None:
    """Mean date fragmentation ratio of the built-in dates inside their texts."""
    from stratascope.models.tokenizers import segmentation
    from stratascope.numerics.dates import find_dates, ratio

    found = []
    for item in (item for item in items if item.date):
        tokens = model.tokenize(item.text)
        layout = "YYYY-MM-DD" if "-" in item.date else "MM/DD/YYYY" if "/" in item.date else "YYYYMMDD"
        cut = segmentation(model.id, tokens.text, tokens.tokens)
        found.append(ratio(find_dates(item.text, layout)[0], cut).value)
    return sum(found) / len(found) if found else None


def _checks(read: Read) -> list[Check]:
    above = 0 if read.tested_shuffled.first is None else len(read.shuffled) - read.tested_shuffled.first
    return [
        Check(
            name="shuffled_labels",
            label="rows above chance with shuffled labels",
            value=float(above),
            ok=0.0,
            warn=1.0,
            explanation="Rows that the same test finds with labels in random order. With an error probability of 5% it should "
            "find none in at least 95 of 100 orders.",
        ),
        Check(
            name="surface",
            label="accuracy in row 0",
            value=float(read.accuracy[0]),
            control=read.chance,
            explanation="What the embedding of the last token tells already, against chance: the surface of the texts.",
        ),
    ]


def _summary(read: Read, layers: int) -> str:
    depth, best = read.tested.first, int(read.accuracy.argmax())
    peak = f"the best is row {best} with {read.accuracy[best]:.0%} right, chance {read.chance:.0%}"
    if depth is None:
        return f"No row stays above chance up to the last of {layers + 1}; {peak}."
    return (
        f"From row {depth} of {layers} on the probe is above chance ({read.accuracy[depth]:.0%} right there); {peak}."
    )

"""Patched run: one cell of a run replaced by a cell of the same or another, and everything that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import (
    CELL_POSITION,
    MAYBE_SIDE_B,
    SIDE_A,
    Cost,
    Field,
    Guide,
    Messages,
    ModelFacts,
    Paper,
    Params,
    Progress,
    PromptParams,
    PromptText,
    TokenIds,
    TokenTexts,
    method,
    silent,
)
from stratascope.numerics.answer import Favour
from stratascope.problem import layer_out_of_range
from stratascope.result import Array, Check, TokenGrid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stratascope.models.model import Model
    from stratascope.models.pair import Pair
    from stratascope.models.patched import Cell, PatchedRun

METHOD = "causal/patched-run"
NOTICEABLE = 0.01
"""A cell whose prediction moved by more nats than this is counted as changed."""

SideName = Literal["a", "b"]


class PatchedRunParams(Params):
    """Two runs or one, the cell that is replaced, the cell that is put there, and the answer that is followed."""

    clean: PromptText = Field("", description="Side A: the text the model reads.", json_schema_extra=SIDE_A)
    messages: Messages | None = Field(
        None, description="Side A as chat messages, in place of a text.", json_schema_extra=SIDE_A
    )
    corrupt: PromptText = Field(
        "",
        description="Side B: another text. Without one, the other model reads side A, and without that side B is side A.",
        json_schema_extra=MAYBE_SIDE_B,
    )
    messages_b: Messages | None = Field(
        None, description="Side B as chat messages, in place of a text.", json_schema_extra=MAYBE_SIDE_B
    )
    side: SideName = Field("a", title="Patched run", description="The run in which a cell is replaced.")
    layer: int = Field(
        0, ge=0, le=1_000_000, title="Into layer", description="Layer before which the stream is replaced."
    )
    position: int = Field(
        -1,
        ge=-1_000_000,
        le=1_000_000,
        title="At position",
        description="Position at which the stream is replaced; −1 is the last.",
        json_schema_extra=CELL_POSITION,
    )
    source_side: SideName = Field("b", title="Source run", description="The run that the other value is taken from.")
    source_layer: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        title="From layer",
        description="Layer before which the value is taken. Without one, the layer it is put into.",
    )
    source_position: int | None = Field(
        None,
        ge=-1_000_000,
        le=1_000_000,
        title="From position",
        description="Position at which the value is taken. Without one, the position it is put at.",
    )
    top_k: int = Field(5, ge=1, le=50, title="Tokens per cell", description="Best tokens kept for every cell.")
    answer: TokenTexts | None = Field(
        None, description="The answer that is followed, by text. Without it, the unpatched run's top token."
    )
    foil: TokenTexts | None = Field(
        None, description="What it is held against, by text. Without it, the unpatched run's next best token."
    )
    answer_id: TokenIds | None = Field(None, title="Answer id", description="The answer that is followed, by id.")
    foil_id: TokenIds | None = Field(None, title="Foil id", description="What it is held against, by id.")


def _cost(model: ModelFacts, params: PatchedRunParams, tokens: int) -> Cost:
    """Two runs, one in which the layers' arguments are noted, two patched ones, and three times the rows' unembedding."""
    rows = (model.layers + 1) * tokens
    decoding = rows * model.width * model.vocabulary / max(1, tokens * model.parameters)
    runs = 4 * 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=5 + 3 * decoding, bytes=runs + 2 * (64 << 20) + rows * (16 + 24 * params.top_k))


@method(
    title="Patched run",
    version=1,
    guide=Guide(
        question="What causes the answer?",
        purpose="Puts one cell of a run in the place of another and shows what every layer predicts after that.",
        reading="Only cells above and to the right of the replaced one can change: they are its cone, and the colour says "
        "how far each cell's prediction moved. A trail of changed cells to the last token is a way by which what the cell "
        "holds reaches the answer. A cell from another layer or position may stand in a form that later layers do not "
        "read, so a small change does not mean that the information was not there.",
        synonyms=(
            "patch one cell",
            "patch by drag",
            "interchange intervention",
            "activation patching",
            "causal tracing",
            "patchscopes",
            "cone of influence",
        ),
        next=("causal/activation-patching", "lens/logit-lens", "attention/attention-pattern"),
    ),
    papers=[
        Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),
        Paper("Locating and Editing Factual Associations in GPT", 2022),
        Paper("Patchscopes: A Unifying Framework for Inspecting Hidden Representations of Language Models", 2024),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)
def patched_run(
    model: Model, params: PatchedRunParams, other: Model | None = None, progress: Progress = silent
) -> TokenGrid:
    """Replace x[layer, position] of one run by x[source_layer, source_position] of a run, and decode what follows.

    x[l, t] is the stream entering layer l at position t. The layers from `layer` on are run again, and every row is decoded
    as by the logit lens. What can change is the cone: rows from `layer` on, positions from `position` on. `other` is the
    model of side B, for two models of one shape and tokenizer.

    Arrays [row, position], all of the patched run: `change`, KL(unpatched‖patched) of what the cell predicts in nats, 0
    outside the cone; `probability` of the best token; `entropy` in nats; `kl`, KL(final‖row) in nats; `norm`, the length of
    the stream. `topk_ids`, `topk_prob`, `topk_logit`, `topk_text` [row, position, rank]; of answer and foil `target_logprob`
    and `target_rank` [row, position, target]. Facts: `source` and `patched`, the two cells; `cone`; `logit_diff` at the last
    position, mean logit of the answer minus that of the foil, before and after.
    """
    from stratascope.models.pair import read_pair
    from stratascope.models.patched import PatchedRun

    sides = (
        PromptParams.model_construct(prompt=params.clean, messages=params.messages),
        PromptParams.model_construct(prompt=params.corrupt, messages=params.messages_b),
    )
    pair = read_pair(METHOD, model, other, *sides, ("clean", "corrupt"), alone=True)
    if pair.one_model and pair.first_difference is None:
        params = params.model_copy(update={"source_side": params.side})
    found = PatchedRun(*_cells(pair, params))
    favour = _favour(found, params)
    progress(1, 3, "running the layers above")
    change = found.change().numpy()
    progress(2, 3, "decoding")
    return _grid(found, params, favour, change)


def _cells(pair: Pair, params: PatchedRunParams) -> tuple[Cell, Cell]:
    """Where the value is taken from and where it is put. Raises `layer_out_of_range` and `position_out_of_range`."""
    layer = params.layer if params.source_layer is None else params.source_layer
    position = params.position if params.source_position is None else params.source_position
    target = _cell(pair, params.side, params.layer, params.position, ("layer", "position"))
    return _cell(pair, params.source_side, layer, position, ("source_layer", "source_position")), target


def _cell(pair: Pair, name: SideName, layer: int, position: int, fields: tuple[str, str]) -> Cell:
    from stratascope.models.patched import Cell
    from stratascope.models.question import from_front

    side = pair.a if name == "a" else pair.b
    if layer >= side.model.layers:
        raise layer_out_of_range(layer, side.model.id, side.model.layers, fields[0])
    return Cell(side, layer, from_front(position, len(side.run.ids), fields[1]))


def _favour(found: PatchedRun, params: PatchedRunParams) -> Favour:
    """The answer and what it is held against; what is not named is what the unpatched run itself would choose."""
    from stratascope.models.question import likeliest, named_tokens

    model = found.model
    answer = named_tokens(model, "answer", params.answer, params.answer_id)
    foil = named_tokens(model, "foil", params.foil, params.foil_id)
    before, _ = found.last_logits()
    answer = answer or [likeliest(before, besides=foil)]
    return Favour("logit_diff", answer, foil or [likeliest(before, besides=answer)])


def _grid(found: PatchedRun, params: PatchedRunParams, favour: Favour, change: np.ndarray) -> TokenGrid:
    from stratascope.models.lens_cells import CELL, grid_fields, grid_quantities
    from stratascope.numerics.lens import row_labels

    labels = row_labels(found.model.layers)
    targets = list(dict.fromkeys([*favour.answer, *favour.foil]))
    fields = grid_fields(found.model, found.decode(params.top_k, targets), labels)
    fields["arrays"] = {"change": Array(values=change, dims=CELL), **fields["arrays"]}
    quantities = grid_quantities(found.model.facts.vocabulary)
    kl = next(each for each in quantities if each.name == "kl")
    moved = kl.model_copy(update={"name": "change", "label": "change of the prediction"})
    facts = _facts(found, params, favour, change)
    return TokenGrid(
        **fields,
        quantities=[moved, *quantities],
        facts=facts,
        summary=_summary(facts, labels),
        checks=_checks(found),
        warnings=_warnings(found),
    )


def _facts(found: PatchedRun, params: PatchedRunParams, favour: Favour, change: np.ndarray) -> dict[str, Any]:
    row, at = np.unravel_index(int(change.argmax()), change.shape)
    before, after = found.last_logits()
    return {
        "source": _told(params.source_side, found.source),
        "patched": _told(params.side, found.target),
        "cone": {
            "row": found.target.layer,
            "position": found.target.position,
            "cells": found.cells_in_cone,
            "changed": int((change > NOTICEABLE).sum()),
        },
        "largest": {"row": int(row), "position": int(at), "value": float(change[row, at])},
        "answer": _named(found.model, favour.answer),
        "foil": _named(found.model, favour.foil),
        "logit_diff": {"before": float(favour.of(before)), "after": float(favour.of(after))},
    }


def _told(side: SideName, cell: Cell) -> dict[str, Any]:
    token = cell.side.run.tokens.tokens[cell.position]
    return {
        "side": side,
        "model": cell.side.model.id,
        "layer": cell.layer,
        "position": cell.position,
        "token": {"id": token.id, "text": token.text},
    }


def _named(model: Model, tokens: Sequence[int]) -> list[dict[str, Any]]:
    return [{"id": token, "text": model.token(token).text} for token in tokens]


def _summary(facts: dict[str, Any], labels: Sequence[str]) -> str:
    """What was put where, how far it reaches, and what it does to the answer."""
    cone, largest, diff = facts["cone"], facts["largest"], facts["logit_diff"]
    one_run = all(facts["source"][name] == facts["patched"][name] for name in ("side", "model"))
    source, target = (_place(facts[name], one_run) for name in ("source", "patched"))
    reach = f"{cone['changed']} of the {cone['cells']} cells that it can reach change by more than {NOTICEABLE} nats"
    most = f", most at row {labels[largest['row']]}, position {largest['position']}: {largest['value']:.2f}"
    answer, foil = ("/".join(token["text"] for token in facts[name]) for name in ("answer", "foil"))
    ends = f"{diff['before']:+.2f} to {diff['after']:+.2f}".replace("-", "−")
    return (
        f"With {source} in the place of {target}, {reach}{most if cone['changed'] else ''}; at the last token the logit "
        f"difference “{answer}” − “{foil}” goes from {ends}."
    )


def _place(cell: dict[str, Any], one_run: bool) -> str:
    side = "" if one_run else f"{cell['side'].upper()}’s "
    return f"{side}layer {cell['layer']}, position {cell['position']} “{cell['token']['text']}”"


def _checks(found: PatchedRun) -> list[Check]:
    """That nothing changes where nothing can, and that the experiment changes nothing by itself."""
    return [
        Check(
            name="unchanged_outside_cone",
            label="unchanged outside the cone",
            value=found.outside(),
            ok=1e-4,
            warn=1e-2,
            explanation="Largest movement of the stream below the replaced cell or to its left, beside the length of the "
            "vector there; a causal model has none.",
        ),
        Check(
            name="identity_patch",
            label="identity patch exact",
            value=found.identity(),
            ok=1e-5,
            warn=1e-3,
            explanation="Largest movement of the stream anywhere, beside the length of the vector there, when the cell is "
            "replaced by itself.",
        ),
    ]


def _warnings(found: PatchedRun) -> list[str]:
    source, target = found.source, found.target
    if source == target:
        return ["The cell is replaced by itself, so nothing changes; choose another cell to take the value from."]
    if (source.value == target.value).all():
        return ["Both cells hold the same values, so nothing changes; the two runs do not differ there."]
    return []

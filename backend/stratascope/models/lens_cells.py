"""What lenses show of a text as the parts of a token grid: arrays, labels, quantities, the sentence, the check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from stratascope.result import Array, Check, Quantity

if TYPE_CHECKING:
    from stratascope.models.lens_grid import Decoded
    from stratascope.models.model import Model

CELL, RANKED, FOLLOWED = ("row", "position"), ("row", "position", "rank"), ("row", "position", "target")


def grid_fields(model: Model, found: Decoded, labels: Sequence[str]) -> dict[str, Any]:
    """The fields of a `TokenGrid` that hold cells: arrays, coords, tokens, vocabulary, shown, total."""
    rows, place = found.rows[0], found.place
    ids = rows.topk_ids.numpy()
    also = [each.topk_ids.numpy().ravel() for each in found.rows[1:]]
    known = np.unique(np.concatenate([ids.ravel(), *also]))
    tokens = {int(i): model.token(int(i)) for i in known[known >= 0].tolist() + found.targets}
    prob = rows.topk_logprob.exp().numpy()
    arrays = {
        "probability": Array(values=prob[..., 0], dims=CELL),
        "entropy": Array(values=rows.entropy.numpy(), dims=CELL),
        "kl": Array(values=rows.kl.numpy(), dims=CELL),
        "norm": Array(values=found.length.numpy(), dims=CELL),
        "topk_ids": Array(values=ids, dims=RANKED),
        "topk_prob": Array(values=prob, dims=RANKED),
        "topk_logit": Array(values=rows.topk_logit.numpy(), dims=RANKED),
        "topk_text": Array(values=texts(model, rows.topk_ids), dims=RANKED),
    }
    coords = {"row": [labels[row] for row in place.rows]}
    if len(place.positions) < place.total_positions:
        coords["position"] = [str(position) for position in place.positions]
    if found.targets:
        arrays["target_logprob"] = Array(values=rows.target_logprob.numpy(), dims=FOLLOWED)
        arrays["target_rank"] = Array(values=rows.target_rank.numpy(), dims=FOLLOWED)
        coords["target"] = [tokens[i].text for i in found.targets]
    return {
        "arrays": arrays,
        "coords": coords,
        "tokens": list(found.tokens),
        "vocabulary": [tokens[i] for i in sorted(tokens)],
        "shown": {"row": len(place.rows), "position": len(place.positions), "rank": ids.shape[-1]},
        "total": {"row": place.total_rows, "position": place.total_positions, "rank": model.facts.vocabulary},
    }


def texts(model: Model, ids: Tensor) -> np.ndarray:
    """The texts of token ids, in their shape; empty where nothing is decoded yet."""
    flat = ids.flatten().tolist()
    known = {i: model.token(i).text for i in set(flat) if i >= 0}
    return np.array([known.get(i, "") for i in flat], dtype=object).reshape(tuple(ids.shape))


def grid_quantities(vocabulary: int) -> list[Quantity]:
    """What every lens draws. Entropy and KL share the fixed scale from 0 to ln V."""
    most = (0.0, math.log(vocabulary))
    return [
        Quantity(name="probability", label="probability of the top token", scale="prob", limits=(0.0, 1.0)),
        Quantity(name="entropy", label="entropy", scale="unc", unit="nats", limits=most),
        Quantity(name="kl", label="KL from the model's output", scale="unc", unit="nats", limits=most),
        Quantity(name="norm", label="length of the decoded vector", scale="mag"),
    ]


def output_check(gap: float, over_all: bool) -> Check:
    """How far the decoded output of the last layer is from what the model itself answers."""
    where = "over all tokens" if over_all else "over the tokens shown"
    return Check(
        name="matches_output",
        label="matches model output",
        value=gap,
        ok=1e-4,
        warn=1e-2,
        explanation=f"Largest difference, {where}, between the last position's logits decoded from the last layer's "
        "stream and those that the model itself returned.",
    )


def grid_summary(fields: dict[str, Any], found: Decoded) -> str:
    """The last position shown in words: its answer, how sure, and from which row on it stays."""
    arrays, labels = fields["arrays"], fields["coords"]["row"]
    ids, prob = arrays["topk_ids"].values[:, -1, 0], arrays["topk_prob"].values[:, -1, 0]
    if ids[-1] < 0:
        return ""
    same = ids == ids[-1]
    settled = len(ids) - int(np.argmin(same[::-1])) if not same.all() else 0
    since = "every row" if settled == 0 else f"row {labels[settled]}"
    position = found.place.positions[-1]
    where = "the last token" if position == found.place.total_positions - 1 else f"position {position}"
    who = "the model predicts" if labels[-1] == "out" else f"row {labels[-1]} favours"
    text = arrays["topk_text"].values[-1, -1, 0]
    return f"At {where} {who} “{text}” (probability {prob[-1]:.3f}); it is the top token from {since} on."


def written_facts(found: Decoded) -> dict[str, Any]:
    """Where the model's own tokens begin, if it wrote any."""
    return {} if found.generated_from is None else {"generated_from": found.generated_from}

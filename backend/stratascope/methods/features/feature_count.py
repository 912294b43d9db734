"""Feature count: how many features of each layer's dictionary fire at each token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, PromptParams, method
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, TokenGrid

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.stream_dictionaries import StreamDictionary

CELL = ("row", "position")


class FeatureCountParams(PromptParams):
    """How strongly a feature must fire to count."""

    least: float = Field(
        0.1,
        ge=0.0,
        le=1.0,
        title="Counts from",
        description="A feature counts if it fires at least so strongly, as a share of the strongest at that cell; 0 counts all "
        "that fire at all, which in a dictionary with a fixed number of active features is that number.",
    )


def _cost(model: ModelFacts, params: FeatureCountParams, tokens: int) -> Cost:
    latents = 16 * model.width
    weights = 4 * 2 * model.width * latents
    return Cost(
        forwards=2, bytes=weights + 4 * tokens * (5 * model.width * model.layers + 2 * latents + model.vocabulary)
    )


@method(
    title="Feature count",
    version=1,
    guide=Guide(
        question="Which features fire?",
        purpose="Counts the dictionary's features that fire in each layer's stream at each token.",
        reading="Few features: what the stream holds there is close to something the dictionary has a word for. Many: it is "
        "spelled out of small parts, or the dictionary does not know it, which the unexplained share tells apart. Counts of "
        "dictionaries of different kinds or sizes cannot be compared.",
        synonyms=("L0", "sparse autoencoder", "SAE", "active latents", "dictionary", "monosemantic features"),
        next=("lens/logit-lens", "activations/residual-norms"),
    ),
    papers=[
        Paper("Scaling and evaluating sparse autoencoders", 2024),
        Paper("Towards Monosemanticity: Decomposing Language Models With Dictionary Learning", 2023),
    ],
    requires=("bundled", "residual_contract"),
    cost=_cost,
)
def feature_count(model: Model, params: FeatureCountParams) -> TokenGrid:
    """Encode the stream behind every layer that a bundled dictionary was trained for, and count.

    With x the stream that leaves layer l, a = TopK((x − b_dec) W_enc + b_enc)⁺ are the features' activations and
    x̂ = a W_dec + b_dec what they stand for. Row l + 1 is the stream behind layer l, as in the lenses; rows without a
    dictionary are left out.

    Arrays [row, position]: `features`, how many have a ≥ `least` · max a and a > 0; `unexplained`, ‖x − x̂‖²/‖x − x̄‖² with x̄
    the mean over the prompt's tokens that are no markers; `strongest`, the index of the strongest feature, and `activation`,
    its activation.
    """
    from stratascope.models.stream_dictionaries import stream_dictionaries
    from stratascope.numerics.lens import row_labels

    run = model.read(params)
    dictionaries = stream_dictionaries(model)
    if not dictionaries:
        raise Problem(
            "no_dictionary",
            f"There is no dictionary for {model.id}.",
            status=409,
            field="model",
            remedy="Choose a model that comes with dictionaries, such as specimen",
        )
    kept = [at for at, token in enumerate(run.tokens.tokens) if not token.special] or [0]
    cells = [_read(one, run.resid[row].float(), kept, params.least) for row, one in dictionaries.items()]
    arrays = {
        name: Array(values=np.stack([each[name] for each in cells]), dims=CELL)
        for name in ("features", "unexplained", "strongest", "activation")
    }
    labels = row_labels(model.layers)
    latents = [one.latents for one in dictionaries.values()]
    rows = [labels[row] for row in dictionaries]
    count = arrays["features"].values[:, kept]
    return TokenGrid(
        arrays=arrays,
        quantities=[
            Quantity(name="features", label="features that fire", scale="mag"),
            Quantity(name="unexplained", label="unexplained share of the stream", scale="unc", limits=(0.0, 1.0)),
        ],
        coords={"row": rows},
        tokens=run.tokens.tokens,
        shown={"row": len(rows)},
        total={"row": model.layers + 1},
        facts=_facts(dictionaries, params.least),
        summary=_summary(count, rows, latents),
        checks=[_explained([each["share"] for each in cells], rows)],
    )


def _read(one: StreamDictionary, x: Tensor, kept: list[int], least: float) -> dict[str, np.ndarray]:
    """One row of every array, and the explained share of the variance over the tokens that are no markers."""
    values, indices = one.top(x)
    strongest = values.amax(-1, keepdim=True)
    rest = (x - one.decode(values, indices)).double().square().sum(-1)
    spread = (x - x[kept].mean(0)).double().square().sum(-1)
    share = 1.0 - float(rest[kept].sum() / spread[kept].sum().clamp(min=1e-12)) if len(kept) > 1 else float("nan")
    return {
        "features": ((values >= least * strongest) & (values > 0)).sum(-1).cpu().numpy().astype(np.int32),
        "unexplained": (rest / spread.clamp(min=1e-12)).float().cpu().numpy(),
        "strongest": indices.gather(-1, values.argmax(-1, keepdim=True))[:, 0].cpu().numpy().astype(np.int32),
        "activation": strongest[:, 0].float().cpu().numpy(),
        "share": np.array(share),
    }


def _facts(dictionaries: dict[int, StreamDictionary], least: float) -> dict[str, Any]:
    return {
        "dictionaries": [one.id for one in dictionaries.values()],
        "latents": [one.latents for one in dictionaries.values()],
        "active_at_most": [one.active for one in dictionaries.values()],
        "least": least,
    }


def _summary(count: np.ndarray, rows: list[str], latents: list[int]) -> str:
    mean = count.mean(1)
    most, fewest = int(mean.argmax()), int(mean.argmin())
    return (
        f"On average {mean[most]:.1f} of {latents[most]:,} features fire at row {rows[most]}, the most, and {mean[fewest]:.1f} "
        f"of {latents[fewest]:,} at row {rows[fewest]}."
    )


def _explained(shares: list[np.ndarray], rows: list[str]) -> Check:
    """Whether the dictionaries know this text."""
    known = [(float(share), row) for share, row in zip(shares, rows, strict=True) if not np.isnan(share)]
    worst = min(known) if known else (None, "")
    return Check(
        name="explained_variance",
        label="variance explained",
        value=worst[0],
        ok=0.9,
        warn=0.7,
        higher_is_better=True,
        explanation="Least share over rows of the stream's variance on this prompt, markers left out, that the active features "
        f"stand for; at row {worst[1]} here. Below 0.7 the features say little of what is there."
        if known
        else "One token has no variance that could be explained.",
    )

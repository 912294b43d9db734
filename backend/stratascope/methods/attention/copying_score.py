"""Copying score: whether what a head reads comes out again as the same token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Params, Progress, method, silent
from stratascope.problem import bad_parameter
from stratascope.result import Array, Check, HeadGrid, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.head_weights import HeadReader
    from stratascope.models.model import Model
    from stratascope.models.token_embeddings import Embedding

Measure = Literal["eigen", "topk"]
DRAWS = 64
ALL_ZERO = "all eigenvalues of the head are zero"


class CopyingScoreParams(Params):
    """How copying is measured, and which vectors stand for the tokens."""

    measure: Measure = Field(
        "eigen",
        description="eigen, the balance of the eigenvalues of the head's full OV circuit; topk, the share of sampled tokens "
        "that are among the most raised ones when the head reads them.",
    )
    embedding: Literal["raw", "mlp0"] | None = Field(
        None,
        description="What the head reads for a token: raw, its embedding, or mlp0, what the first layer's MLP makes of it, for "
        "all heads but the first layer's. Without a choice it is raw for eigen and mlp0 for topk.",
    )
    topk: int = Field(5, ge=1, le=100, title="Top k", description="Ranks that count as copied, for topk.")
    sample: int = Field(500, ge=10, le=5000, title="Tokens", description="Tokens that are tried, for topk.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the sample.")


def _cost(model: ModelFacts, params: CopyingScoreParams, tokens: int) -> Cost:
    readout = 4 * model.vocabulary * model.width
    trials = 8 * model.heads * params.sample * 2048 if params.measure == "topk" else 0
    return Cost(forwards=4, bytes=2 * readout + 8 * model.width**2 * 8 + trials)


@method(
    title="Copying score",
    version=1,
    guide=Guide(
        question="What do the weights say?",
        purpose="Scores from the weights alone whether a head writes the same token that it reads.",
        reading="Near +1 the head raises every token it looks at, near −1 it lowers it, and the control says how far random "
        "matrices get. The score ignores where the head looks and what stands between it and the embedding: heads of later "
        "layers do not read raw embeddings, so compare with mlp0 before calling a head a copier.",
        synonyms=("OV circuit", "eigenvalue score", "name mover", "anti-copying", "copy suppression", "induction head"),
        next=("attention/head-scores", "attention/successor-score", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("A Mathematical Framework for Transformer Circuits", 2021),
        Paper("Circuit Component Reuse Across Tasks in Transformer Language Models", 2024),
        Paper("Successor Heads: Recurring, Interpretable Attention Heads In The Wild", 2024),
        Paper("Talking Heads: Understanding Inter-layer Communication in Transformer Language Models", 2024),
    ],
    requires=("causal", "heads", "patterns"),
    cost=_cost,
)
def copying_score(model: Model, params: CopyingScoreParams, progress: Progress = silent) -> HeadGrid:
    """Score the full OV circuit Ê W_V W_O W_Uᵀ of every head, the norms' gains and centring folded in, biases left out.

    eigen: Re Σλ / Σ|λ| over its eigenvalues, −1 to 1, from the product with as few rows as a head is wide. topk: the share
    of sampled tokens that are among the k most raised when the head reads their embedding through its input norm.

    Arrays: `copying` [layer, head]. eigen also has `eigenvalue_real` and `eigenvalue_imaginary` [layer, head, eigenvalue],
    the largest first; topk has `suppressing` [layer, head], the share among the k most lowered.
    """
    from stratascope.models.head_weights import HeadReader

    if params.measure == "topk" and params.topk >= model.vocabulary:
        raise bad_parameter("topk", f"below {model.vocabulary}", params.topk)
    embedding = params.embedding or ("raw" if params.measure == "eigen" else "mlp0")
    reader = HeadReader(model)
    measured = _MEASURES[params.measure](model, reader, embedding, params, progress)
    facts = {"measure": params.measure, "embedding": embedding, "control": measured.control, **measured.facts}
    return HeadGrid(
        arrays=measured.arrays,
        quantities=measured.quantities,
        facts=facts,
        summary=_summary(measured, params),
        checks=[*measured.checks, reader.check()],
        warnings=_warnings(model, reader, embedding),
    )


class _Measured(NamedTuple):
    arrays: dict[str, Array]
    quantities: list[Quantity]
    checks: list[Check]
    control: float
    facts: dict[str, int]


def _readout(model: Model) -> Tensor:
    from stratascope.numerics.circuits import folded_readout

    head = model.unembedding
    return folded_readout(head.weight, head.facts.gain, head.facts.centred)


def _eigen(
    model: Model, reader: HeadReader, embedding: Embedding, params: CopyingScoreParams, progress: Progress
) -> _Measured:
    import torch

    from stratascope.models.token_embeddings import TokenEmbeddings
    from stratascope.numerics.circuits import copying, eigenvalues, random_copying

    embeddings, readout = TokenEmbeddings(model, embedding), _readout(model)
    everything = torch.split(torch.arange(model.vocabulary, device=model.device), 2048)
    found, gram = [], torch.zeros(())
    for layer in range(model.layers):
        if layer < 2:  # the first layer's heads read something else than all others
            gram = torch.zeros(model.width, model.width, dtype=torch.float64, device=model.device)
            for ids in everything:
                gram += (readout[ids].T @ embeddings.read_by(layer, ids)).double()
        weights = reader.layer(layer).folded()
        found.append(eigenvalues(weights.value, weights.output, gram))
        progress(layer + 1, model.layers, "reading layers")
    spectrum = torch.stack(found)
    spectrum = spectrum.gather(-1, spectrum.abs().sort(dim=-1, descending=True, stable=True).indices)
    score = copying(spectrum)
    control = float(random_copying(gram, model.head_width, DRAWS, params.seed).abs().quantile(0.95))
    layer, head = divmod(int(score.nan_to_num(-2.0).argmax()), model.heads)
    weights = reader.layer(layer).folded()
    traced = torch.zeros((), dtype=torch.float64)
    for ids in everything:
        read, written = embeddings.read_by(layer, ids) @ weights.value[head], readout[ids] @ weights.output[head].T
        traced += (read * written).sum(dtype=torch.float64).cpu()
    error = float(
        (spectrum[layer, head].sum().real - traced).abs() / spectrum[layer, head].abs().sum().clamp(min=1e-30)
    )
    axes = ("layer", "head")
    return _Measured(
        {
            "copying": Array(values=score.float().numpy(), dims=axes, undefined=ALL_ZERO),
            "eigenvalue_real": Array(values=spectrum.real.float().numpy(), dims=(*axes, "eigenvalue")),
            "eigenvalue_imaginary": Array(values=spectrum.imag.float().numpy(), dims=(*axes, "eigenvalue")),
        },
        [Quantity(name="copying", label="copying score", scale="eff", limits=(-1.0, 1.0))],
        [
            Check(
                name="trace_error",
                label="eigenvalues sum to the trace",
                value=error,
                ok=1e-4,
                warn=1e-2,
                explanation="Difference between the sum of the best head's eigenvalues and the sum, over the whole "
                "vocabulary, of what each token adds to its own logit, relative to the sizes of the eigenvalues.",
            ),
            _best(score.numpy(), control, "95 % of heads with random matrices score less, in either direction"),
        ],
        control,
        {"vocabulary": model.vocabulary},
    )


def _topk(
    model: Model, reader: HeadReader, embedding: Embedding, params: CopyingScoreParams, progress: Progress
) -> _Measured:
    import torch

    from stratascope.models.probe_tokens import sampled_tokens
    from stratascope.models.token_embeddings import TokenEmbeddings
    from stratascope.numerics.circuits import own_rank

    ids = torch.tensor(sampled_tokens(model, params.sample, params.seed), device=model.device)
    embeddings, readout = TokenEmbeddings(model, embedding), _readout(model)
    shares = []
    for layer in range(model.layers):
        weights, read = reader.layer(layer), embeddings.read_by(layer, ids)
        y = weights.norm.freeze(read).apply(read)
        written = torch.einsum("td,hdw,hwe->hte", y, weights.value, weights.output)
        shares.append((own_rank(written, readout, ids) <= params.topk).float().mean(-1))
        progress(layer + 1, model.layers, "reading layers")
    raised, lowered = torch.stack(shares, 1).cpu().numpy()
    chance = params.topk / model.vocabulary
    axes = ("layer", "head")
    return _Measured(
        {"copying": Array(values=raised, dims=axes), "suppressing": Array(values=lowered, dims=axes)},
        [
            Quantity(name="copying", label=f"among the {params.topk} most raised", scale="prob", limits=(0.0, 1.0)),
            Quantity(
                name="suppressing", label=f"among the {params.topk} most lowered", scale="prob", limits=(0.0, 1.0)
            ),
        ],
        [_best(raised, chance, "the control is what heads that order the vocabulary at random score")],
        chance,
        {"sample": len(ids), "vocabulary": model.vocabulary},
    )


_MEASURES = {"eigen": _eigen, "topk": _topk}


def _best(score: np.ndarray, control: float, meaning: str) -> Check:
    return Check(
        name="best_head",
        label="best copying head",
        value=float(np.nanmax(score)) if np.isfinite(score).any() else None,
        control=control,
        explanation=f"Highest score of any head; {meaning}.",
    )


def _warnings(model: Model, reader: HeadReader, embedding: str) -> list[str]:
    found = []
    if embedding == "raw" and model.layers > 1:
        found.append("Heads of later layers do not read raw embeddings; compare with the embedding mlp0.")
    if "output" in reader.layer(0).divided:
        found.append("A norm follows the heads of this model; its gain is counted, its division is not.")
    return found


def _summary(measured: _Measured, params: CopyingScoreParams) -> str:
    """The heads at both ends."""
    score = measured.arrays["copying"].values
    if not np.isfinite(score).any():
        return "No head of 0 that write anything copies."
    heads = score.shape[1]
    layer, head = divmod(int(np.nanargmax(score)), heads)
    text = f"Head {layer}.{head} copies most ({score[layer, head]:+.2f}"
    text += (
        f"; 95 % of random heads stay within ±{measured.control:.2f})"
        if params.measure == "eigen"
        else (f" of {measured.facts['sample']} tokens; chance {measured.control:.4f})")
    )
    other = score if params.measure == "eigen" else measured.arrays["suppressing"].values
    at = int(np.nanargmin(other) if params.measure == "eigen" else np.nanargmax(other))
    layer, head = divmod(at, heads)
    return f"{text}, and {layer}.{head} suppresses most ({other[layer, head]:+.2f}).".replace("-", "−")

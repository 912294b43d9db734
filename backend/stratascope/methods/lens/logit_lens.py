"""The logit lens: what every layer would predict if it were the last."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    Indices,
    ModelFacts,
    Paper,
    Progress,
    PromptParams,
    TokenText,
    method,
    silent,
)
from stratascope.problem import Problem, layer_out_of_range, position_out_of_range
from stratascope.result import Array, Check, Quantity, TokenGrid

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.numerics.lens import LensRows

Site = Literal["resid_pre", "resid_mid", "attn_out", "mlp_out"]
MOST_TARGETS = 32


class LogitLensParams(PromptParams):
    """What to decode, how, and which tokens to follow."""

    top_k: int = Field(5, ge=1, le=50, title="Tokens per cell", description="Best tokens kept for every cell.")
    site: Site = Field(
        "resid_pre",
        title="What is read",
        description="The stream entering each layer (with the model's output as last row), the stream between attention "
        "and MLP, or what one of the two adds.",
    )
    layers: Indices = Field(
        "all",
        description="Rows to decode: row l enters layer l, and the row after the last layer is the model's output.",
    )
    positions: Indices = Field("all", description="Positions to decode.")
    norm: Literal["final", "none"] = Field(
        "final",
        description="Whether the model's final normalisation is applied before the unembedding, as for its own output.",
    )
    targets: Annotated[list[TokenText], Field(max_length=MOST_TARGETS)] = Field(
        default_factory=list, description="Tokens to follow through every cell, by text, leading space included."
    )
    target_ids: Annotated[list[Annotated[int, Field(ge=0)]], Field(max_length=MOST_TARGETS)] = Field(
        default_factory=list, title="Target ids", description="Tokens to follow through every cell, by id."
    )
    precision: Literal["exact", "screen"] = Field(
        "exact",
        description="exact multiplies in full precision. screen multiplies in half precision and computes the best tokens "
        "again in full: about twice as fast, entropy and KL within 0.01 nats.",
    )


def _cost(model: ModelFacts, params: LogitLensParams, tokens: int) -> Cost:
    """One captured pass, then the share of a forward that the rows' unembedding amounts to."""
    rows = _many(params.layers, model.layers + 1) * _many(params.positions, tokens)
    decoding = rows * model.width * model.vocabulary / max(1, tokens * model.parameters)
    stream = 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=1 + decoding, bytes=stream + (64 << 20) + rows * (16 + 24 * params.top_k))


def _many(chosen: Indices, all_there_are: int) -> int:
    return all_there_are if chosen == "all" else min(len(set(chosen)), all_there_are)


@method(
    title="Logit lens",
    version=2,
    guide=Guide(
        question="What would each layer predict?",
        purpose="Decodes every layer's stream with the model's own unembedding, as if the model ended there.",
        reading="Read a column upward: each row is that layer's guess for the next token, the top row is the answer, and "
        "where a cell stops changing the model has settled. Early rows are often nonsense because the stream is not yet "
        "in the output's basis: nonsense does not mean that nothing is there. With tied embeddings the lowest row tends "
        "to repeat the input token, and the first token's column often means nothing at all.",
        synonyms=("early decoding", "unembedding", "intermediate predictions", "logitlens", "top tokens per layer"),
        next=("lens/lens-trajectory", "lens/direct-logit-attribution", "activations/sublayer-contribution"),
    ),
    papers=[
        Paper("Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023),
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)
def logit_lens(model: Model, params: LogitLensParams, progress: Progress = silent) -> TokenGrid:
    """Decode every layer's stream with the model's own final norm and unembedding.

    For row l and position t, z = cap(scale·(N(x[l, t]) W_Uᵀ + b_U)) with the statistics of N taken from x[l, t] itself, and
    p = softmax(z). `resid_pre` has one row per layer entered, `emb` first, and `out` last, which is the model's own
    prediction. The other sites have one row per layer.

    Arrays [row, position]: `probability` of the best token; `entropy` in nats; `kl`, KL(final‖row) in nats; `norm`, the
    length of the decoded vector. `topk_ids`, `topk_prob`, `topk_logit`, `topk_text` [row, position, rank]. With targets:
    `target_logprob` in nats and `target_rank` (1 is the most likely; ties share the better rank) [row, position, target].
    """
    from stratascope.numerics.lens import lens_rows

    run = model.read(params)
    stream = _stream(model, run, params.site)
    chosen = _chosen(model, params, len(stream), len(run.ids))
    x, targets, sent = chosen.of(stream), _targets(model, params), 0
    ends_in_output = _shows_output(params) and chosen.rows[-1] == model.layers
    ends_in_answer = ends_in_output and chosen.positions[-1] == len(run.ids) - 1

    def report(rows: LensRows, done: int, positions: int) -> None:
        nonlocal sent
        progress(done, positions, "decoding positions")
        if 2 * sent <= done < positions:  # each partial result costs as much as the last: send few, the first at once
            progress.partial(_grid(model, run, params, chosen, x, rows.copy(), targets))
            sent = done

    rows = lens_rows(
        model.unembedding,
        x,
        None if ends_in_output else lambda a, b: run.logits(chosen.positions[a:b]),
        top_k=params.top_k,
        targets=targets,
        norm=params.norm == "final",
        precision=params.precision,
        own=run.own_logits if ends_in_answer else None,
        report=report,
    )
    gap = rows.gap if ends_in_answer else run.logits([len(run.ids) - 1])[0] - run.own_logits
    return _grid(model, run, params, chosen, x, rows, targets, float(gap.abs().max()))


@dataclass(frozen=True)
class _Chosen:
    """The rows and positions to decode, ascending, out of so many."""

    rows: list[int]
    positions: list[int]
    total_rows: int
    total_positions: int

    def of(self, stream: Tensor) -> Tensor:
        """The part of a stream [row, position, width]; itself if that is all of it."""
        if len(self.rows) < self.total_rows:
            stream = stream[self.rows]
        return stream if len(self.positions) == self.total_positions else stream[:, self.positions]

    def place(self, labels: list[str]) -> dict[str, Any]:
        """Coordinates and counts for the result."""
        coords = {"row": [labels[row] for row in self.rows]}
        if len(self.positions) < self.total_positions:
            coords["position"] = [str(position) for position in self.positions]
        shown = {"row": len(self.rows), "position": len(self.positions)}
        return {"coords": coords, "shown": shown, "total": {"row": self.total_rows, "position": self.total_positions}}


def _chosen(model: Model, params: LogitLensParams, rows: int, tokens: int) -> _Chosen:
    """Raises `layer_out_of_range` and `position_out_of_range`."""
    wanted = sorted(range(rows) if params.layers == "all" else set(params.layers))
    positions = sorted(range(tokens) if params.positions == "all" else set(params.positions))
    if wanted[-1] >= rows:
        raise layer_out_of_range(wanted[-1], model.id, model.layers)
    if positions[-1] >= tokens:
        raise position_out_of_range(positions[-1], tokens, "positions")
    return _Chosen(wanted, positions, rows, tokens)


def _shows_output(params: LogitLensParams) -> bool:
    """Whether the last row is the model's own output."""
    return params.site == "resid_pre" and params.norm == "final"


def _stream(model: Model, run: Run, site: Site) -> Tensor:
    """The vectors to decode [row, position, width]."""
    import torch

    if site == "resid_pre":
        return run.resid
    if site in ("attn_out", "mlp_out"):
        return run.attn_out if site == "attn_out" else run.mlp_out
    middle = [run.resid_mid(layer) for layer in range(model.layers)]
    whole = [x for x in middle if x is not None]
    if len(whole) < len(middle):
        raise Problem(
            "no_middle_stream",
            f"{model.id} adds attention and MLP to the same stream; there is nothing between them.",
            field="site",
            remedy="Read the stream entering each layer",
            changes={"site": "resid_pre"},
        )
    return torch.stack(whole)


def _targets(model: Model, params: LogitLensParams) -> list[int]:
    """Ids of the tokens to follow, each once, texts first."""
    found = list(dict.fromkeys([*(model.single_token(text) for text in params.targets), *params.target_ids]))
    size = model.facts.vocabulary
    for token in found:
        if token >= size:
            raise Problem("bad_parameter", f"target_ids must be below {size}; got {token}.", field="target_ids")
    if len(found) > MOST_TARGETS:
        message = f"At most {MOST_TARGETS} tokens can be followed; got {len(found)}."
        raise Problem("bad_parameter", message, field="targets")
    return found


def _grid(
    model: Model,
    run: Run,
    params: LogitLensParams,
    chosen: _Chosen,
    x: Tensor,
    rows: LensRows,
    targets: list[int],
    gap: float | None = None,
) -> TokenGrid:
    """The result, whole or with cells still missing (then without checks)."""
    from stratascope.numerics.lens import row_labels
    from stratascope.numerics.vectors import length

    ids = rows.topk_ids.numpy()
    tokens = {int(i): model.token(int(i)) for i in np.unique(ids[ids >= 0]).tolist() + targets}
    texts = np.array([tokens[i].text if i in tokens else "" for i in ids.ravel().tolist()], dtype=object)
    cell, ranked = ("row", "position"), ("row", "position", "rank")
    prob = rows.topk_logprob.exp().numpy()
    arrays = {
        "probability": Array(values=prob[..., 0], dims=cell),
        "entropy": Array(values=rows.entropy.numpy(), dims=cell),
        "kl": Array(values=rows.kl.numpy(), dims=cell),
        "norm": Array(values=length(x).cpu().numpy(), dims=cell),
        "topk_ids": Array(values=ids, dims=ranked),
        "topk_prob": Array(values=prob, dims=ranked),
        "topk_logit": Array(values=rows.topk_logit.numpy(), dims=ranked),
        "topk_text": Array(values=texts.reshape(ids.shape), dims=ranked),
    }
    labels = row_labels(model.layers) if params.site == "resid_pre" else [str(layer) for layer in range(model.layers)]
    place = chosen.place(labels)
    if targets:
        followed = ("row", "position", "target")
        arrays["target_logprob"] = Array(values=rows.target_logprob.numpy(), dims=followed)
        arrays["target_rank"] = Array(values=rows.target_rank.numpy(), dims=followed)
        place["coords"]["target"] = [tokens[i].text for i in targets]
    return TokenGrid(
        arrays=arrays,
        quantities=_quantities(model.facts.vocabulary),
        coords=place["coords"],
        tokens=run.tokens.tokens,
        vocabulary=[tokens[i] for i in sorted(tokens)],
        shown={**place["shown"], "rank": ids.shape[-1]},
        total={**place["total"], "rank": model.facts.vocabulary},
        facts={"site": params.site, "norm": params.norm, "precision": params.precision, "target_ids": targets},
        summary=_summary(
            chosen, place["coords"]["row"], ids[:, -1, 0], prob[:, -1, 0], texts.reshape(ids.shape)[:, -1, 0]
        ),
        checks=[] if gap is None else [_check(gap, params)],
        warnings=_warnings(params),
    )


def _quantities(vocabulary: int) -> list[Quantity]:
    """What is drawn. Entropy and KL share the fixed scale from 0 to ln V."""
    most = (0.0, math.log(vocabulary))
    return [
        Quantity(name="probability", label="probability of the top token", scale="prob", limits=(0.0, 1.0)),
        Quantity(name="entropy", label="entropy", scale="unc", unit="nats", limits=most),
        Quantity(name="kl", label="KL from the model's output", scale="unc", unit="nats", limits=most),
        Quantity(name="norm", label="length of the decoded vector", scale="mag"),
    ]


def _check(gap: float, params: LogitLensParams) -> Check:
    """How far the decoded output of the last layer is from what the model itself answers."""
    where = "over all tokens" if params.precision == "exact" or not _shows_output(params) else "over the tokens shown"
    return Check(
        name="matches_output",
        label="matches model output",
        value=gap,
        ok=1e-4,
        warn=1e-2,
        explanation=f"Largest difference, {where}, between the last position's logits decoded from the last layer's "
        "stream and those that the model itself returned.",
    )


def _warnings(params: LogitLensParams) -> list[str]:
    if params.norm == "none":
        return [
            "Without the final norm, long vectors look more certain than short ones; compare ranks, not probabilities."
        ]
    if params.site in ("attn_out", "mlp_out"):
        return ["These rows show what one part adds, decoded alone; it is not a prediction of the model."]
    return []


def _summary(chosen: _Chosen, labels: list[str], ids: Any, prob: Any, texts: Any) -> str:
    """The last position shown in words: its answer, how sure, and from which row on it stays."""
    if ids[-1] < 0:
        return ""
    same = ids == ids[-1]
    settled = len(ids) - int(np.argmin(same[::-1])) if not same.all() else 0
    since = "every row" if settled == 0 else f"row {labels[settled]}"
    position = chosen.positions[-1]
    where = "the last token" if position == chosen.total_positions - 1 else f"position {position}"
    who = "the model predicts" if labels[-1] == "out" else f"row {labels[-1]} favours"
    return f"At {where} {who} “{texts[-1]}” (probability {prob[-1]:.3f}); it is the top token from {since} on."

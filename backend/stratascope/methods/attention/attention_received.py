"""Attention received: how much later tokens look at each token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stratascope.method import Field, Guide, Indices, Paper, Progress, PromptParams, method, silent
from stratascope.problem import Problem, head_out_of_range
from stratascope.result import Array, Check, Quantity, TokenGrid

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model


class AttentionReceivedParams(PromptParams):
    """Which heads look, and whether early tokens are given an advantage."""

    layers: Indices = Field("all", description="Layers, counted from 0, or all.")
    heads: Indices = Field("all", description="Heads that look, counted from 0, or all.")
    normalize: bool = Field(
        True,
        title="Mean over those that look",
        description="Divide by the heads and the tokens that can look at a token; otherwise attention is summed up, which "
        "favours early tokens because more tokens come after them.",
    )


@method(
    title="Attention received",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Ranks the tokens of a prompt by how much the tokens after them look at them, layer by layer.",
        reading="Bright tokens are looked at by many later tokens. The second map divides by what even attention would give "
        "them, so 2 means twice the fair share; sums without it favour early tokens by construction. Attention parked on the "
        "first token takes most of the rest away from all others.",
        synonyms=(
            "token importance",
            "attention concentration",
            "key importance",
            "heavy hitters",
            "looked at",
            "KV cache",
        ),
        next=("attention/attention-pattern", "attention/attention-sink", "attention/span-attention"),
    ),
    papers=[
        Paper("RSQ: Learning from Important Tokens Leads to Better Quantized LLMs", 2025),
        Paper("FlowCut: Rethinking Redundancy via Information Flow for Efficient Vision-Language Models", 2025),
        Paper("Token Activation Map to Visually Explain Multimodal LLMs", 2025),
    ],
    requires=("patterns",),
)
def attention_received(model: Model, params: AttentionReceivedParams, progress: Progress = silent) -> TokenGrid:
    """Sum what every token is given, r[l, s] = Σ_h Σ_{t ≥ s} A[t, s], over H·(queries that can see s) if normalized.

    Arrays [row, position], a row for each layer: `received`; `enrichment`, the same over what attention spread evenly over
    the keys that each query sees would give. `even` [row, position] is that share.
    """
    import torch

    from stratascope.models.pattern_reading import PatternReader
    from stratascope.numerics.attention import seen

    layers, heads = _chosen(model, params)
    run, reader = model.read(params), PatternReader(model)
    received: list[Tensor] = []
    even: list[Tensor] = []
    off = 0.0
    for layer, pattern, keys in reader.layers(run):
        if layer not in layers:
            continue
        visible = seen(keys).float()
        lookers = visible.sum(0) if params.normalize else torch.full_like(keys, 1 / len(heads))
        total, fair = pattern[heads].sum((0, 1)), (visible / visible.sum(-1, keepdim=True)).sum(0)
        off = max(off, abs(float(total.sum()) / (len(heads) * len(keys)) - 1.0))
        received.append(total / (len(heads) * lookers))
        even.append(fair / lookers)
        progress(len(received), len(layers), "reading layers")
    values, fair_share = torch.stack(received), torch.stack(even)
    dims, texts = ("row", "position"), [token.text for token in run.tokens.tokens]
    enrichment = (values / fair_share).cpu().numpy()
    return TokenGrid(
        arrays={
            "received": Array(values=values.cpu().numpy(), dims=dims),
            "enrichment": Array(values=enrichment, dims=dims),
            "even": Array(values=fair_share.cpu().numpy(), dims=dims),
        },
        quantities=[
            Quantity(
                name="received",
                label="attention received",
                scale="attn",
                limits=(0.0, 1.0) if params.normalize else None,
            ),
            Quantity(name="enrichment", label="over even attention", scale="mag"),
        ],
        coords={"row": [str(layer) for layer in layers]},
        tokens=run.tokens.tokens,
        shown={"row": len(layers)},
        total={"row": model.layers},
        facts={"heads": len(heads), "n_tokens": len(run.ids), "normalized": params.normalize},
        summary=_summary(texts, values.mean(0).cpu().numpy(), enrichment.mean(0), len(layers)),
        checks=[*reader.checks(), _conserved(off)],
        warnings=reader.warnings(),
    )


def _chosen(model: Model, params: AttentionReceivedParams) -> tuple[list[int], list[int]]:
    """Layers and heads asked for, each once, in order."""
    layers = list(range(model.layers)) if params.layers == "all" else sorted(set(params.layers))
    heads = list(range(model.heads)) if params.heads == "all" else sorted(set(params.heads))
    if heads[-1] >= model.heads:
        raise head_out_of_range(heads[-1], model.id, model.heads)
    if layers[-1] >= model.layers:
        outside = [layer for layer in layers if layer >= model.layers]
        raise Problem(
            "layer_out_of_range",
            f"Layers {outside[0]}–{outside[-1]} are outside 0–{model.layers - 1}.",
            field="layers",
            remedy=f"Choose layers between 0 and {model.layers - 1}",
            changes={"layers": "all"},
        )
    return layers, heads


def _conserved(off: float) -> Check:
    return Check(
        name="all_is_received",
        label="all attention is received",
        value=off,
        ok=1e-3,
        warn=1.0,
        explanation="Largest relative difference between what the tokens of a layer receive together and one for each head "
        "and token that looks; models that can look at nothing have more.",
    )


def _summary(texts: list[str], received: np.ndarray, enrichment: np.ndarray, layers: int) -> str:
    """The token most looked at, and the one behind the first with the largest share over the fair one."""
    first = int(received.argmax())
    text = f"Over {layers} layers position {first} (“{texts[first]}”) receives the most, {received[first]:.2f}"
    if len(texts) < 3:
        return f"{text}."
    other = 1 + int(enrichment[1:].argmax())
    return f"{text}; behind the first token it is position {other} (“{texts[other]}”), {enrichment[other]:.1f} of its fair share."

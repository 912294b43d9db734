"""Neuron contexts: everything a page about one neuron shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.result import Array, Check, Histogram, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.neuron_corpus import CorpusText, Without
    from stratascope.numerics.contexts import Place

NOTHING_FOLLOWS = "no token follows"
ABLATED = ["neuron", "control"]
_SEED = 0
_ACTIVE = 0.1
"""A neuron is on where its value is above this share of its largest one."""


class NeuronContextsParams(PromptsParams):
    """Which neuron, on which texts. The prompt is shown beside the corpus; `prompts` are a corpus of one's own."""

    layer: int | None = Field(None, ge=0, le=1_000_000, description="Layer; the middle one if left out.")
    neuron: int = Field(0, ge=0, le=1_000_000, description="Neuron of the layer.")
    texts: int = Field(
        324, ge=27, le=4096, description="Texts of the bundled corpus that are read, spread evenly over its sets."
    )
    strongest: int = Field(12, ge=1, le=40, description="Contexts with the largest values, each of another text.")
    others: int = Field(6, ge=0, le=20, description="Contexts of every other kind: middling, lowest and random ones.")
    window: int = Field(10, ge=0, le=64, description="Tokens shown on either side of a context's token.")
    top: int = Field(10, ge=1, le=50, description="Tokens and neurons in each list.")
    bins: int = Field(40, ge=5, le=200, description="Bins of the histogram.")
    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token counts."
    )


class _Seen(NamedTuple):
    """The corpus with the neuron's values: `values` [position] and the positions `counted` of each text."""

    texts: list[CorpusText]
    values: list[Tensor]
    counted: list[list[int]]
    flat: Tensor
    ids: Tensor


def _cost(model: ModelFacts, params: NeuronContextsParams, tokens: int) -> Cost:
    texts = params.most_prompts if params.prompts or params.prompts_from else params.texts
    forwards = 1 + texts + 3 * params.strongest
    weights = 4 * 3 * model.width * (model.vocabulary + 8 * model.width)
    return Cost(forwards, weights + 4 * tokens * (model.width * 5 * model.layers + model.vocabulary))


@method(
    title="Neuron contexts",
    version=1,
    guide=Guide(
        question="Which features fire?",
        purpose="Shows one neuron: where it fires in a corpus, what it reads and writes, and what is lost without it.",
        reading="Read the middling and the random contexts too: the strongest ones alone make almost any neuron look as if it "
        "stood for one thing. The written tokens are exact only for what the neuron adds directly to the output, and the "
        "read tokens only for the first layer. An effect no larger than the control's is that of any neuron so active.",
        synonyms=("neuron page", "max activating examples", "top activations", "neuron interpretation", "monosemantic",
                  "activation histogram", "neuron ablation", "similar neurons"),
        next=("activations/neuron-profile", "activations/activation-sparsity"),
    ),
    papers=[
        Paper("FIND: A Function Description Benchmark for Evaluating Interpretability Methods", 2023),
        Paper("Interpreting Attention Layer Outputs with Sparse Autoencoders", 2024),
    ],
    requires=("causal", "neurons"),
    cost=_cost,
)  # fmt: skip
def neuron_contexts(model: Model, params: NeuronContextsParams, progress: Progress = silent) -> Histogram:
    """One neuron's value (what enters the output projection) at every token of a corpus, with contexts and weights.

    `count` [bin] and `edges` [edge]: how often values occur; `value` [position]: on the prompt, if there is one.

    Over [context], named "strongest 1" and so on, each the window of tokens around one token: `context_group` (strongest,
    middle, lowest, random), `context_source` (the set), `context_text` (number of the text in the corpus), `context_position`
    and `context_value` of the token; over [context, slot] `slot_token`, `slot_value` and `slot_id`, empty, undefined and −1
    beyond the text. The token stands at slot `facts["centre"]`. Lowest ones are there if values reach far below 0.

    Over [ablated, strongest], the strongest contexts without the neuron and without a control, the neuron of the layer whose
    mean value there is nearest: `ablation_kl`, KL of the next token, and `ablation_nll`, growth of −ln p of the token that
    follows, in nats.

    Over [rank]: `raised_token` with `raised`, `lowered_token` with `lowered`, logits per unit of value over the final norm's
    deviation. Over [neighbour]: `neighbour`, the neurons of the layer whose writes point most alike, with
    `neighbour_cosine`. Over [reader, read]: `reads_token` with `reads`, cosine of embeddings with what the neuron looks
    for; a gated MLP has two readers. Over [kind]: `kind_token`, `kind_mean`, `kind_count`, the tokens with the largest mean
    value.
    """
    from stratascope.models.contrast import chosen_layer
    from stratascope.models.neuron_checks import neurons_add_up
    from stratascope.models.neuron_corpus import without_it
    from stratascope.models.neuron_page import context_arrays, context_names, kind_arrays, vocabulary_arrays
    from stratascope.models.neuron_weights import neuron_weights
    from stratascope.models.neurons import require_neuron

    layer, neuron = chosen_layer(model, params.layer), params.neuron
    require_neuron(model, layer, neuron)
    seen, too_long = _read(model, params, layer, progress)
    places = _places(seen, params)
    strongest = [place for place in places if place.group == "strongest"]
    without = without_it(model, layer, neuron, [text.tokens for text in seen.texts], seen.values, strongest)
    weights = neuron_weights(model, layer, neuron)
    return Histogram(
        arrays={
            **_histogram(seen.flat, params.bins),
            **_on_prompt(model, params, layer),
            **context_arrays(seen.texts, seen.values, places, params.window),
            **_losses(without),
            **vocabulary_arrays(model, weights, layer, neuron, params.top),
            **kind_arrays(model, seen.ids, seen.flat, params.top),
        },
        quantities=[Quantity(name="count", label=f"value of neuron {layer}.{neuron}", scale="feat")],
        coords={"context": context_names(places), "ablated": ABLATED, "reader": weights.readers},
        tokens=model.tokenize(params.prompt, params.messages).tokens if _asked(params) else [],
        facts=_facts(seen, layer, params, without)
        | {"in_out_cosine": dict(zip(weights.readers, weights.in_out.tolist(), strict=True))},
        summary=_summary(model, seen, layer, neuron, without),
        checks=[neurons_add_up(without.error), _same_value(without.gap), _effect(without)],
        warnings=[f"{too_long} texts of the corpus are longer than {model.id} reads."] if too_long else [],
    )


def _read(model: Model, params: NeuronContextsParams, layer: int, progress: Progress) -> tuple[_Seen, int]:
    import torch

    from stratascope.models.neuron_corpus import read_corpus, values_on
    from stratascope.numerics.vectors import counted

    corpus = read_corpus(model, params, params.texts)
    texts = [text.tokens for text in corpus.texts]
    values = values_on(model, layer, params.neuron, texts, progress)
    kept = [counted([token.special for token in text.tokens], params.include_bos) for text in texts]
    flat = torch.cat([each[one] for each, one in zip(values, kept, strict=True)])
    ids = torch.tensor([text.ids[position] for text, one in zip(texts, kept, strict=True) for position in one])
    return _Seen(corpus.texts, values, kept, flat, ids), corpus.too_long


def _places(seen: _Seen, params: NeuronContextsParams) -> list[Place]:
    import torch

    from stratascope.numerics.contexts import choose

    generator = torch.Generator().manual_seed(_SEED)
    return choose(seen.values, seen.counted, params.strongest, params.others, generator)


def _histogram(values: Tensor, bins: int) -> dict[str, Array]:
    count, edges = np.histogram(values.numpy(), bins=bins)
    return {
        "count": Array(values=count, dims=("bin",)),
        "edges": Array(values=edges.astype(np.float32), dims=("edge",)),
    }


def _asked(params: NeuronContextsParams) -> bool:
    """Whether there is a prompt to show beside the corpus."""
    return bool(params.prompt.strip()) or params.messages is not None


def _on_prompt(model: Model, params: NeuronContextsParams, layer: int) -> dict[str, Array]:
    from stratascope.models.neurons import neuron_activations

    if not _asked(params):
        return {}
    values = neuron_activations(model, model.read(params), layer)[:, params.neuron]
    return {"value": Array(values=values.cpu().numpy(), dims=("position",))}


def _losses(without: Without) -> dict[str, Array]:
    ends = NOTHING_FOLLOWS if np.isnan(without.nll).any() else None
    return {
        "ablation_kl": Array(values=without.kl, dims=("ablated", "strongest")),
        "ablation_nll": Array(values=without.nll, dims=("ablated", "strongest"), undefined=ends),
    }


def _facts(seen: _Seen, layer: int, params: NeuronContextsParams, without: Without) -> dict[str, Any]:
    largest = float(seen.flat.max())
    threshold = _ACTIVE * max(largest, 0.0)
    return {
        "layer": layer,
        "neuron": params.neuron,
        "centre": params.window,
        "n_texts": len(seen.texts),
        "n_tokens": len(seen.flat),
        "n_sets": len({text.source for text in seen.texts}),
        "mean": float(seen.flat.mean()),
        "deviation": float(seen.flat.std(correction=0)),
        "smallest": float(seen.flat.min()),
        "largest": largest,
        "threshold": threshold,
        "frequency": float((seen.flat > threshold).float().mean()),
        "control_neuron": without.control,
    }


def _same_value(gap: float) -> Check:
    return Check(
        name="same_value",
        label="same value alone",
        value=gap,
        ok=1e-4,
        warn=2e-2,
        explanation="Largest difference of the neuron's value at the strongest contexts, read in a batch of texts and read "
        "from a captured run of the text alone, relative to the largest.",
    )


def _effect(without: Without) -> Check:
    return Check(
        name="ablation_kl",
        label="effect without it",
        value=float(without.kl[0].mean()),
        control=float(without.kl[1].mean()),
        explanation="Mean KL of the next token, in nats, at the strongest contexts when the neuron is 0 in the whole text; the "
        "control is another neuron of the layer whose mean value there is nearest.",
    )


def _summary(model: Model, seen: _Seen, layer: int, neuron: int, without: Without) -> str:
    largest = float(seen.flat.max())
    token = model.token(int(seen.ids[int(seen.flat.argmax())])).text
    share = float((seen.flat > _ACTIVE * max(largest, 0.0)).float().mean())
    return (
        f"Neuron {layer}.{neuron} is on at {share:.1%} of {len(seen.flat):,} tokens, most ({largest:.3g}) on “{token}”. Without "
        f"it the next token there changes by {float(without.kl[0].mean()):.3g} nats (control {float(without.kl[1].mean()):.3g})."
    )

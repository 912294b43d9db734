"""Activation sparsity: the share of a layer's neurons that do nothing for a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import counted_tokens, prompt_facts
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.neurons import Change
    from stratascope.models.run import Run

SERIES = ["off", "held_by_others"]
NO_NEXT = "a prompt of one token has no next token"
_SEED = 0


class ActivationSparsityParams(PromptsParams):
    """When a neuron counts as off, and where its value is read."""

    metric: Literal["zero", "fat", "topk"] = Field(
        "fat",
        title="Off means",
        description="zero: exactly 0, which only ReLU gives. fat: at most epsilon from 0. topk: not among the largest share k.",
    )
    epsilon: float = Field(1e-2, ge=0.0, le=1e6, description="Largest distance from 0 that counts as off, for fat.")
    k: float = Field(
        0.1, ge=1e-4, le=1.0, title="Share kept", description="Share of a token's neurons that topk keeps."
    )
    site: Literal["gate", "product"] = Field(
        "gate",
        description="gate: behind the nonlinearity. product: what enters the output projection. A plain MLP has one of both.",
    )
    include_bos: bool = Field(
        False,
        title="Include first special token",
        description="Whether a special first token enters the means and is pruned.",
    )


class _Found(NamedTuple):
    """One prompt: off and held [layer, position], growths of −ln p when what is off is 0, or as many at random."""

    off: Tensor
    held: Tensor
    increase: float
    at_random: float
    error: float
    kept: list[int]


def _cost(model: ModelFacts, params: ActivationSparsityParams, tokens: int) -> Cost:
    values = 4 * tokens * 8 * model.width
    return Cost(4 * params.most_prompts, values + 4 * tokens * (model.width * 5 * model.layers + model.vocabulary))


@method(
    title="Activation sparsity",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Shows what share of the neurons of every MLP is off, token by token, and what the rest alone predicts.",
        reading="0.97 means that 97 of 100 neurons in that layer did nothing for the token. The perplexity ratio says whether "
        "nothing is the right word: 1 means that setting them to exactly 0 costs nothing. Smooth nonlinearities are almost "
        "never exactly 0, and the share of small gates is not the share of small products.",
        synonyms=("lazy neurons", "dead neurons", "sparse activations", "activation ratio", "ReLU sparsity",
                  "contextual sparsity", "top-k pruning"),
        next=("activations/cett-sparsity", "activations/ppl-sparsity", "activations/neuron-profile"),
    ),
    papers=[
        Paper("The Lazy Neuron Phenomenon: On Emergence of Activation Sparsity in Transformers", 2023),
        Paper("Sparsing Law: Towards Large Language Models with Greater Activation Sparsity", 2025),
        Paper("Understanding and Harnessing Sparsity in Unified Multimodal Models", 2025),
    ],
    requires=("causal", "neurons"),
    cost=_cost,
)  # fmt: skip
def activation_sparsity(model: Model, params: ActivationSparsityParams, progress: Progress = silent) -> LayerCurve:
    """The share of neurons that are off, and the share of Σ|value| that the others hold.

    The value of a neuron is what leaves the nonlinearity (gate), or what enters the output projection (product). Means
    over a prompt's tokens, then over prompts. The perplexity ratio is exp of the mean growth of −ln p of the next token
    when what is off is set to 0 in all layers at once, judged anew in the pruned pass.

    Arrays: `value` [series, layer], 0 to 1, for several prompts with `low` and `high` one standard error away and
    `by_prompt` [prompt, series, layer]; for one prompt `by_token` [series, layer, position], first token included.
    """
    import torch

    from stratascope.models.neuron_checks import neurons_add_up
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_runs, prompt_titles, read_prompts

    prompts, several = read_prompts(model, params), many(params)
    generator = torch.Generator().manual_seed(_SEED)
    found = [_measured(model, run, params, generator) for run in prompt_runs(model, params, progress, prompts)]
    each = [torch.stack([one.off, one.held]) for one in found]
    arrays = prompt_arrays([x[..., one.kept].mean(-1) for x, one in zip(each, found, strict=True)],
                           ("series", "layer"), several)  # fmt: skip
    if not several:
        arrays["by_token"] = Array(values=each[0].numpy(), dims=("series", "layer", "position"))
    ratio, control = (_ratio([getattr(one, name) for one in found]) for name in ("increase", "at_random"))
    value = arrays["value"].values
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="value", label="share", scale="prob", limits=(0.0, 1.0))],
        coords={"series": SERIES, **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts=_facts(model, ratio, control) | prompt_facts(prompts, [one.kept for one in found]),
        summary=_summary(value, ratio, params),
        checks=[neurons_add_up(max(one.error for one in found)), _perplexity(ratio, control)],
        warnings=_warnings(model, params),
    )


def _measured(model: Model, run: Run, params: ActivationSparsityParams, generator: torch.Generator) -> _Found:
    import torch

    from stratascope.models.neuron_checks import nll_increase, only_at, sum_error
    from stratascope.models.neurons import gate_activations, neuron_activations
    from stratascope.numerics.neurons import inactive, share_held, shuffled

    def off(values: Tensor) -> Tensor:
        return inactive(values, params.metric, params.epsilon, params.k)

    kept = counted_tokens(run, params.include_bos)
    rows, error = [], 0.0
    for layer in range(model.layers):
        product = neuron_activations(model, run, layer)
        values = gate_activations(model, run, layer) if params.site == "gate" else product
        rows.append(torch.stack([off(values).float().mean(-1), share_held(values, off(values))]))
        error = max(error, sum_error(model, run, layer, product))

    def pruned(values: Tensor) -> Tensor:
        return values * ~off(values)

    def pruned_at_random(values: Tensor) -> Tensor:
        return values * ~shuffled(off(values), generator)

    def increase(change: Change) -> float:
        return nll_increase(model, run, dict.fromkeys(range(model.layers), only_at(kept, change)), params.site)

    shares = torch.stack(rows, 1).cpu()
    return _Found(shares[0], shares[1], increase(pruned), increase(pruned_at_random), error, kept)


def _ratio(increases: list[float]) -> float | None:
    """exp of their mean, those of prompts without a next token left out; None if there is none."""
    import math

    known = [one for one in increases if math.isfinite(one)]
    return math.exp(sum(known) / len(known)) if known else None


def _facts(model: Model, ratio: float | None, control: float | None) -> dict[str, Any]:
    from stratascope.models.neurons import is_gated, neuron_count, nonlinearity

    return {
        "ppl_ratio": ratio,
        "ppl_ratio_random": control,
        "neurons": neuron_count(model, 0),
        "gated": is_gated(model, 0),
        "nonlinearity": nonlinearity(model, 0)[0],
    }


def _perplexity(ratio: float | None, control: float | None) -> Check:
    return Check(
        name="ppl_ratio",
        label="perplexity without them",
        value=ratio,
        control=control,
        explanation="Perplexity of the prompt when what is off is set to 0 in all layers, over that of the whole model; the "
        "control sets as many neurons of each token to 0, drawn at random.",
    )


def _warnings(model: Model, params: ActivationSparsityParams) -> list[str]:
    from stratascope.models.neurons import nonlinearity

    name, cuts = nonlinearity(model, 0)
    if params.metric == "zero" and not cuts:
        return [f"Exact zeros are rare with {name}; use fat or cett."]
    return []


def _summary(value: np.ndarray, ratio: float | None, params: ActivationSparsityParams) -> str:
    topk = params.metric == "topk"
    shown = value[1 if topk else 0]
    low, high = int(shown.argmin()), int(shown.argmax())
    span = f"from {shown[low]:.1%} in layer {low} to {shown[high]:.1%} in layer {high}"
    off = "exactly 0" if params.metric == "zero" else f"at most {params.epsilon:g} from 0"
    what = (
        f"The largest {params.k:.3g} of a token's neurons hold {shown.mean():.1%} of the activation, {span}."
        if topk
        else f"{shown.mean():.1%} of the neurons are {off}, {span}."
    )
    without = "the others" if topk else "them"
    return what if ratio is None else f"{what} Without {without}, perplexity is {ratio:.3f} of what it was."

"""CETT sparsity: how many neurons each MLP needs when a set share of its output may be lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import prompt_facts
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    import numpy as np

    from stratascope.models.model import Model

SERIES = ["activation_ratio"]
_SEED = 0


class CettSparsityParams(PromptsParams):
    """How much of every MLP's output may be lost."""

    cett: float = Field(
        0.2,
        ge=1e-3,
        le=0.999,
        title="Loss of output",
        description="Largest mean length of what the left-out neurons write, over that of what all of them write.",
    )
    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token counts and is pruned."
    )


def _cost(model: ModelFacts, params: CettSparsityParams, tokens: int) -> Cost:
    streams = 4 * tokens * params.most_prompts * model.width * (model.layers + 16)
    return Cost(forwards=8 * params.most_prompts, bytes=streams + 4 * tokens * model.vocabulary)


@method(
    title="CETT sparsity",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Shows what share of its neurons each MLP needs when a set share of its output may be lost.",
        reading="A low ratio means that few neurons write nearly all of the layer's output for a token. The same loss is used "
        "for every layer and model, so models with different nonlinearities can be compared on the same text. A loss of "
        "output need not be a loss of prediction: read the perplexity ratio beside it.",
        synonyms=("activation ratio", "cumulative error of tail truncation", "sparsing law", "neuron pruning",
                  "adaptive threshold", "contextual sparsity"),
        next=("activations/ppl-sparsity", "activations/activation-sparsity"),
    ),
    papers=[Paper("Sparsing Law: Towards Large Language Models with Greater Activation Sparsity", 2025)],
    requires=("causal", "neurons"),
    cost=_cost,
    job=True,
)  # fmt: skip
def cett_sparsity(model: Model, params: CettSparsityParams, progress: Progress = silent) -> LayerCurve:
    """Find for each layer a largest τ such that the writes of length at most τ are CETT ≤ `cett` of the MLP's output.

    CETT is ‖Σ left-out writes‖ / ‖Σ all writes‖, the mean over all counted tokens; a neuron's write is its value times its
    row of the output projection. τ is found by bisection over the sorted lengths. The activation ratio is the share of
    neurons whose write is longer than τ, the mean over a prompt's tokens, then over prompts.

    Arrays: `value` [series, layer], the activation ratio, 0 to 1, for several prompts with `low` and `high` one standard
    error away and `by_prompt` [prompt, series, layer]; `tau` [layer], in units of the stream; `cett_achieved` [layer] and
    `cett_random` [layer], as many neurons drawn at random; for one prompt `by_token` [layer, position].
    """
    import torch

    from stratascope.models.neuron_checks import neurons_add_up
    from stratascope.models.neuron_thresholds import read_thresholds
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_titles

    several = many(params)
    mlps, prompts, kept, warnings = read_thresholds(model, params, params.include_bos, "CETT sparsity", progress)
    generator = torch.Generator().manual_seed(_SEED)
    taus, achieved, at_random = [], [], []
    for layer in range(model.layers):
        progress(layer, model.layers, "looking for thresholds")
        truncation = mlps.truncation(layer)
        taus.append(truncation.threshold(params.cett)[0])
        achieved.append(truncation.error(taus[-1]))
        at_random.append(truncation.at_random(taus[-1], generator))
    arrays = prompt_arrays([mean[None] for mean in mlps.means(taus)], ("series", "layer"), several)
    for name, each in (("tau", taus), ("cett_achieved", achieved), ("cett_random", at_random)):
        arrays[name] = Array(values=torch.tensor(each).numpy(), dims=("layer",))
    if not several:
        arrays["by_token"] = Array(values=mlps.ratios(taus)[0].numpy(), dims=("layer", "position"))
    ppl = math.exp(mlps.increase(taus))
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="value", label="activation ratio", scale="prob", limits=(0.0, 1.0))],
        coords={"series": SERIES, **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts={"ppl_ratio": ppl, **prompt_facts(prompts, kept)},
        summary=_summary(arrays["value"].values[0], ppl, params.cett),
        checks=[neurons_add_up(mlps.error), _control(achieved, at_random)],
        warnings=warnings + _unreached(taus, params.cett),
    )


def _control(achieved: list[float], at_random: list[float]) -> Check:
    """What the same number of neurons would cost if it did not matter which."""
    return Check(
        name="cett",
        label="loss of output",
        value=max(achieved),
        control=min(at_random),
        explanation="Largest loss of output of any layer at its threshold; the control is the smallest loss of any layer when "
        "as many neurons of each token are drawn at random.",
    )


def _unreached(taus: list[float], cett: float) -> list[str]:
    return [f"No threshold reaches CETT {cett:g} in layer {layer}." for layer, tau in enumerate(taus) if tau == 0.0]


def _summary(ratio: np.ndarray, ppl: float, cett: float) -> str:
    low, high = int(ratio.argmin()), int(ratio.argmax())
    return (
        f"At a loss of {cett:.0%} of every MLP's output {ratio.mean():.1%} of the neurons are needed, from {ratio[low]:.1%} in "
        f"layer {low} to {ratio[high]:.1%} in layer {high}; perplexity is then {ppl:.3g} of what it was."
    )

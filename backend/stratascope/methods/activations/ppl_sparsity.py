"""PPL sparsity: how many neurons a model needs when perplexity may grow by a set percentage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import prompt_facts
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.neuron_thresholds import NeuronThresholds

SERIES = ["activation_ratio"]
_STEPS, _FINE = 20, 1e-4
"""Most bisections of the loss, and the width at which they end."""


class PplSparsityParams(PromptsParams):
    """How much worse the prediction may get."""

    ppl_increase_p: float = Field(
        1.0,
        ge=0.01,
        le=50.0,
        title="Perplexity increase (%)",
        description="Largest growth of perplexity, in percent.",
    )
    include_bos: bool = Field(
        False, title="Include first special token", description="Whether a special first token counts and is pruned."
    )


class _Step(NamedTuple):
    """One loss of output that was tried: thresholds with their ranks, and the perplexity ratio."""

    cett: float
    taus: list[float]
    ranks: list[int]
    ppl: float


def _cost(model: ModelFacts, params: PplSparsityParams, tokens: int) -> Cost:
    streams = 4 * tokens * params.most_prompts * model.width * (model.layers + 16)
    return Cost(forwards=2 * _STEPS * params.most_prompts, bytes=streams + 4 * tokens * model.vocabulary)


@method(
    title="PPL sparsity",
    version=2,
    guide=Guide(
        question="How do layers transform?",
        purpose="Shows what share of its neurons each MLP needs when perplexity may grow by a set percentage.",
        reading="At 1% growth of perplexity this model needs only the share of its neurons that is shown; every layer gives up "
        "the same share of its output. Layers with a low ratio concentrate their output in few neurons. Compare models only "
        "on the same text, since an easy text can be predicted with less.",
        synonyms=("performance-aware sparsity", "activation ratio", "sparsing law", "PPL-p% sparsity", "neuron pruning",
                  "perplexity budget"),
        next=("activations/cett-sparsity", "activations/activation-sparsity"),
    ),
    papers=[Paper("Sparsing Law: Towards Large Language Models with Greater Activation Sparsity", 2025)],
    requires=("causal", "neurons"),
    cost=_cost,
    job=True,
)  # fmt: skip
def ppl_sparsity(model: Model, params: PplSparsityParams, progress: Progress = silent) -> LayerCurve:
    """Find the largest loss of output, the same in every layer, at which perplexity grows by at most p percent.

    The loss c is bisected between 0 and 1, to 1e-4 and in at most 20 steps. For each c every layer gets a largest τ at
    which leaving out the writes of length at most τ loses at most c of its output (see CETT sparsity), measured on whole
    layers; then all layers leave theirs out together. The perplexity ratio is exp of the mean growth of −ln p of the next
    token, over a prompt's tokens, then over prompts. As both may fall again where writes cancel, a crossing is found.

    Arrays: `value` [series, layer], the activation ratio, 0 to 1, for several prompts with `low` and `high` one standard
    error away and `by_prompt` [prompt, series, layer]; `tau` [layer]; `tried_cett`, `tried_ratio` (mean over layers) and
    `tried_ppl` [step], by rising loss; for one prompt `by_token` [layer, position].
    """
    from stratascope.models.neuron_checks import neurons_add_up
    from stratascope.models.neuron_thresholds import read_thresholds
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_titles

    several = many(params)
    mlps, prompts, kept, warnings = read_thresholds(model, params, params.include_bos, "PPL sparsity", progress)
    steps = _bisected(model, mlps, 1 + params.ppl_increase_p / 100, progress)
    best = max((step for step in steps if step.ppl <= 1 + params.ppl_increase_p / 100), key=lambda step: step.cett)
    arrays = prompt_arrays([mean[None] for mean in mlps.means(best.taus)], ("series", "layer"), several)
    arrays["tau"] = Array(values=np.array(best.taus, dtype=np.float32), dims=("layer",))
    for name, values in _tried(mlps, sorted(steps)).items():
        arrays[name] = Array(values=values, dims=("step",))
    if not several:
        arrays["by_token"] = Array(values=mlps.ratios(best.taus)[0].numpy(), dims=("layer", "position"))
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="value", label="activation ratio", scale="prob", limits=(0.0, 1.0))],
        coords={"series": SERIES, **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else prompts[0].tokens,
        facts={"cett": best.cett, "ppl_ratio": best.ppl, **prompt_facts(prompts, kept)},
        summary=_summary(arrays["value"].values[0], best, params.ppl_increase_p),
        checks=[neurons_add_up(mlps.error), _nothing_left_out(steps[0])],
        warnings=warnings,
    )


def _bisected(model: Model, mlps: NeuronThresholds, most: float, progress: Progress) -> list[_Step]:
    """Every loss that was tried, the first of them 0, at which nothing but exact zeros is left out."""
    truncations = [mlps.truncation(layer) for layer in range(model.layers)]

    def step(cett: float, low: _Step | None, high: _Step | None) -> _Step:
        lowest = low.ranks if low else [-1] * model.layers
        highest = high.ranks if high else [each.ranks for each in truncations]
        found = [
            each.threshold(cett, (below, above + 1 if high else above))
            for each, below, above in zip(truncations, lowest, highest, strict=True)
        ]
        taus = [tau for tau, _ in found]
        return _Step(cett, taus, [rank for _, rank in found], float(np.exp(mlps.increase(taus))))

    nothing = _Step(0.0, [0.0] * model.layers, [-1] * model.layers, float(np.exp(mlps.increase([0.0] * model.layers))))
    everything = step(1.0, None, None)
    steps, low, high = [nothing, everything], nothing, everything
    if everything.ppl <= most:
        return steps
    while high.cett - low.cett > _FINE and len(steps) < _STEPS:
        progress(len(steps), _STEPS, "bisecting the loss")
        tried = step((low.cett + high.cett) / 2, low, high)
        steps.append(tried)
        low, high = (tried, high) if tried.ppl <= most else (low, tried)
    return steps


def _tried(mlps: NeuronThresholds, steps: list[_Step]) -> dict[str, np.ndarray]:
    """The curve of activation ratio against perplexity: [step]."""
    ratios = [np.mean([mean.numpy() for mean in mlps.means(step.taus)]) for step in steps]
    return {
        "tried_cett": np.array([step.cett for step in steps], dtype=np.float32),
        "tried_ratio": np.array(ratios, dtype=np.float32),
        "tried_ppl": np.array([step.ppl for step in steps], dtype=np.float32),
    }


def _nothing_left_out(first: _Step) -> Check:
    """Whether the pruned pass without anything pruned is the plain pass."""
    return Check(
        name="same_without_pruning",
        label="same without pruning",
        value=abs(first.ppl - 1),
        ok=1e-5,
        warn=1e-2,
        explanation="Change of perplexity when the pruned pass leaves out nothing but exact zeros, relative.",
    )


def _summary(ratio: np.ndarray, best: _Step, percent: float) -> str:
    low, high = int(ratio.argmin()), int(ratio.argmax())
    if not ratio.any():
        return (
            f"Without any of its MLP neurons the model's perplexity rises by less than {percent:g}% on these prompts."
        )
    return (
        f"At a {percent:g}% perplexity increase the model needs {ratio.mean():.1%} of its MLP neurons, from {ratio[low]:.1%} in "
        f"layer {low} to {ratio[high]:.1%} in layer {high}; every MLP then loses up to {best.cett:.1%} of its output."
    )

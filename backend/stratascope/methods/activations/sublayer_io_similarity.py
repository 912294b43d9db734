"""Which sublayers hardly change the stream, and what skipping them costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.methods.activations import adds_up, contract_error, same_without_skips
from stratascope.problem import Problem
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.response import Text
    from stratascope.models.run import Run
    from stratascope.models.skip import Part
    from stratascope.models.skip_cost import SkipCost

TOO_SHORT, NO_NEXT = "a vector too short to have a direction", "no next token in the prompt"
Place = tuple[int, int]
"""A sublayer as (series, layer)."""
DRAWS, SEED = 4, 0


class SublayerIoSimilarityParams(PromptsParams):
    """Which tokens are looked at, and how many sublayers are skipped."""

    phase: Literal["prefill", "decode"] = Field(
        "prefill", description="prefill looks at the prompt's tokens, decode at those the model writes behind them."
    )
    decode_tokens: int = Field(
        20,
        ge=1,
        le=256,
        title="Tokens written",
        description="Tokens that the model writes behind every prompt, at most.",
    )
    skip_count: int = Field(
        0, ge=0, le=2048, title="Sublayers skipped", description="How many sublayers to skip, the most similar first."
    )
    include_bos: bool = Field(
        False,
        title="Include first special token",
        description="Whether a special first token enters the means and has sublayers skipped like the others.",
    )


def _cost(model: ModelFacts, params: SublayerIoSimilarityParams, tokens: int) -> Cost:
    new = params.decode_tokens if params.phase == "decode" else 0
    skipping = 3 + 1 + DRAWS if params.skip_count else 0
    whole = tokens + new
    forwards = params.most_prompts * (1 + (1 + new / max(1, tokens) if new else 0) + skipping)
    rows = 1 + DRAWS if skipping else 0
    stream = 4 * whole * (model.width * (6 * model.layers + 4 * rows) + 3 * model.vocabulary)
    return Cost(forwards=forwards, bytes=stream + 16 * params.most_prompts * model.layers)


@method(
    title="Sublayer similarity",
    version=1,
    guide=Guide(
        question="How do layers transform?",
        purpose="Ranks attention and MLP sublayers by how little they turn the stream, and measures what skipping them costs.",
        reading="Values near 1 hardly change the stream's direction and are skipped first. A skipped sublayer is replaced by "
        "its input times its usual growth, which cannot restore a direction. Likeness is no proof of uselessness: compare "
        "the cost of the skipped sublayers with that of as many drawn at random. While decoding, skipped attention would "
        "also leave its keys and values stale.",
        synonyms=(
            "AdaSkip",
            "sublayer skipping",
            "skip attention",
            "skip MLP",
            "acceleration",
            "early exit",
            "redundancy",
        ),
        next=("activations/layer-skip-effect", "activations/block-influence", "activations/sublayer-contribution"),
    ),
    papers=[Paper("AdaSkip: Adaptive Sublayer Skipping for Accelerating Long-Context LLM Inference", 2025)],
    requires=("residual_contract",),
    cost=_cost,
    job=True,
)
def sublayer_io_similarity(model: Model, params: SublayerIoSimilarityParams, progress: Progress = silent) -> LayerCurve:
    """Compare the stream behind each sublayer with the stream before it.

    similarity is the mean over tokens of cos(resid_pre, resid_mid) for attention and of cos(resid_mid, resid_post) for the
    MLP; scale is the ratio of the lengths ‖resid_mid‖/‖resid_pre‖ and so on, over all counted tokens of a prompt. Both are
    averaged over prompts. A model that adds attention and MLP together has whole layers in their place. Skipping replaces
    the stream behind a sublayer by scale times the stream before it, at the counted tokens.

    Arrays: `similarity`, `scale` [series, layer]; `order_part`, `order_layer`, `order_similarity` [rank], the most similar
    first; for several prompts `low`, `high` and `by_prompt` [prompt, series, layer] of the similarity and `scale_low`,
    `scale_high`, `scale_by_prompt`. With sublayers skipped `skipped` [series, layer], 1 or 0; `kl` and `delta_nll` [prompt]
    in nats: KL(own‖without), and by how much less likely the next tokens become.
    """
    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_titles, read_prompts
    from stratascope.models.response import Text, answered

    prompts, several = read_prompts(model, params), many(params)
    texts = [Text(prompt, 0) for prompt in prompts]
    if params.phase == "decode":
        texts = answered(model, prompts, params.decode_tokens, "decode_tokens", progress)
    parts: list[Part] = ["attn", "mlp"] if all(layer.sequential for layer in model.structure.layers) else ["layer"]
    _refuse_too_many(model, parts, params)
    found: dict[str, list[Tensor]] = {"similarity": [], "scale": []}
    error, kept = 0.0, [_counted(text, params) for text in texts]
    for run, at in zip(_runs(model, params, texts, progress), kept, strict=True):
        for name, values in zip(found, _measured(run, parts, at), strict=True):
            found[name].append(values)
        error = max(error, contract_error(run))
    arrays = prompt_arrays(found["similarity"], ("series", "layer"), several, "similarity", TOO_SHORT)
    arrays |= prompt_arrays(found["scale"], ("series", "layer"), several, "scale", prefix="scale_")
    ranking = _ranking(arrays["similarity"].values)
    arrays |= _ordered(arrays["similarity"].values, ranking, parts)
    facts: dict[str, Any] = {"n_prompts": len(texts), "n_tokens": sum(map(len, kept))}
    checks = [adds_up(error)]
    if params.skip_count:
        skipping = _Skipped(model, parts, arrays["scale"].values)
        chosen = ranking[: params.skip_count]
        runs = _runs(model, params, texts, progress)
        for run, at in zip(runs, kept, strict=True):
            skipping.measure(run, at, [chosen, *_random(ranking, params.skip_count)])
        arrays |= skipping.arrays(chosen)
        checks += skipping.checks()
        facts |= {name: _mean(arrays[name].values) for name in ("kl", "delta_nll")}
    return LayerCurve(
        arrays=arrays,
        quantities=[
            Quantity(name="similarity", label="cosine between before and after", scale="eff"),
            Quantity(name="scale", label="length after over length before", scale="mag"),
        ],
        coords={"series": list(parts), **({"prompt": prompt_titles(prompts)} if several else {})},
        tokens=[] if several else texts[0].whole.tokens,
        facts={**facts, "phase": params.phase},
        summary=_summary(arrays, parts, facts, params),
        checks=checks,
        warnings=[]
        if len(parts) > 1
        else [f"{model.id} adds attention and MLP together; sublayer skipping is reported for whole layers."],
    )


def _runs(model: Model, params: SublayerIoSimilarityParams, texts: Sequence[Text], progress: Progress) -> Iterator[Run]:
    """The captured run of each text."""
    from stratascope.models.prompts import prompt_runs
    from stratascope.models.response import text_runs

    if params.phase == "decode":
        return text_runs(model, texts, progress)
    return prompt_runs(model, params, progress, [text.whole for text in texts])


def _counted(text: Text, params: SublayerIoSimilarityParams) -> list[int]:
    from stratascope.numerics.vectors import counted

    special = [token.special for token in text.whole.tokens]
    return [position for position in counted(special, params.include_bos) if position >= text.begin]


def _refuse_too_many(model: Model, parts: Sequence[str], params: SublayerIoSimilarityParams) -> None:
    most = len(parts) * model.layers - 1
    if params.skip_count > most:
        raise Problem(
            "bad_parameter",
            f"skip_count must be between 0 and {most}; got {params.skip_count}.",
            field="skip_count",
            remedy=f"Skip {most}",
            changes={"skip_count": most},
        )


def _measured(run: Run, parts: Sequence[Part], kept: list[int]) -> tuple[Tensor, Tensor]:
    """Similarity and scale [series, layer] over the counted positions of one prompt."""
    import torch

    from stratascope.numerics.vectors import cosine, length

    rows = run.resid[:, kept].float()
    if len(parts) > 1:
        middle = rows[:-1] + run.attn_out[:, kept].float()
        before, after = torch.stack([rows[:-1], middle]), torch.stack([middle, rows[1:]])
    else:
        before, after = rows[None, :-1], rows[None, 1:]
    size = [length(each.flatten(-2)) for each in (before, after)]
    return cosine(before, after).nanmean(-1), size[1] / size[0].clamp(min=1e-12)


def _ranking(similarity: np.ndarray) -> list[Place]:
    """(series, layer) of every sublayer, the most similar first, those without a direction last."""
    order = np.argsort(-np.nan_to_num(similarity, nan=-2.0), axis=None, kind="stable")
    return [divmod(int(at), similarity.shape[1]) for at in order]


def _random(ranking: Sequence[Place], count: int) -> list[list[Place]]:
    """So many sublayers drawn at random, several times, each draw in the order of the layers."""
    generator = np.random.default_rng(SEED)
    return [[ranking[int(i)] for i in generator.permutation(len(ranking))[:count]] for _ in range(DRAWS)]


def _ordered(similarity: np.ndarray, ranking: Sequence[Place], parts: Sequence[str]) -> dict[str, Array]:
    names = np.array([parts[series] for series, _ in ranking], dtype=object)
    return {
        "order_part": Array(values=names, dims=("rank",)),
        "order_layer": Array(values=np.array([layer for _, layer in ranking]), dims=("rank",)),
        "order_similarity": Array(
            values=np.array([similarity[at] for at in ranking]), dims=("rank",), undefined=TOO_SHORT
        ),
    }


class _Skipped:
    """What skipping does to the predictions: the chosen sublayers first, then as many drawn at random."""

    def __init__(self, model: Model, parts: Sequence[Part], scale: np.ndarray) -> None:
        self._model, self._parts, self._scale = model, parts, scale
        self._costs: list[SkipCost] = []
        self._error = 0.0

    def measure(self, run: Run, kept: list[int], choices: Sequence[Sequence[Place]]) -> None:
        """Run one prompt once for every choice of sublayers."""
        from stratascope.models.skip import Skip, Skipping
        from stratascope.models.skip_cost import skip_cost

        skipping = Skipping(self._model, run)
        if not self._costs:
            self._error = skipping.identity_error()
        rows = [
            [Skip(layer, self._parts[series], kept, float(self._scale[series, layer])) for series, layer in choice]
            for choice in choices
        ]
        self._costs.append(skip_cost(self._model, skipping, rows, kept))

    def arrays(self, chosen: Sequence[Place]) -> dict[str, Array]:
        """What was skipped and what it cost, by prompt."""
        skipped = np.zeros(self._scale.shape, dtype=np.float32)
        skipped[tuple(np.array(chosen).T)] = 1.0
        kl = np.array([float(cost.kl[0]) for cost in self._costs], dtype=np.float32)
        delta = np.array([float(cost.delta_nll[0]) for cost in self._costs], dtype=np.float32)
        return {
            "skipped": Array(values=skipped, dims=("series", "layer")),
            "kl": Array(values=kl, dims=("prompt",)),
            "delta_nll": Array(values=delta, dims=("prompt",), undefined=NO_NEXT),
        }

    def checks(self) -> list[Check]:
        """Whether runs without skips are the run itself, and what random sublayers cost."""
        kl = np.stack([cost.kl.numpy() for cost in self._costs]).mean(0)
        cost = Check(
            name="skipped_kl",
            label="cost of skipping",
            value=float(kl[0]),
            control=float(kl[1:].mean()),
            explanation="KL in nats from the model's own predictions to those without the skipped sublayers; the control is "
            f"the mean over {DRAWS} draws of as many sublayers at random.",
        )
        return [same_without_skips(self._error), cost]


def _mean(values: np.ndarray) -> float | None:
    """The mean of what is defined, None if nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None


def _summary(
    arrays: dict[str, Array], parts: Sequence[str], facts: dict[str, Any], params: SublayerIoSimilarityParams
) -> str:
    def named(rank: int) -> str:
        part = {"attn": "attention", "mlp": "MLP", "layer": "layer"}[arrays["order_part"].values[rank]]
        return f"{part} {arrays['order_layer'].values[rank]} ({arrays['order_similarity'].values[rank]:.3f})"

    found = f"Most similar before and after is {named(0)}, least {named(-1)}."
    if "kl" in facts:
        count = params.skip_count
        found += f" Skipping the {count} most similar moves the predictions by {facts['kl']:.2f} nats (KL)."
    return found

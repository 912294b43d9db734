"""Ablation: how much worse the answer gets without a head, an attention block or an MLP."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import (
    LINES,
    PROMPT_SET,
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptParams,
    PromptText,
    Text,
    TokenIds,
    TokenTexts,
    method,
    silent,
)
from stratascope.methods.causal import METRICS
from stratascope.numerics.control import DRAWS
from stratascope.result import Array, Check, HeadGrid, Quantity

if TYPE_CHECKING:
    from stratascope.models.ablation import Ablation, Taken
    from stratascope.models.model import Model
    from stratascope.models.stand_ins import StandIn
    from stratascope.models.tokens import Tokens
    from stratascope.numerics.answer import Favour

MOST_REFERENCES = 256
MOST_DONORS = 10
LISTED = 5
UNITS = {"logit_diff": "logits", "logprob": "nats", "prob": ""}


class AblationParams(PromptParams):
    """What stands in for a part that is taken away, where, and what answer is measured."""

    value: Literal["mean", "zero", "resample"] = Field(
        "mean",
        title="In its place",
        description="mean: what the part writes on average over the reference texts. zero: nothing, which no later layer has "
        "ever seen. resample: what it writes in reference texts of the same length, averaged over up to 10 of them.",
    )
    reference: Annotated[list[PromptText], Field(max_length=MOST_REFERENCES)] = Field(
        [],
        title="Reference texts",
        description="Texts for mean and resample, one a line. Without any, texts of the bundled sets.",
        json_schema_extra=LINES,
    )
    reference_from: Annotated[Text, Field(max_length=200)] | None = Field(
        None,
        title="Reference texts from",
        description="A bundled prompt set in their place.",
        json_schema_extra=PROMPT_SET,
    )
    where: Literal["all", "last"] = Field(
        "all", title="At", description="Take a part away at every position, or at the measured one alone."
    )
    metric: Literal["logit_diff", "logprob", "prob"] = Field(
        "logit_diff",
        description="Logit of the answer minus that of the foil, or the answer's log-probability or probability.",
    )
    answer: TokenTexts | None = Field(
        None, description="The answer, by text: one token or several. Without it, the model's top token."
    )
    foil: TokenTexts | None = Field(
        None, description="What it is held against, by text. Without it, the model's next best token."
    )
    answer_id: TokenIds | None = Field(None, title="Answer id", description="The answer, by id.")
    foil_id: TokenIds | None = Field(None, title="Foil id", description="What it is held against, by id.")
    position: int = Field(
        -1, ge=-1_000_000, le=1_000_000, description="Position whose prediction is measured; −1 is the last."
    )
    control: Literal["random_donors", "none"] = Field(
        "random_donors",
        description="What an effect is held against: changes of the same size toward random text, or nothing.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the random donors.")


def _cost(model: ModelFacts, params: AblationParams, tokens: int) -> Cost:
    """Half a pass for every part, and again for every draw in the quarter of the heads that usually calls for a control."""
    parts = model.layers * (model.heads + 2)
    donors = MOST_DONORS if params.value == "resample" else 1
    draws = DRAWS / 4 if params.control == "random_donors" else 0
    references = 0 if params.value == "zero" else 64
    passes = 6 + references + 0.6 * (parts * donors + model.layers * model.heads * draws + 3 * model.layers)
    stream = 4 * tokens * model.width * (8 * model.layers + 2 * model.heads * donors)
    return Cost(
        forwards=passes, bytes=stream + 4 * max(1024, tokens) * 24 * model.width + 64 * 3 * 4 * model.vocabulary
    )


@method(
    title="Ablation",
    version=1,
    guide=Guide(
        question="What causes the answer?",
        purpose="Takes one head, attention block or MLP away at a time; shows how much worse the answer gets without it.",
        reading="Blue parts help the answer: without them it gets worse by so much. Orange parts work against it. Heads within "
        "the band of the random control are drawn neutral, because a change of the same size toward random text does as "
        "much. Other heads may stand in for one that is gone, so a small effect does not mean that a head does nothing.",
        synonyms=(
            "knock out",
            "mean ablation",
            "zero ablation",
            "resample ablation",
            "head importance",
            "lesion",
            "IOI",
        ),
        next=("lens/direct-logit-attribution", "attention/attention-pattern", "causal/activation-patching"),
        shortcut="X",
    ),
    papers=[
        Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),
        Paper("Successor Heads: Recurring, Interpretable Attention Heads In The Wild", 2023),
        Paper("Circuit Component Reuse Across Tasks in Transformer Language Models", 2024),
    ],
    requires=("causal", "residual_contract", "heads"),
    cost=_cost,
)
def ablation(model: Model, params: AblationParams, progress: Progress = silent) -> HeadGrid:
    """Replace what one part writes, let everything after it follow, and measure the answer.

    A head is replaced in z, what it read before the output projection, so that the bias of attention stays; an attention
    block or an MLP in what it adds to the stream. With m the metric, the effect is m of the run minus m without the part:
    positive where the part helps the answer.

    The control moves each head whose effect is above 2 % of the metric (or of the largest effect) toward what it reads in
    random text of the same length, as far as taking it away moved it: eight draws, and the 95 % prediction interval of their
    effects (Student's t).

    Arrays: `effect` [layer, head] in the metric's unit, `kl` [layer, head], KL(run‖ablated) of the prediction in nats;
    `attention`, `mlp`, `attention_kl`, `mlp_kl` [layer], the same of whole blocks; `control_low` and `control_high`
    [layer, head], the band of `effect`, where there is a control.
    """
    from stratascope.models.ablation import Ablation
    from stratascope.models.question import from_front

    run = model.read(params)
    position = from_front(params.position, len(run.ids))
    favour = _favour(model, params, run.logits([position])[0])
    replaced = range(len(run.ids)) if params.where == "all" else [position]
    stand_in, reference = _stand_in(model, params, run.tokens, replaced, progress)
    found = Ablation(model, run, favour, position, replaced)
    taken = found.taken(stand_in, lambda done, total: progress(done, total, "taking parts away"))
    band = None
    if params.control == "random_donors":
        heard = partial(progress, stage="trying random donors")
        band = found.control(taken.effect["z"], stand_in, params.seed, heard)
    facts: dict[str, Any] = {
        "position": position,
        "metric": params.metric,
        "value": params.value,
        "where": params.where,
        "plain": found.metric,
        "answer": [{"id": token, "text": model.token(token).text} for token in favour.answer],
        "foil": [{"id": token, "text": model.token(token).text} for token in favour.foil],
        "top": _top(taken),
        **reference,
    }
    return HeadGrid(
        arrays=_arrays(taken, band),
        quantities=[
            Quantity(
                name="effect", label=f"{METRICS[params.metric]} lost without it", scale="eff", unit=UNITS[params.metric]
            ),
            Quantity(name="kl", label="change of the prediction", scale="unc", unit="nats"),
        ],
        beside=[
            Quantity(
                name=part, label=f"{METRICS[params.metric]} lost without {what}", scale="eff", unit=UNITS[params.metric]
            )
            for part, what in (("attention", "attention"), ("mlp", "the MLP"))
        ],
        tokens=run.tokens.tokens,
        vocabulary=[model.token(token) for token in sorted({*favour.answer, *favour.foil})],
        facts=facts,
        summary=_summary(facts, params.metric),
        checks=_checks(found, taken, band),
        warnings=_warnings(model, params),
    )


def _favour(model: Model, params: AblationParams, logits: Any) -> Favour:
    """The metric; the run's own best tokens stand in for what is not named. Raises `same_token`."""
    from stratascope.models.question import likeliest, named_tokens, refuse_shared
    from stratascope.numerics.answer import Favour

    answer = named_tokens(model, "answer", params.answer, params.answer_id)
    foil = named_tokens(model, "foil", params.foil, params.foil_id)
    answer = answer or [likeliest(logits, besides=foil)]
    foil = foil or [likeliest(logits, besides=answer)]
    if params.metric == "logit_diff":
        refuse_shared(model, answer, foil, ("answer", "foil"))
    return Favour(params.metric, answer, foil)


def _stand_in(
    model: Model, params: AblationParams, prompt: Tokens, replaced: Sequence[int], progress: Progress
) -> tuple[StandIn, dict[str, Any]]:
    """What stands in for a part, and what there is to say of the reference. Raises `not_enough_samples`."""
    from stratascope.models.stand_ins import reference_means, resampled, zeros

    if params.value == "zero":
        return zeros, {}
    texts = _reference(model, params)
    if params.value == "mean":
        means = reference_means(model, texts, lambda done, total: progress(done, total, "reading reference texts"))
        return means.stand_in, {"reference_texts": len(texts), "reference_tokens": means.tokens}
    found, count = resampled(model, prompt, texts, replaced)
    return found, {"reference_texts": count}


def _reference(model: Model, params: AblationParams) -> list[Tokens]:
    """The texts that are given, or those of the bundled sets that the model can read."""
    from stratascope.method import PromptsParams
    from stratascope.models.neuron_corpus import read_corpus

    given = PromptsParams.model_construct(
        prompt="", messages=None, prompts=params.reference, prompts_from=params.reference_from
    )
    return [text.tokens for text in read_corpus(model, given, 64).texts]


def _arrays(taken: Taken, band: tuple[np.ndarray, np.ndarray] | None) -> dict[str, Array]:
    found: dict[str, Any] = {"effect": taken.effect["z"], "kl": taken.kl["z"]}
    if band is not None:
        found |= {"control_low": band[0], "control_high": band[1]}
    layers = {
        "attention": taken.effect["attn_out"],
        "mlp": taken.effect["mlp_out"],
        "attention_kl": taken.kl["attn_out"],
        "mlp_kl": taken.kl["mlp_out"],
    }
    return {
        **{
            name: Array(values=np.asarray(each, dtype=np.float32), dims=("layer", "head"))
            for name, each in found.items()
        },
        **{name: Array(values=np.asarray(each, dtype=np.float32), dims=("layer",)) for name, each in layers.items()},
    }


def _top(taken: Taken) -> list[dict[str, Any]]:
    """The heads and blocks with the largest effects of either sign."""
    grid = taken.effect["z"]
    heads = [(f"{layer}.{head}", float(x)) for layer, row in enumerate(grid) for head, x in enumerate(row)]
    blocks = [
        (f"{layer} {name}", float(x))
        for part, name in (("attn_out", "attention"), ("mlp_out", "mlp"))
        for layer, x in enumerate(taken.effect[part])  # type: ignore[index]  # both are parts
    ]
    return [
        {"label": label, "value": value}
        for label, value in sorted([*heads, *blocks], key=lambda each: -abs(each[1]))[:LISTED]
    ]


def _summary(facts: dict[str, Any], metric: str) -> str:
    label, value = facts["top"][0]["label"], facts["top"][0]["value"]
    heads = [each for each in facts["top"] if " " not in each["label"]]
    against = f" − “{facts['foil'][0]['text']}”" if metric == "logit_diff" else ""
    text = (
        f"Without {label} the {METRICS[metric]} “{facts['answer'][0]['text']}”{against} goes from {facts['plain']:+.2f} to "
        f"{facts['plain'] - value:+.2f}, the largest effect"
    )
    if heads and heads[0]["label"] != label:
        text += f"; of single heads {heads[0]['label']} has the largest ({heads[0]['value']:+.2f})"
    return f"{text}.".replace("-", "−")


def _checks(found: Ablation, taken: Taken, band: tuple[np.ndarray, np.ndarray] | None) -> list[Check]:
    checks = [
        Check(
            name="same_without_edit",
            label="same without an edit",
            value=found.identity_error(),
            ok=1e-5,
            warn=1e-3,
            explanation="Largest change of the metric, relative to it where it is above 1, when a part of any layer is "
            "replaced by itself.",
        )
    ]
    if band is not None:
        effect = np.asarray(taken.effect["z"])
        checks.append(
            Check(
                name="random_control",
                label="heads beyond random changes",
                value=float(((effect < band[0]) | (effect > band[1])).sum()),
                ok=1.0,
                warn=0.0,
                higher_is_better=True,
                explanation="How many heads do more than random changes of the same size in their place, whose effects lie "
                "within a 95 % band. Without any, nothing here is particular to a head.",
            )
        )
    return checks


def _warnings(model: Model, params: AblationParams) -> list[str]:
    if params.value == "zero":
        return ["Zero is nothing that later layers ever read; the mean or a resampled value is fairer to a part."]
    if model.entry.source != "bundled" and not params.reference and params.reference_from is None:
        return ["The reference is the bundled texts, which speak of a small closed world; give texts of your own."]
    return []

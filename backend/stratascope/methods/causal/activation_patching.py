"""Activation patching: copy one value of one run into another, and see how much of the answer comes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stratascope.method import (
    SIDE_A,
    SIDE_B,
    Cost,
    Field,
    Guide,
    Messages,
    ModelFacts,
    Paper,
    Params,
    Progress,
    PromptParams,
    PromptText,
    TokenIds,
    TokenTexts,
    method,
    silent,
)
from stratascope.methods.causal import METRICS
from stratascope.numerics.answer import Favour
from stratascope.numerics.control import DRAWS
from stratascope.problem import Problem
from stratascope.result import Array, Check, PatchGrid, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stratascope.models.model import Model
    from stratascope.models.pair import Pair
    from stratascope.models.transplant import Control, Transplant

MOST_TOKENS, MOST_CELLS = 256, 20_000
LISTED = 10
SITES = {"resid_pre": "stream", "attn_out": "attention output", "mlp_out": "MLP output"}


class ActivationPatchingParams(Params):
    """Two prompts, what is copied from which into which, and how the answer is measured."""

    clean: PromptText = Field("", description="Side A: the prompt with the answer.", json_schema_extra=SIDE_A)
    messages: Messages | None = Field(
        None, description="Side A as chat messages, in place of a text.", json_schema_extra=SIDE_A
    )
    corrupt: PromptText = Field(
        "",
        description="Side B: a prompt of as many tokens with another answer. Without one, the other model reads side A.",
        json_schema_extra=SIDE_B,
    )
    messages_b: Messages | None = Field(
        None, description="Side B as chat messages, in place of a text.", json_schema_extra=SIDE_B
    )
    site: Literal["resid_pre", "attn_out", "mlp_out"] = Field(
        "resid_pre",
        title="What is copied",
        description="The stream entering each layer, or what its attention or its MLP adds.",
    )
    direction: Literal["denoise", "noise"] = Field(
        "denoise",
        description="denoise copies A into B and shows what is enough for A's answer; noise copies B into A and shows what "
        "it cannot do without.",
    )
    metric: Literal["logit_diff", "logprob", "prob"] = Field(
        "logit_diff",
        description="Mean logit of the answer minus that of the foil, or the answer's summed probability or its logarithm.",
    )
    answer: TokenTexts | None = Field(
        None, description="A's answer, by text: one token or several. Without it, A's top token."
    )
    foil: TokenTexts | None = Field(
        None, description="What it is held against, by text. Without it, B's top token, or else A's second."
    )
    answer_id: TokenIds | None = Field(None, title="Answer id", description="A's answer, by id.")
    foil_id: TokenIds | None = Field(None, title="Foil id", description="What it is held against, by id.")
    position: int = Field(
        -1, ge=-1_000_000, le=1_000_000, description="Position whose prediction is measured; −1 is the last."
    )
    control: Literal["random_donors", "none"] = Field(
        "random_donors",
        description="What an effect is held against: random donors, which take several times as long as the sweep, or nothing.",
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the random donors.")


def _cost(model: ModelFacts, params: ActivationPatchingParams, tokens: int) -> Cost:
    """A third of a pass per cell, and per random donor in the quarter of the cells whose effect usually calls for a control.

    A cell runs the layers above it for the positions behind it, a quarter of a pass on average and somewhat more in short
    prompts of shallow models.
    """
    donors = DRAWS if params.control == "random_donors" else 0
    cells = model.layers * tokens
    runs = 4 * 4 * tokens * model.width * 5 * model.layers
    batch = 4 * max(1024, tokens) * 24 * model.width + 64 * 3 * 4 * model.vocabulary
    return Cost(forwards=4 + donors + cells / 3 * (1 + donors / 4), bytes=runs + batch)


@method(
    title="Activation patching",
    version=2,
    guide=Guide(
        question="What causes the answer?",
        purpose="Copies A's values into B, one layer and position at a time; 1 means A's answer is fully restored.",
        reading="Bright cells: copying this single value from A is enough to bring A's answer back in B. Cells within the "
        "band of the random control are drawn neutral, because a change of the same size toward random text does as much. "
        "Copying A into B finds what is sufficient, B into A what is necessary, and the two differ where parts stand in "
        "for one another. Use prompts that differ in little: unlike prompts change many things at once.",
        synonyms=(
            "causal mediation",
            "interchange intervention",
            "causal tracing",
            "denoising",
            "noising",
            "IOI",
            "ROME",
            "indirect effect",
        ),
        next=("comparison/run-difference", "attention/attention-pattern", "lens/direct-logit-attribution"),
        shortcut="P",
    ),
    papers=[
        Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),
        Paper("Locating and Editing Factual Associations in GPT", 2022),
        Paper("Circuit Component Reuse Across Tasks in Transformer Language Models", 2024),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)
def activation_patching(
    model: Model, params: ActivationPatchingParams, other: Model | None = None, progress: Progress = silent
) -> PatchGrid:
    """Replace x[layer, position] of one run by the other run's, let everything after it follow, and measure the answer.

    With m the metric, m_A and m_B those of the two runs and m' that of the edited one, the share recovered is
    (m' − m_B)/(m_A − m_B) when A is copied into B (denoise) and (m_A − m')/(m_A − m_B) when B is copied into A (noise): 0 is
    no effect, 1 the whole of it. `other` is the model of side B, for two models of one shape and tokenizer.

    The control puts random donors in the other run's place: eight runs over random tokens of the same length, toward whose
    value at the same layer and position the cell moves as far as the other run's value is away. The band is the 95 %
    prediction interval of their effects (Student's t), widened to hold everything within ±0.02; cells whose own effect is
    within ±0.02 count as without one and get no donors.

    Arrays [layer, position]: `score`, the share recovered; `raw`, m' in the metric's own unit; `control_low` and
    `control_high`, the band of `score`, where there is a control.
    """
    from stratascope.models.pair import read_pair

    sides = (
        PromptParams.model_construct(prompt=params.clean, messages=params.messages),
        PromptParams.model_construct(prompt=params.corrupt, messages=params.messages_b),
    )
    pair = read_pair("causal/activation-patching", model, other, *sides, ("clean", "corrupt"))
    pair.refuse_unmatched("corrupt")
    _refuse_too_many_cells(pair)
    transplant = _transplant(pair, params)
    report = _Report(pair, params, transplant, progress)
    raw = transplant.sweep(report.partial)
    effect = transplant.share(raw)
    control = transplant.control(effect, params.seed, report.draws) if params.control == "random_donors" else None
    return report.final(raw, control)


def _refuse_too_many_cells(pair: Pair) -> None:
    """Raise unless the prompt is short enough to try every cell."""
    length, layers = len(pair.a.run.ids), pair.a.model.layers
    if length > MOST_TOKENS:
        raise Problem(
            "prompt_too_long",
            f"The prompt has {length} tokens; this analysis accepts at most {MOST_TOKENS} (model context "
            f"{pair.a.model.facts.context}).",
            field="clean",
            remedy="Use shorter prompts",
        )
    if length * layers > MOST_CELLS:
        raise Problem(
            "too_many_cells",
            f"{layers} layers of {length} tokens are {layers * length} cells; at most {MOST_CELLS} are patched.",
            field="clean",
            remedy=f"Use prompts of at most {MOST_CELLS // layers} tokens",
        )


def _transplant(pair: Pair, params: ActivationPatchingParams) -> Transplant:
    """What is put where. Raises `position_out_of_range` and what is wrong with the answer or the foil."""
    from stratascope.models.question import from_front
    from stratascope.models.transplant import Transplant

    position = from_front(params.position, len(pair.a.run.ids))
    base, source = (pair.b, pair.a) if params.direction == "denoise" else (pair.a, pair.b)
    return Transplant(base, source, params.site, _favour(pair, params, position), position)


def _favour(pair: Pair, params: ActivationPatchingParams, position: int) -> Favour:
    """The metric. What is not named is A's top token for the answer, and B's, or else A's next best, for the foil."""
    from stratascope.models.question import likeliest, named_tokens, refuse_shared

    model = pair.a.model
    answer = named_tokens(model, "answer", params.answer, params.answer_id)
    foil = named_tokens(model, "foil", params.foil, params.foil_id)
    clean, corrupt = (side.run.logits([position])[0] for side in (pair.a, pair.b))
    answer = answer or [likeliest(clean, besides=foil)]
    if not foil:
        top = likeliest(corrupt)
        foil = [likeliest(clean, besides=answer) if top in answer else top]
    if params.metric == "logit_diff":
        refuse_shared(model, answer, foil, ("answer", "foil"))
    return Favour(params.metric, answer, foil)


class _Report:
    """Puts grids of cells into results. What stays the same from one to the next is computed once."""

    def __init__(
        self, pair: Pair, params: ActivationPatchingParams, transplant: Transplant, progress: Progress
    ) -> None:
        from stratascope.models.sweep_tiers import TIERS, tier_of

        self._pair, self._params, self._transplant, self._progress = pair, params, transplant, progress
        into_b = transplant.base is pair.b
        self._m_clean = transplant.m_source if into_b else transplant.m_base
        self._m_corrupt = transplant.m_base if into_b else transplant.m_source
        self._facts: dict[str, Any] = {
            "site": params.site,
            "direction": params.direction,
            "metric": params.metric,
            "position": transplant.position,
            "m_clean": self._m_clean,
            "m_corrupt": self._m_corrupt,
            "answer": self._named(transplant.favour.answer),
            "foil": self._named(transplant.favour.foil),
            "models": {"a": pair.a.model.id, "b": pair.b.model.id},
            "engine": TIERS[tier_of(transplant.base.model)],
        }

    def partial(self, raw: np.ndarray, done: int, total: int) -> None:
        """Cells so far."""
        self._progress(done, total, "patching cells")
        if done < total:
            self._progress.partial(self._grid(raw.copy(), None, "not measured yet"))

    def draws(self, done: int, total: int) -> None:
        """Random donors so far."""
        self._progress(done, total, "trying random donors")

    def final(self, raw: np.ndarray, control: Control | None) -> PatchGrid:
        """The result with its checks."""
        defined = self._transplant.is_defined
        grid = self._grid(raw, control if defined else None, None if defined else self._no_share())
        return grid.model_copy(update={"checks": _checks(self._transplant, self._pair, grid, control)})

    def _grid(self, raw: np.ndarray, control: Control | None, undefined: str | None) -> PatchGrid:
        score = self._transplant.share(raw)
        arrays = {"score": score, "raw": raw}
        if control is not None:
            arrays |= {"control_low": control.low, "control_high": control.high}
        named = {token["id"] for side in ("answer", "foil") for token in self._facts[side]}
        top = _largest(score)
        return PatchGrid(
            arrays={
                name: Array(values=values.astype(np.float32), dims=("layer", "position"), undefined=undefined)
                for name, values in arrays.items()
            },
            quantities=[Quantity(name="score", label="share recovered", scale="eff", limits=(-1.0, 1.0))],
            tokens=self._pair.a.run.tokens.tokens,
            other_tokens=self._pair.other_tokens(range(score.shape[1])),
            vocabulary=[self._pair.a.model.token(token) for token in sorted(named)],
            facts={**self._facts, "controlled": 0 if control is None else len(control.cells), "top": top},
            summary=self._summary(top, control),
            warnings=self._warnings(),
        )

    def _named(self, tokens: Sequence[int]) -> list[dict[str, Any]]:
        """Tokens for the facts, with the probability that each side gives them."""
        sides = {"a": self._pair.a, "b": self._pair.b}
        at = self._transplant.position
        prob = {name: side.run.logits([at])[0].softmax(-1) for name, side in sides.items()}
        text = {token: self._pair.a.model.token(token).text for token in tokens}
        return [
            {"id": token, "text": text[token], "probability": {name: float(p[token]) for name, p in prob.items()}}
            for token in tokens
        ]

    def _no_share(self) -> str:
        ends = f"{self._m_clean:.4g} vs {self._m_corrupt:.4g}"
        return f"clean and corrupted prompts give nearly the same metric ({ends})"

    def _warnings(self) -> list[str]:
        if not self._transplant.is_defined:
            return [f"There is no share to recover: {self._no_share()}."]
        if self._m_clean < self._m_corrupt:
            return ["Side B favours the answer more than side A does; exchange the sides or the question."]
        return []

    def _summary(self, top: Sequence[Mapping[str, Any]], control: Control | None) -> str:
        """The cell with the largest effect in words."""
        ends = f"{METRICS[self._params.metric]} {self._m_clean:+.2f} in A, {self._m_corrupt:+.2f} in B"
        source, base = ("A", "B") if self._params.direction == "denoise" else ("B", "A")
        what = f"{source}’s {SITES[self._params.site]} into {base}"
        if not top:
            return f"Copying {what} changes the answer nowhere ({ends}).".replace("-", "−")
        layer, at, value = (top[0][name] for name in ("layer", "position", "value"))
        random = "" if control is None else f", random donors at most {control.high[layer, at]:.2f}"
        where = f"layer {layer}, position {at} “{self._pair.a.run.tokens.tokens[at].text}”"
        return f"Copying {what} does most at {where}: {value:.2f} of the way{random} ({ends}).".replace("-", "−")


def _largest(score: np.ndarray) -> list[dict[str, Any]]:
    """The cells with the largest effects of either sign, those of next to nothing left out."""
    from stratascope.models.transplant import NEGLIGIBLE

    size = np.abs(np.nan_to_num(score)).ravel()
    order = [divmod(int(i), score.shape[1]) for i in np.argsort(-size, kind="stable")[:LISTED] if size[i] > NEGLIGIBLE]
    return [{"layer": layer, "position": at, "value": float(score[layer, at])} for layer, at in order]


def _checks(transplant: Transplant, pair: Pair, grid: PatchGrid, control: Control | None) -> list[Check]:
    """That the experiment changes nothing by itself, that it can change everything, and what chance does."""
    checks = [
        Check(
            name="identity_patch",
            label="identity patch exact",
            value=transplant.identity_error(),
            ok=1e-5,
            warn=1e-3,
            explanation="Largest change of the metric, relative to it where it is above 1, when all values of a layer are "
            "replaced by themselves.",
        )
    ]
    if pair.one_model:
        whole = Check(
            name="whole_prompt",
            label="whole prompt exact",
            value=transplant.whole_prompt_error(),
            ok=1e-5,
            warn=1e-3,
            explanation="What is missing to the other run's metric, relative to it where it is above 1, when every position "
            "entering layer 0 is copied at once.",
        )
        checks.append(whole)
    if control is not None and len(control.cells):
        checks.append(_random_control(grid, control))
    return checks


def _random_control(grid: PatchGrid, control: Control) -> Check:
    """The farthest that random donors reach anywhere, against the largest effect."""
    reach = np.maximum(-control.low, control.high)[tuple(control.cells.T)]
    farthest, largest = int(reach.argmax()), float(np.abs(grid.arrays["score"].values).max())
    beyond_mean = float(reach[farthest] - abs(control.draws[:, farthest].mean()))
    return Check(
        name="random_control",
        label="random control",
        value=float(reach[farthest]),
        ok=largest,
        warn=largest + beyond_mean,
        explanation="How far random donors reach in any cell, as the end of their 95 % band. It should be less than the "
        "largest effect, and fails where their mean alone is above it.",
    )

"""Head scores: heads named by what their pattern does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    method,
    silent,
)
from stratascope.problem import Problem, not_enough_samples
from stratascope.result import Array, Check, HeadGrid, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

Role = Literal["induction", "previous_token", "duplicate_token"]
ROLES: tuple[Role, ...] = get_args(Role)
LABELS: dict[Role, str] = {
    "induction": "induction", "previous_token": "previous token", "duplicate_token": "duplicate token",
}  # fmt: skip
LEAST_LENGTH = 10
NO_TARGET = "no query of the prompt has a target, or nothing is left of its attention"


class HeadScoresParams(PromptsParams):
    """On which text the heads are scored, and for which roles."""

    source: Literal["random_repeated", "prompt"] = Field(
        "random_repeated",
        title="Text",
        description="random_repeated scores on random tokens that stand twice, the standard probe, and ignores the prompt; "
        "prompt scores on the prompt itself, or on several prompts.",
    )
    kinds: Annotated[list[Role], Field(min_length=1, max_length=len(ROLES))] = Field(
        list(ROLES), title="Roles", description="Roles to score."
    )
    k: int = Field(
        50, ge=LEAST_LENGTH, le=256, title="Repeated tokens", description="Random tokens before they repeat."
    )
    batch: int = Field(8, ge=1, le=64, title="Sequences", description="Random sequences the scores are averaged over.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the random tokens.")
    tl_compat: bool = Field(
        False,
        title="As TransformerLens",
        description="Score as the head detector of TransformerLens does: attention on the targets over all attention, with "
        "queries that have no target counted too, so that a perfect induction head scores about a half.",
    )
    exclude_bos: bool = Field(
        False,
        title="Without the first token",
        description="Leave out attention on the first token, with tl_compat only.",
    )
    exclude_current_token: bool = Field(
        False,
        title="Without the token itself",
        description="Leave out what each token gives to itself, with tl_compat only.",
    )


def _cost(model: ModelFacts, params: HeadScoresParams, tokens: int) -> Cost:
    repeated = params.source == "random_repeated"
    length = 2 * params.k + 1 if repeated else tokens
    pattern = 4 * model.heads * length * length
    passes = params.batch * length / max(1, tokens) if repeated else float(params.most_prompts)
    return Cost(forwards=passes, bytes=4 * length * model.width * 5 * model.layers + 4 * pattern)


@method(
    title="Head roles",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Scores how much every head looks where an induction, previous-token or duplicate-token head would.",
        reading="A bright cell in induction means: after A B … A, the head looks at B. 1 is perfect, and the control is what "
        "attention spread evenly would score. A pattern is not yet a function, and random tokens under-trigger heads that "
        "need meaning, so confirm a role by attribution or ablation. A head can play several roles.",
        synonyms=("induction head", "previous token head", "duplicate token head", "head detector", "attention sink",
                  "attention entropy", "copying", "in-context learning"),
        next=("attention/attention-pattern", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("In-context Learning and Induction Heads", 2022),
        Paper("What needs to go right for an induction head? A mechanistic study of in-context learning circuits and "
              "their formation", 2024),
    ],
    requires=("causal", "patterns"),
    cost=_cost,
)  # fmt: skip
def head_scores(model: Model, params: HeadScoresParams, progress: Progress = silent) -> HeadGrid:
    """Score every head's pattern against the pattern of a role.

    The target keys of query t are: previous_token, t−1; duplicate_token, every s < t with the same token; induction, every
    s < t whose predecessor is the same token as t. A score is the attention on the targets, averaged over the queries that
    have one, and over sequences. The probe is one special first token, k distinct random tokens, and the same k again.
    With tl_compat it is Σ(A ⊙ targets) / ΣA over all queries instead.

    Arrays [layer, head], 0 to 1: one per role; `sink`, attention on the first token; `entropy`, that of the rows over its
    largest possible value. `<role>_error` is the standard error over sequences, when there are several. For several prompts
    `by_prompt` [prompt, layer, head] holds the first role's scores, and `low` and `high` are one standard error around them.
    """
    import torch

    from stratascope.models.prompt_means import prompt_arrays
    from stratascope.models.prompts import many, prompt_titles, read_prompts

    prompts = read_prompts(model, params) if params.source == "prompt" else []
    sequences = _sequences(model, params, prompts)
    runs = _runs(model, params, prompts, sequences)
    kinds = list(dict.fromkeys(params.kinds))
    found: dict[str, list[np.ndarray]] = {name: [] for name in (*kinds, "sink", "entropy")}
    baseline: dict[str, list[float]] = {name: [] for name in kinds}
    off = 0.0
    for done, ids in enumerate(sequences):
        scored, chance, wrong = _scored(model, next(runs), ids, kinds, params)
        for name, values in scored.items():
            found[name].append(values)
        for name, value in chance.items():
            baseline[name].append(value)
        off = max(off, wrong)
        progress(done + 1, len(sequences), "scoring sequences")
    unscored = NO_TARGET if np.isnan(np.stack([found[kind] for kind in kinds])).any() else None
    arrays = {
        name: Array(
            values=np.nanmean(values, axis=0), dims=("layer", "head"), undefined=unscored if name in kinds else None
        )
        for name, values in found.items()
    }
    if len(sequences) > 1:
        for name in kinds:
            count = np.maximum(1, np.isfinite(found[name]).sum(0))
            error = np.nanstd(found[name], axis=0, ddof=1) / count**0.5
            arrays[f"{name}_error"] = Array(values=error.astype(np.float32), dims=("layer", "head"), undefined=unscored)
    if several := bool(prompts) and many(params):
        first = [torch.from_numpy(each) for each in found[kinds[0]]]
        further = prompt_arrays(first, ("layer", "head"), True, kinds[0], unscored)
        arrays |= {name: further[name] for name in ("low", "high", "by_prompt")}
    chance = {name: float(np.nanmean(values)) for name, values in baseline.items()}
    return HeadGrid(
        arrays=arrays,
        quantities=_quantities(kinds),
        coords={"prompt": prompt_titles(prompts)} if several else {},
        tokens=prompts[0].tokens if len(prompts) == 1 else [],
        facts={"source": params.source, "baseline": chance, **_eligible(sequences[0], kinds)}
        | ({"n_prompts": len(prompts), "n_tokens": sum(map(len, sequences))} if several else {}),
        summary=_summary({name: arrays[name].values for name in kinds}, chance),
        checks=_checks({name: arrays[name].values for name in kinds}, chance, off),
    )


def _sequences(model: Model, params: HeadScoresParams, prompts: Sequence[Tokens]) -> list[list[int]]:
    """The ids to score on: those of the prompts, or random ones that stand twice."""
    from stratascope.models.probe_tokens import repeated_tokens

    if params.source == "random_repeated":
        return repeated_tokens(model, params.k, params.batch, params.seed)
    shortest = min(len(tokens.ids) for tokens in prompts)
    if shortest < 2:
        raise not_enough_samples("attention/head-scores", 2, "tokens", shortest)
    if not all(_has_target(prompts, kind) for kind in params.kinds):
        raise Problem(
            "no_repeats",
            "The prompt repeats no token; duplicate and induction scores are undefined. Use the random repeated sequence.",
            field="source",
            remedy="Use the random repeated sequence",
            changes={"source": "random_repeated"},
        )
    return [tokens.ids for tokens in prompts]


def _has_target(prompts: Sequence[Tokens], kind: Role) -> bool:
    """Whether some query of some prompt has a key to look at in a role."""
    import torch

    from stratascope.numerics.attention import role_mask

    return any(bool(role_mask(torch.tensor(tokens.ids), kind).any()) for tokens in prompts)


def _runs(
    model: Model, params: HeadScoresParams, prompts: Sequence[Tokens], sequences: list[list[int]]
) -> Iterator[Run]:
    """Captured runs of the sequences. Random ones are captured apart, so that they push no prompt out of the cache."""
    from stratascope.models.capture import capture
    from stratascope.models.prompts import prompt_runs

    if params.source == "prompt":
        return prompt_runs(model, params, prompts=prompts)
    return (capture(model, ids) for ids in sequences)


def _scored(
    model: Model, run: Run, ids: list[int], kinds: Sequence[Role], params: HeadScoresParams
) -> tuple[dict[str, np.ndarray], dict[str, float], float]:
    """(scores [layer, head] by name, chance level by role, largest deviation of a row's sum from 1) of one sequence."""
    import torch

    from stratascope.numerics.attention import role_mask, sink_share, spread, uniform_pattern, visible_keys

    device = run.ids.device
    masks = {kind: role_mask(torch.tensor(ids, device=device), kind) for kind in kinds}
    even = uniform_pattern(len(ids)).to(device)
    rows: dict[str, list[Tensor]] = {name: [] for name in (*kinds, "sink", "entropy")}
    off = 0.0
    for layer in range(model.layers):
        pattern = run.pattern(layer)
        for kind, mask in masks.items():
            rows[kind].append(_score(pattern, mask, params))
        rows["sink"].append(sink_share(pattern))
        rows["entropy"].append(spread(pattern, visible_keys(run.record(layer).additive_mask, len(ids)).to(device)))
        off = max(off, float((pattern.sum(-1) - 1).abs().max()))
    scores = {name: torch.stack(each).cpu().numpy() for name, each in rows.items()}
    return scores, {kind: float(_score(even, mask, params)) for kind, mask in masks.items()}, off


def _score(pattern: Tensor, mask: Tensor, params: HeadScoresParams) -> Tensor:
    """The score of patterns [..., query, key] against a mask, by the measure asked for."""
    from stratascope.numerics.attention import detector_score, role_score

    if not params.tl_compat:
        return role_score(pattern, mask)
    return detector_score(pattern, mask, params.exclude_bos, params.exclude_current_token)


def _eligible(ids: Sequence[int], kinds: Sequence[Role]) -> dict[str, Any]:
    """Facts of one sequence: its ids and how many queries have a target for each role."""
    import torch

    from stratascope.numerics.attention import role_mask

    counts = {kind: int(role_mask(torch.tensor(list(ids)), kind).any(-1).sum()) for kind in kinds}
    return {"eligible_rows": counts, "sequence": list(ids)}


def _quantities(kinds: Sequence[Role]) -> list[Quantity]:
    roles = [Quantity(name=kind, label=LABELS[kind], scale="attn", limits=(0.0, 1.0)) for kind in kinds]
    return [
        *roles,
        Quantity(name="sink", label="attention on the first token", scale="attn", limits=(0.0, 1.0)),
        Quantity(name="entropy", label="entropy of the rows, normalised", scale="unc", limits=(0.0, 1.0)),
    ]


def _checks(scores: dict[str, np.ndarray], chance: dict[str, float], off: float) -> list[Check]:
    from stratascope.models.pattern_reading import rows_sum_to_one

    found = [
        Check(
            name=f"best_{kind}",
            label=f"best {kind.replace('_', ' ')} head",
            value=float(values.max()),
            control=chance[kind],
            explanation="Highest score of any head; the control is what attention spread evenly over all tokens so far scores.",
        )
        for kind, values in scores.items()
    ]
    return [rows_sum_to_one(off), *found]


def _summary(scores: dict[str, np.ndarray], chance: dict[str, float]) -> str:
    """The strongest head of every role."""

    def best(kind: str, values: np.ndarray) -> str:
        layer, head = divmod(int(values.argmax()), values.shape[1])
        return f"{kind.replace('_', ' ')} {layer}.{head} ({float(values.max()):.2f}, chance {chance[kind]:.3f})"

    return "Strongest heads: " + "; ".join(best(kind, values) for kind, values in scores.items()) + "."

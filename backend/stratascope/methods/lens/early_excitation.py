"""Tokens that peak before the last layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptParams,
    TokenText,
    method,
    silent,
)
from stratascope.problem import Problem, bad_parameter
from stratascope.result import Array, Check, Quantity, TokenGrid

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens
    from stratascope.numerics.excitation import Standing

Group = Annotated[list[TokenText], Field(max_length=32)]
NOTHING = "no token rises here that the output does not favour"
SHOWN = 5
RANDOM_TOKENS, SEED = 16, 0


class EarlyExcitationParams(PromptParams):
    """Which tokens to follow, and over which rows."""

    lens: Literal["raw", "tuned"] = Field(
        "raw",
        description="raw reads the stream with the model's own head; tuned translates it first, for each layer apart.",
    )
    group: Group = Field(
        [],
        description="Tokens to follow, by text, leading space included. Without any, those that are among the best of a middle "
        "row but not of the output, at each position apart.",
    )
    other_group: Group = Field(
        [], title="Other group", description="A second group to compare with, such as what is not in the prompt."
    )
    top_k: int = Field(
        5, ge=1, le=20, title="Best tokens", description="Best tokens per row that are looked at unasked."
    )
    window: int | None = Field(
        None,
        ge=1,
        le=512,
        title="Rows averaged",
        description="Last rows whose mean logits are compared with the output; without a number 5, or all of fewer layers.",
    )
    skip: float = Field(
        0.25,
        ge=0.0,
        le=0.9,
        title="Rows left out",
        description="Share of the rows, from the embedding on, that is only noise.",
    )
    positions: Literal["all", "last"] = Field(
        "all", description="Every position, or the prompt's last one and those of new tokens."
    )
    new_tokens: int = Field(
        0, ge=0, le=64, title="New tokens", description="Tokens the model writes behind the prompt."
    )


def _cost(model: ModelFacts, params: EarlyExcitationParams, tokens: int) -> Cost:
    columns = (tokens if params.positions == "all" else 1) + params.new_tokens
    decoding = 3 * (model.layers + 1) * columns * model.width * model.vocabulary / max(1, tokens * model.parameters)
    stream = 4 * (tokens + params.new_tokens) * model.width * 5 * model.layers
    return Cost(forwards=1 + params.new_tokens + decoding, bytes=stream + (256 << 20))


@method(
    title="Early excitation",
    guide=Guide(
        question="What would each layer predict?",
        purpose="Finds tokens that stand higher in a middle layer than in the output, and how far they fall.",
        reading="A dark band below the top row is a token, or a group of them, that the model favoured and then dropped. The "
        "gap says by how many nats of log-rank it fell. Ranks near the embedding are noise, so the first rows are left out "
        "of the search. Over new tokens, a rank at the output that rises from step to step means that the text loses sight "
        "of the group.",
        synonyms=("VISTA", "hidden life of tokens", "suppressed token", "rank by layer", "grounding", "hallucination"),
        next=("lens/logit-lens", "lens/commitment-layer", "lens/direct-logit-attribution"),
    ),
    papers=[
        Paper("The Hidden Life of Tokens: Reducing Hallucination of Large Vision-Language Models via Visual Information "
              "Steering", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)  # fmt: skip
def early_excitation(model: Model, params: EarlyExcitationParams, progress: Progress = silent) -> TokenGrid:
    """Follow the mean log-rank of a group of tokens along depth and find the row where it is lowest.

    With r_l(v) the rank of token v at row l, 1 being the most likely, r̄_l = mean_v ln r_l(v) over the group; the excitation
    row is argmin_l r̄_l among the rows that are not left out, and the gap r̄_L − r̄_e ≥ 0 in nats. What is drawn is the
    standing 1 − r̄_l / ln V: 1 for the best token, 0 for the last. The definition is ours, after the paper's abstract.

    Arrays [row, position]: `standing` and `log_rank`, `logprob` (mean over the group), and the same with `_other` of the
    second group. [group, position]: `excitation_row`, `gap`, `logprob_gap`, `window_gain`, by how much the mean of the last
    rows' logits lowers r̄_L. `rank` [row, position, token] of named tokens; without them `riser_text`, `riser_row` and
    `riser_gap` [position, rank], the tokens that fell farthest.
    """
    from stratascope.models.tuned_lens import decoded_stream
    from stratascope.numerics.decoding import output_gap
    from stratascope.numerics.excitation import standing

    window = params.window or min(5, model.layers)
    if window > model.layers:
        raise bad_parameter("window", f"between 1 and {model.layers}", window)
    groups = _groups(model, params)
    tokens, since = _text(model, params, progress)
    run = model.run_of(tokens)
    x = decoded_stream(model, run, params.lens)
    gap = output_gap(model.unembedding, x, run.own_logits)
    columns = list(range(len(tokens.ids) if params.positions == "all" else 0)) or list(
        range(since - 1, len(tokens.ids))
    )
    x, first = x[:, columns], math.ceil(params.skip * model.layers)
    found = {}
    for done, (name, ids) in enumerate([*groups.items(), ("random", _random(model))]):
        progress(done, len(groups) + 1, "ranking tokens")
        found[name] = standing(model.unembedding, x, ids, params.top_k, first, window)
    return _grid(model, params, _Followed(tokens, since, columns, first, gap, found))


@dataclass(frozen=True)
class _Followed:
    """The text, the first new token's position, the columns shown, the first row searched, and the groups' standings."""

    tokens: Tokens
    since: int
    columns: list[int]
    first: int
    gap: float
    groups: dict[str, Standing]

    def named(self) -> dict[str, Standing]:
        """The groups but for the control."""
        return {name: each for name, each in self.groups.items() if name != "random"}


def _groups(model: Model, params: EarlyExcitationParams) -> dict[str, Tensor | None]:
    """Ids by group; None stands for what rises by itself. Raises `empty_group`, `token_not_single` and `same_token`."""
    import torch

    from stratascope.models.question import named_tokens

    if params.other_group and not params.group:
        raise Problem(
            "empty_group",
            "Give at least one token in each group.",
            field="group",
            remedy="Name the tokens of the first group",
        )
    if not params.group:
        return {"risers": None}
    asked = {"group": params.group} | ({"other_group": params.other_group} if params.other_group else {})
    return {name: torch.tensor(named_tokens(model, name, texts, None)) for name, texts in asked.items()}


def _random(model: Model) -> Tensor:
    """Some tokens drawn at random, the same at every call."""
    import torch

    generator = torch.Generator().manual_seed(SEED)
    return torch.randperm(model.vocabulary, generator=generator)[:RANDOM_TOKENS]


def _text(model: Model, params: EarlyExcitationParams, progress: Progress) -> tuple[Tokens, int]:
    """(prompt and new tokens, tokens of the prompt)."""
    from stratascope.models.continuation import continued

    prompt = model.tokenize(params.prompt, params.messages)
    if not params.new_tokens:
        return prompt, len(prompt.ids)
    progress(0, 1, "writing tokens")
    return continued(model, prompt, params.new_tokens, lambda run: None), len(prompt.ids)


def _grid(model: Model, params: EarlyExcitationParams, found: _Followed) -> TokenGrid:
    """The standings as a grid, with what was read off them."""
    from stratascope.numerics.lens import row_labels

    arrays, per_group, quantities = {}, [], []
    for name, each in found.named().items():
        suffix = "_other" if name == "other_group" else ""
        log_rank = each.log_rank.nanmean(-1)
        cells = {"standing": 1 - log_rank / math.log(model.vocabulary), "log_rank": log_rank}
        cells["logprob"] = each.logprob.nanmean(-1)
        for what, values in cells.items():
            arrays[what + suffix] = Array(values=values.numpy(), dims=("row", "position"), undefined=NOTHING)
        label = (
            "standing of the other group"
            if suffix
            else "standing of the group"
            if params.group
            else "standing of risers"
        )
        quantities.append(Quantity(name=f"standing{suffix}", label=label, scale="prob", limits=(0.0, 1.0)))
        per_group.append(_read_off(each, found))
    for what in per_group[0]:
        stacked = np.stack([each[what] for each in per_group]).astype(np.float32)
        arrays[what] = Array(values=stacked, dims=("group", "position"), undefined=NOTHING)
    coords = {"row": row_labels(model.layers), "group": list(found.named())}
    if len(found.columns) < len(found.tokens.ids):
        coords["position"] = [str(column) for column in found.columns]
    named = _risers(model, found) if not params.group else _ranks(model, found, coords)
    facts = _facts(params, found, arrays)
    return TokenGrid(
        arrays={**arrays, **named},
        quantities=quantities,
        coords=coords,
        tokens=found.tokens.tokens,
        facts=facts,
        summary=_summary(facts, arrays, named, coords["row"]),
        checks=_checks(found, facts),
    )


def _read_off(each: Standing, found: _Followed) -> dict[str, np.ndarray]:
    """The excitation row and gaps of one group, each [position]."""
    from stratascope.numerics.excitation import excitation

    log_rank, logprob = each.log_rank.nanmean(-1), each.logprob.nanmean(-1)
    row, gap = excitation(log_rank, found.first)
    at = row.nan_to_num().long()[None]
    return {
        "excitation_row": row.numpy(),
        "gap": gap.numpy(),
        "logprob_gap": (logprob.gather(0, at)[0] - logprob[-1]).numpy(),
        "window_gain": (log_rank[-1] - each.window_log_rank.nanmean(-1)).numpy(),
    }


def _ranks(model: Model, found: _Followed, coords: dict[str, list[str]]) -> dict[str, Array]:
    """The rank of every named token."""
    import torch

    ranks = torch.cat([each.log_rank for each in found.named().values()], -1).exp().round()
    coords["token"] = [model.token(int(i)).text for each in found.named().values() for i in each.ids[0]]
    return {"rank": Array(values=ranks.numpy(), dims=("row", "position", "token"))}


def _risers(model: Model, found: _Followed) -> dict[str, Array]:
    """The tokens of each position that fell farthest, with the rows where they stood highest."""
    from stratascope.numerics.excitation import excitation

    each = found.groups["risers"]
    row, gap = excitation(each.log_rank, found.first)
    fallen, order = gap.nan_to_num(nan=-1.0).topk(min(SHOWN, gap.shape[-1]), dim=-1)
    absent = fallen < 0
    ids = each.ids.gather(-1, order)
    texts = [[model.token(int(i)).text if i >= 0 else "" for i in line] for line in ids]
    shape, dims = tuple(ids.shape), ("position", "rank")
    nan = float("nan")
    return {
        "riser_text": Array(values=np.array(texts, dtype=object).reshape(shape), dims=dims),
        "riser_row": Array(values=row.gather(-1, order).masked_fill(absent, nan).numpy(), dims=dims, undefined=NOTHING),
        "riser_gap": Array(values=fallen.masked_fill(absent, nan).numpy(), dims=dims, undefined=NOTHING),
    }


def _facts(params: EarlyExcitationParams, found: _Followed, arrays: dict[str, Array]) -> dict[str, Any]:
    """Means over the columns, the drift of the output's ranks from step to step, and what random tokens do."""
    import torch

    from stratascope.numerics.excitation import slope

    steps = slice(found.columns.index(found.since - 1), -1) if params.new_tokens else slice(None)
    last = {name: each.log_rank.nanmean(-1)[-1][steps] for name, each in found.named().items()}
    gaps = torch.from_numpy(arrays["gap"].values).nanmean(-1)
    random = torch.from_numpy(_read_off(found.groups["random"], found)["gap"]).nanmean()
    return {
        "lens": params.lens,
        "first_row_searched": found.first,
        "mean_gap": {name: _number(float(gap)) for name, gap in zip(last, gaps, strict=True)},
        "random_gap": float(random),
        "slope": {name: slope(values) for name, values in last.items()},
        "generated_from": found.since if params.new_tokens else None,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _checks(found: _Followed, facts: dict[str, Any]) -> list[Check]:
    from stratascope.models.lens_cells import output_check

    return [
        output_check(found.gap, over_all=True),
        Check(
            name="ranks_agree",
            label="ranks agree",
            value=float(max(each.miscounted for each in found.groups.values())),
            ok=0.0,
            explanation="Largest difference between ranks found by sorting and by counting, at the last position of every row.",
        ),
        Check(
            name="mean_gap",
            label="mean gap",
            value=next(iter(facts["mean_gap"].values())),
            control=facts["random_gap"],
            explanation="Nats of log-rank by which the first group falls, mean over positions; the control is a group of "
            f"{RANDOM_TOKENS} random tokens.",
        ),
    ]


def _summary(facts: dict[str, Any], arrays: dict[str, Array], named: dict[str, Array], rows: list[str]) -> str:
    """The deepest fall."""
    gap = arrays["gap"].values[0]
    if not np.isfinite(gap).any():
        return "No token is among the best of a middle row and not of the output, at 0 positions."
    of_group = next(iter(facts["mean_gap"].values()))
    mean = f"the mean gap is {of_group:.2f} nats, {facts['random_gap']:.2f} for random tokens"
    if "riser_gap" in named:
        fallen = named["riser_gap"].values
        at = int(np.nanargmax(fallen[:, 0]))
        text, row = named["riser_text"].values[at, 0], rows[int(named["riser_row"].values[at, 0])]
        return f"“{text}” falls farthest, {fallen[at, 0]:.2f} nats of log-rank from row {row} to the output; {mean}."
    at = int(np.nanargmax(gap))
    row = rows[int(arrays["excitation_row"].values[0, at])]
    return (
        f"The group falls farthest in column {at}, {gap[at]:.2f} nats of log-rank from row {row} to the output; {mean}."
    )

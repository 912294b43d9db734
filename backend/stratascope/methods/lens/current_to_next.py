"""Where the stream stops meaning the token read and starts meaning the one to come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Progress, PromptsParams, method, silent
from stratascope.problem import Problem
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

LEAST, WANTED, MOST_BIGRAMS, BATCH = 64, 512, 2048, 256
NONE = "no next token, or a vector of length 0"


class CurrentToNextParams(PromptsParams):
    """How the two tokens are looked for in the stream."""

    lens: Literal["raw", "tuned"] = Field(
        "raw",
        description="raw reads the stream with the model's own head; tuned translates it first, for each layer apart.",
    )
    space: Literal["cosine", "lens"] = Field(
        "cosine",
        description="cosine: the angle to the token's embedding and to the unembedding of the output's best token. lens: the "
        "probability of the token read and of the one that follows in the text.",
    )
    center: bool = Field(
        True,
        title="Without the mean",
        description="Whether cosine leaves out each row's mean vector, which all tokens share.",
    )
    bigram: bool = Field(
        True,
        title="Bigram reference",
        description="Whether every row is also held against what the model predicts after the one token alone.",
    )


def _cost(model: ModelFacts, params: CurrentToNextParams, tokens: int) -> Cost:
    decoding = (model.layers + 1) * model.width * model.vocabulary / max(1, model.parameters)
    passes = 2 + decoding * (params.bigram + (params.space == "lens"))
    alone = 2 * min(tokens, MOST_BIGRAMS) / max(1, tokens) if params.bigram else 0
    stream = 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=passes + alone, bytes=stream + (128 << 20) + 4 * MOST_BIGRAMS * model.width)


@method(
    title="From current to next token",
    guide=Guide(
        question="What would each layer predict?",
        purpose="Shows from which layer on the stream means the next token rather than the one that was read.",
        reading="The crossing is where the vector stops meaning this word and starts meaning the next word. The distance to the "
        "bigram prediction says how far a row is from what the model would say after that token alone: a dip means that the "
        "first layers work out pairs before they look further. Where embedding and unembedding are one matrix the two "
        "curves are correlated.",
        synonyms=("bigram", "token identity", "input to output", "next-token direction", "representation switch"),
        next=("lens/lens-trajectory", "lens/logit-lens", "lens/commitment-layer"),
    ),
    papers=[
        Paper("Bigram Subnetworks: Mapping to Next Tokens in Transformer Language Models", 2025),
        Paper("How GPT Learns Layer by Layer", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)
def current_to_next(model: Model, params: CurrentToNextParams, progress: Progress = silent) -> LayerCurve:
    """Hold every row of the stream against the token that was read and against the one to come.

    cosine: c_in[l] = mean_t cos(x[l, t] − x̄[l], W_E[tok_t]) and c_out[l] = mean_t cos(x[l, t] − x̄[l], W_U[argmax p_L, t]),
    x̄[l] being the mean over all tokens. lens: mean p_l(tok_t) and mean p_l(tok_t+1). The switch row is the first from which
    on the second stays above the first. The bigram reference is the model's own prediction behind the beginning and the
    one token, q(v|tok), and its measure the Jensen–Shannon divergence of p_l and q in nats.

    Arrays: `mean` [series, row] of current, next and, if asked for, bigram; `by_prompt` of several prompts; with space lens
    `rank` [series, row], the mean ln rank of the two tokens.
    """
    from stratascope.models.prompts import prompt_runs, read_prompts

    prompts = read_prompts(model, params)
    total = sum(len(_kept(tokens)) for tokens in prompts)
    _refuse_few(total)
    centre = _centre(model, params, progress, prompts)
    alone = _alone(model, prompts, progress) if params.bigram else None
    found = _Found()
    for run in prompt_runs(model, params, progress, prompts):
        _follow(model, run, params, centre, alone, found)
    return _curve(model, params, prompts, found, total)


@dataclass
class _Found:
    """Of every prompt: `curves` and `ranks` [series, row], `shifted` [row], the current curve for the wrong tokens."""

    curves: list[Tensor] = field(default_factory=list)
    ranks: list[Tensor] = field(default_factory=list)
    shifted: list[Tensor] = field(default_factory=list)
    gap: float = 0.0


@dataclass(frozen=True)
class _Alone:
    """The output's stream vector [token, width] behind each token alone, and where each id's is."""

    vectors: Tensor
    place: dict[int, int]


def _kept(tokens: Tokens) -> list[int]:
    from stratascope.numerics.vectors import counted

    return counted([token.special for token in tokens.tokens], include_first=False)


def _refuse_few(total: int) -> None:
    if total < LEAST:
        raise Problem(
            "not_enough_samples",
            f"current-to-next needs at least {WANTED} tokens in total, and {LEAST} to be tried at all; got {total}.",
            field="prompts",
            remedy="Read the bundled clauses in three languages",
            changes={"prompts_from": "language"},
        )


def _centre(model: Model, params: CurrentToNextParams, progress: Progress, prompts: list[Tokens]) -> Tensor:
    """The mean vector of every row over all tokens that count, [row, width]; zeros where it is not wanted."""
    import torch

    from stratascope.models.prompts import prompt_runs
    from stratascope.models.tuned_lens import decoded_stream

    total = torch.zeros(model.layers + 1, model.width, dtype=torch.float64, device=model.device)
    if not params.center or params.space == "lens":
        return total.float()
    count = 0
    for run in prompt_runs(model, params, progress, prompts):
        kept = _kept(run.tokens)
        total += decoded_stream(model, run, params.lens)[:, kept].double().sum(1)
        count += len(kept)
    return (total / count).float()


def _alone(model: Model, prompts: list[Tokens], progress: Progress) -> _Alone:
    """What the stream ends as behind each of the prompts' tokens alone, the most frequent ones first."""
    from collections import Counter

    import torch

    from stratascope.models.generate import streams

    counts = Counter(tokens.ids[at] for tokens in prompts for at in _kept(tokens))
    ids = [token for token, _ in counts.most_common(MOST_BIGRAMS)]
    first = prompts[0].tokens[0]
    front = [first.id] if first.special else []
    vectors = []
    for start in range(0, len(ids), BATCH):
        progress(start, len(ids), "reading single tokens")
        rows = torch.tensor([[*front, token] for token in ids[start : start + BATCH]])
        vectors.append(streams(model, rows, [model.layers - 1])[model.layers - 1][:, -1])
    return _Alone(torch.cat(vectors), {token: place for place, token in enumerate(ids)})


def _follow(
    model: Model, run: Run, params: CurrentToNextParams, centre: Tensor, alone: _Alone | None, found: _Found
) -> None:
    """Add the curves of one prompt."""
    import torch

    from stratascope.models.tuned_lens import decoded_stream
    from stratascope.numerics.decoding import output_gap
    from stratascope.numerics.transition import (
        best_tokens,
        direction_cosines,
        reference_divergence,
        token_probabilities,
    )

    head, stream, kept = model.unembedding, decoded_stream(model, run, params.lens), _kept(run.tokens)
    found.gap = max(found.gap, output_gap(head, stream, run.own_logits))
    x, ids = stream[:, kept], run.ids[kept]
    if params.space == "cosine":
        module: Any = model.network.get_input_embeddings()
        embedding: Tensor = module.weight
        toward = head.weight[best_tokens(head, x[-1])].float()
        values = direction_cosines(x, centre, embedding[ids].float(), toward)
        wrong = direction_cosines(x, centre, embedding[ids.roll(1)].float(), toward)[0]
    else:
        following = torch.tensor([*run.tokens.ids[1:], -1], device=ids.device)[kept]
        values, ranks = token_probabilities(head, x, torch.stack([ids, following, ids.roll(1)]))
        wrong, values = values[2], values[:2]
        found.ranks.append(ranks[:2].log().nanmean(-1))
    means = [*values.nanmean(-1)]
    if alone is not None:
        means.append(_bigram(x, ids, alone, lambda at, reference: reference_divergence(head, x[:, at], reference)))
    found.curves.append(torch.stack(means))
    found.shifted.append(wrong.nanmean(-1))


def _bigram(x: Tensor, ids: Tensor, alone: _Alone, measure: Any) -> Tensor:
    """Mean divergence [row] over the positions whose token was read alone; NaN if there is none."""
    import torch

    at = [place for place, token in enumerate(ids.tolist()) if token in alone.place]
    if not at:
        return torch.full((len(x),), float("nan"))
    places = [alone.place[token] for token in ids[at].tolist()]
    mean: Tensor = measure(at, alone.vectors[places]).mean(-1)
    return mean


def _curve(model: Model, params: CurrentToNextParams, prompts: list[Tokens], found: _Found, total: int) -> LayerCurve:
    """Means over prompts with their errors, the crossing and the checks."""
    import torch

    from stratascope.models.prompt_means import band, prompt_band
    from stratascope.models.prompts import prompt_titles
    from stratascope.numerics.lens import row_labels
    from stratascope.numerics.transition import switch_row

    by_prompt, dims = torch.stack(found.curves), ("series", "row")
    several = len(prompts) > 1
    arrays = (
        prompt_band(by_prompt, dims, undefined=NONE)
        if several
        else band(by_prompt.movedim(0, -1), dims, undefined=NONE)
    )
    series = ["current", "next"] + (["bigram"] if params.bigram else [])
    coords = {"series": series, "row": row_labels(model.layers)}
    if several:
        coords["prompt"] = prompt_titles(prompts)
    if found.ranks:
        ranks = torch.stack(found.ranks).nanmean(0)
        arrays["rank"] = Array(values=ranks.numpy(), dims=("pair", "row"), undefined=NONE)
        coords["pair"] = series[:2]
    mean = torch.from_numpy(arrays["mean"].values)
    unit = "cosine" if params.space == "cosine" else "probability"
    facts = {
        "lens": params.lens, "space": params.space, "n_prompts": len(prompts), "n_tokens": total,
        "switch_row": switch_row(mean[0], mean[1]), "closest_to_bigram": int(mean[2].argmin()) if params.bigram else None,
        "units": {"current": unit, "next": unit, "bigram": "nats"},
        "labels": {"current": "token read", "next": "token to come", "bigram": "distance to bigram"},
    }  # fmt: skip
    return LayerCurve(
        arrays=arrays,
        quantities=[Quantity(name="mean", label=f"mean {unit}", scale="mag", unit=unit)],
        coords=coords,
        tokens=[] if several else prompts[0].tokens,
        facts=facts,
        summary=_summary(mean, coords["row"], facts),
        checks=_checks(found, mean, params),
        warnings=[f"{total} tokens are few; {WANTED} or more make the means reliable."] if total < WANTED else [],
    )


def _checks(found: _Found, mean: Tensor, params: CurrentToNextParams) -> list[Check]:
    import torch

    from stratascope.models.lens_cells import output_check

    wrong = torch.stack(found.shifted).nanmean(0)
    checks = [
        output_check(found.gap, over_all=True),
        Check(
            name="token_at_the_start",
            label="the token read, at the embedding",
            value=float(mean[0, 0]),
            control=float(wrong[0]),
            explanation="Mean of the first curve at the first row; the control is the same for the token before.",
        ),
    ]
    if params.bigram:
        largest = float(mean[2].nan_to_num().max())
        checks.append(
            Check(
                name="js_bound",
                label="divergence below ln 2",
                value=max(0.0, largest - 0.6931471805599453),
                ok=1e-5,
                warn=1e-3,
                explanation="By how much the mean divergence from the bigram prediction exceeds ln 2 at any row.",
            )
        )
    return checks


def _summary(mean: Tensor, rows: list[str], facts: dict[str, Any]) -> str:
    switch = facts["switch_row"]
    lead = (
        f"From row {rows[switch]} on the stream means the token to come"
        if switch is not None
        else f"In none of {len(rows)} rows to the end does the stream mean the token to come more than the one read"
    )
    (read, read_end), (next_, next_end) = ((float(line[0]), float(line[-1])) for line in mean[:2])
    ends = f"{read:.2f} to {read_end:.2f} for the token read, {next_:.2f} to {next_end:.2f} for the one to come"
    closest = facts["closest_to_bigram"]
    bigram = "" if closest is None else f"; closest to the bigram prediction is row {rows[closest]}"
    return f"{lead} ({ends.replace('-', '−')}){bigram}."

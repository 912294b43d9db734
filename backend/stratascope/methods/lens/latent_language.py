"""Which language the middle layers speak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from stratascope.method import (
    LINES,
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    PromptText,
    TokenText,
    method,
    silent,
)
from stratascope.problem import Problem
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.token_languages import TokenLanguages
    from stratascope.models.tokens import Tokens
    from stratascope.numerics.latent_language import Sight

NOTHING = "no probability on any language"
EXAMPLE = "English: book, French: livre"


class LatentLanguageParams(PromptsParams):
    """How tokens belong to languages, and where the lens is read."""

    lens: Literal["raw", "tuned"] = Field(
        "raw",
        description="raw reads the stream with the model's own head, which favours frequent tokens; tuned translates it "
        "first, for each layer apart.",
    )
    mode: Literal["vocabulary", "word"] = Field(
        "vocabulary",
        description="vocabulary: every token by its script, or by lists of words. word: the tokens that begin one expected "
        "word per language.",
    )
    words: Annotated[list[PromptText], Field(max_length=256)] = Field(
        [],
        description=f"For mode word: one line per prompt, or one for all, with a word per language: {EXAMPLE}.",
        json_schema_extra=LINES,
    )
    word_lists: Annotated[list[PromptText], Field(max_length=8)] = Field(
        [],
        title="Word lists",
        description="For languages in Latin script: one line each, the language, a colon and at least 500 words.",
        json_schema_extra=LINES,
    )
    positions: Literal["last", "all"] = Field("last", description="Positions whose predictions are averaged.")
    new_tokens: int = Field(
        0,
        ge=0,
        le=64,
        title="New tokens",
        description="Tokens the model writes behind one prompt; then their predictions are averaged, and places where the "
        "language changes are searched.",
    )
    requested: TokenText | None = Field(
        None,
        title="Language asked for",
        description="Language that new tokens should be in; without it that of the last token of the prompt that has one.",
    )


def _cost(model: ModelFacts, params: LatentLanguageParams, tokens: int) -> Cost:
    tokens += params.new_tokens
    rows = (model.layers + 1) * (tokens if params.positions == "all" else max(1, params.new_tokens))
    decoding = rows * model.width * model.vocabulary / max(1, tokens * model.parameters)
    bytes_ = 4 * tokens * model.width * 5 * model.layers + 64 * model.vocabulary + 4 * model.width**2 + (128 << 20)
    return Cost(forwards=1 + params.new_tokens + decoding, bytes=bytes_)


@method(
    title="Latent language",
    version=2,
    guide=Guide(
        question="What would each layer predict?",
        purpose="Shows how the lens's probability divides over languages from layer to layer.",
        reading="Where the line of English rises above that of the language asked for, the model passes through English "
        "before it answers. Loan words, names, digits and code belong to no language, and Japanese shares Han with Chinese. "
        "The raw lens favours frequent tokens, which are English ones in most models: look at the tuned lens too. The "
        "energy says how much of the stream the output's vocabulary can see at all.",
        synonyms=("English pivot", "concept space", "language of thought", "multilingual", "language confusion", "script"),
        next=("lens/logit-lens", "lens/commitment-layer", "lens/lens-trajectory"),
    ),
    papers=[
        Paper("Do Llamas Work in English? On the Latent Language of Multilingual Transformers", 2024),
        Paper("Beyond English-Centric LLMs: What Language Do Multilingual Language Models Think in?", 2024),
        Paper("Mechanistic Understanding and Mitigation of Language Confusion in English-Centric Large Language Models", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
)  # fmt: skip
def latent_language(model: Model, params: LatentLanguageParams, progress: Progress = silent) -> LayerCurve:
    """Sum the lens's probabilities over the tokens of each language, row by row.

    word: P_lang[l] = Σ p_l(v) over the tokens v that begin the language's word, with and without a space in front; what the
    words of two languages share is refused, or leaves the prompt out where there are several. vocabulary: the share of a
    language among all tokens that have one, and `unassigned`, the probability of the others. Energy is
    sqrt(mean_v (û_v·x̂)²) over its mean among tokens, û_v being the unembedding's rows of length one and x̂ the stream's.

    A confusion point is the first new token whose language is not the one asked for while the one before still was; its
    transition row is the first from which on the wrong language outweighs the right one.

    Arrays: `mean` [series, row], one series per language; `entropy` in nats, `energy` and `unassigned` [row]; of one prompt
    with several positions `by_position` [series, row, position].
    """
    from stratascope.models.prompts import prompt_runs, read_prompts
    from stratascope.numerics.latent_language import Sight
    from stratascope.numerics.lens import row_labels

    prompts = read_prompts(model, params)
    since = None
    if params.new_tokens:
        prompts, since = _continued(model, params, prompts, progress)
    head = model.unembedding
    found = _Found(Sight(head.weight, head.facts.gain, head.facts.centred))
    for languages, run in _readings(model, params, prompts, prompt_runs(model, params, progress, prompts), found):
        _read(model, run, params, languages, since, found)
    if not found.shares:
        raise Problem(
            "shared_token",
            f"The words of all {len(prompts)} prompts share tokens between languages.",
            field="words",
            remedy="Choose words that begin with different letters",
        )
    return _curve(model, params, found, [prompts[i] for i in found.kept], row_labels(model.layers))


@dataclass
class _Found:
    """What each prompt that was kept gave: `shares` [series, row, position], the others [row, position]."""

    sight: Sight
    kept: list[int] = field(default_factory=list)
    languages: list[TokenLanguages] = field(default_factory=list)
    shares: list[Tensor] = field(default_factory=list)
    entropy: list[Tensor] = field(default_factory=list)
    energy: list[Tensor] = field(default_factory=list)
    unassigned: list[Tensor] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    confusion: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0
    gap: float = 0.0
    off: float = 0.0


def _continued(
    model: Model, params: LatentLanguageParams, prompts: list[Tokens], progress: Progress
) -> tuple[list[Tokens], int]:
    """(the one prompt with the model's own tokens behind it, how many tokens it had)."""
    from stratascope.models.continuation import continued

    if len(prompts) > 1 or params.mode == "word":
        raise Problem(
            "bad_parameter",
            f"new_tokens must be 0 {'for several prompts' if len(prompts) > 1 else 'in mode word'}; got {params.new_tokens}.",
            field="new_tokens",
            remedy="Read the prompt only",
            changes={"new_tokens": 0},
        )
    progress(0, 1, "writing tokens")
    return [continued(model, prompts[0], params.new_tokens, lambda run: None)], len(prompts[0].ids)


def _readings(
    model: Model, params: LatentLanguageParams, prompts: list[Tokens], runs: Iterator[Run], found: _Found
) -> Iterator[tuple[TokenLanguages, Run]]:
    """The tokens' languages and the run of every prompt that can be read."""
    from stratascope.models.token_languages import by_script, by_word, word_line, word_list

    if params.mode == "vocabulary":
        languages = by_script(model, dict(word_list(line) for line in params.word_lists))
        for i in range(len(prompts)):
            found.kept.append(i)
            yield languages, model.run_of(prompts[0]) if params.new_tokens else next(runs)
        return
    lines = [word_line(line) for line in params.words]
    if len(lines) not in (1, len(prompts)) or len({tuple(line) for line in lines}) != 1:
        raise Problem(
            "bad_parameter",
            f"words must be one line, or one for each of the {len(prompts)} prompts, all with the same languages; got "
            f"{len(lines)}.",
            field="words",
            remedy=f"Give a line such as {EXAMPLE}",
        )
    for i, run in enumerate(runs):
        try:
            languages = by_word(model, lines[i % len(lines)])
        except Problem as problem:
            if len(prompts) == 1 or problem.code != "shared_token":
                raise
            found.dropped += 1
            continue
        found.kept.append(i)
        yield languages, run


def _read(
    model: Model, run: Run, params: LatentLanguageParams, languages: TokenLanguages, since: int | None, found: _Found
) -> None:
    """Add the numbers of one prompt."""
    from stratascope.models.token_languages import confusion_points
    from stratascope.models.tuned_lens import decoded_stream
    from stratascope.numerics.decoding import output_gap
    from stratascope.numerics.latent_language import group_mass
    from stratascope.numerics.vectors import counted

    head, stream, count = model.unembedding, decoded_stream(model, run, params.lens), len(run.ids)
    found.gap = max(found.gap, output_gap(head, stream, run.own_logits))
    at = [count - 1] if params.positions == "last" else counted([token.special for token in run.tokens.tokens], False)
    if since is not None:
        at = list(range(since - 1, count - 1))
    x = stream[:, at]
    mass, entropy = group_mass(head, x, languages.of, len(languages.names))
    found.off = max(found.off, float((mass.sum(-1) - 1).abs().max()))
    own = mass[..., :-1]
    share = own if params.mode == "word" else own / own.sum(-1, keepdim=True)
    found.languages.append(languages)
    found.shares.append(share.permute(2, 0, 1))
    found.entropy.append(entropy)
    found.energy.append(found.sight.energy(x).cpu())
    found.unassigned.append(mass[..., -1])
    found.positions = at
    if since is not None:
        found.confusion = confusion_points(run.tokens, languages, found.shares[-1], since, params.requested)


def _curve(
    model: Model, params: LatentLanguageParams, found: _Found, prompts: list[Tokens], rows: list[str]
) -> LayerCurve:
    """Means over positions and prompts with their bands, and what they say."""
    import torch

    from stratascope.models.lens_cells import output_check
    from stratascope.models.prompt_means import band, prompt_band
    from stratascope.models.prompts import prompt_titles

    names, dims, several = list(found.languages[0].names), ("series", "row"), len(prompts) > 1
    arrays = (
        prompt_band(torch.stack([each.nanmean(-1) for each in found.shares]), dims, undefined=NOTHING)
        if several
        else band(found.shares[0], dims, undefined=NOTHING)
    )
    for name, each in (("entropy", found.entropy), ("energy", found.energy), ("unassigned", found.unassigned)):
        mean = torch.stack([values.nanmean(-1) for values in each]).nanmean(0)
        arrays[name] = Array(values=mean.numpy(), dims=("row",), undefined="a vector of length 0")
    coords = {"series": names, "row": rows} | ({"prompt": prompt_titles(prompts)} if several else {})
    if not several and len(found.positions) > 1:
        arrays["by_position"] = Array(
            values=found.shares[0].numpy(), dims=("series", "row", "position"), undefined=NOTHING
        )
        coords["position"] = [str(position) for position in found.positions]
    mean, chance = torch.from_numpy(arrays["mean"].values), _chance(found, params)
    facts = {
        "lens": params.lens, "mode": params.mode, "n_prompts": len(prompts), "dropped": found.dropped,
        "n_tokens": sum(each.shape[-1] for each in found.shares), "chance": dict(zip(names, chance, strict=True)),
        "confusion_points": found.confusion, "middle": _middle(mean, names),
    }  # fmt: skip
    return LayerCurve(
        arrays=arrays,
        quantities=_quantities(params.mode),
        coords=coords,
        tokens=[] if several else prompts[0].tokens,
        facts=facts,
        summary=_summary(mean, names, rows, facts),
        checks=[output_check(found.gap, over_all=True), *_checks(found, facts)],
        warnings=_warnings(params, found, float(arrays["unassigned"].values[-1])),
    )


def _chance(found: _Found, params: LatentLanguageParams) -> list[float]:
    """What each language would have if every token were equally likely, mean over prompts."""
    chances = []
    for languages in found.languages:
        counts = [languages.count(name) for name in languages.names]
        whole = len(languages.of) if params.mode == "word" else max(1, sum(counts))
        chances.append([count / whole for count in counts])
    return [sum(each) / len(chances) for each in zip(*chances, strict=True)]


def _middle(mean: Tensor, names: list[str]) -> dict[str, Any]:
    """The language, besides the output's, that reaches most between the first and the last row."""
    others = [i for i in range(len(names)) if i != int(mean[:, -1].nan_to_num().argmax())]
    between = mean[:, 1:-1].nan_to_num()
    if not others or not between.shape[1]:
        return {}
    best = max(others, key=lambda i: float(between[i].max()))
    return {"language": names[best], "share": float(between[best].max()), "row": 1 + int(between[best].argmax())}


def _quantities(mode: str) -> list[Quantity]:
    label = "probability of the word's beginnings" if mode == "word" else "share among tokens of a language"
    return [
        Quantity(name="mean", label=label, scale="prob", limits=(0.0, 1.0)),
        Quantity(name="entropy", label="entropy", scale="unc", unit="nats"),
        Quantity(name="energy", label="energy seen by the unembedding", scale="mag"),
    ]


def _checks(found: _Found, facts: dict[str, Any]) -> list[Check]:
    middle = facts["middle"]
    return [
        Check(
            name="sums_to_one",
            label="probabilities sum to 1",
            value=found.off,
            ok=1e-4,
            warn=1e-2,
            explanation="Largest difference from 1 of the probability of all languages together with what has none.",
        ),
        Check(
            name="middle_share",
            label="another language on the way",
            value=middle.get("share"),
            control=facts["chance"][middle["language"]] if middle else None,
            explanation="The most that any language but the output's has between the first and the last row; the control is its "
            "share if all tokens were equally likely.",
        ),
    ]


def _warnings(params: LatentLanguageParams, found: _Found, unassigned: float) -> list[str]:
    warnings = []
    if params.mode == "vocabulary" and unassigned > 0.8:
        warnings.append(f"{unassigned:.0%} of the output's probability is on tokens without a language.")
    if found.dropped:
        warnings.append(f"{found.dropped} prompts are left out: their words share tokens between languages.")
    return warnings


def _summary(mean: Tensor, names: list[str], rows: list[str], facts: dict[str, Any]) -> str:
    top = int(mean[:, -1].nan_to_num().argmax())
    text = f"At the output {names[top]} has a share of {float(mean[top, -1]):.2f}"
    middle = facts["middle"]
    if middle:
        text += f"; between, {middle['language']} reaches {middle['share']:.2f} at most, in row {rows[middle['row']]}"
    if points := facts["confusion_points"]:
        text += f"; the text first leaves its language at new token {points[0]['step']}"
    return text + "."

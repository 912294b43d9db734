"""Rewrite drift: what changes inside and behind a model when only the spelling of its prompt does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from stratascope.method import (
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Progress,
    PromptsParams,
    PromptText,
    Text,
    TokenText,
    method,
    silent,
)
from stratascope.numerics.respelling import together
from stratascope.numerics.rewriting import Rule
from stratascope.problem import Problem
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.models.model import Model
    from stratascope.models.rewritten import Measured

CLASSES = ("changed units", "unchanged units")
MOST_UNITS = 128


class RewriteDriftParams(PromptsParams):
    """How the prompt is rewritten, and what is compared."""

    rule: Rule = Field(
        "insert_spaces",
        description="Spaces between pieces put in or taken out, names in another case, half the indentation, line ends "
        "of two characters, or the other kind of quotes.",
    )
    pair: Annotated[Text, Field(max_length=40)] = Field(
        "ALL ALL",
        title="Between",
        description="Between which pieces spaces are put or taken: two of NAME, OP, ALL or a piece itself, such as “( )”.",
    )
    identifiers: Annotated[list[TokenText], Field(max_length=64)] = Field(
        [], description="Names to be renamed; without any, all that the program itself defines."
    )
    variant: PromptText = Field("", description="A rewrite of one's own in place of a rule, for a single prompt.")
    language: Literal["python", "generic"] = Field(
        "python", description="How units are read: as Python itself reads them, or by a lexer that fits most languages."
    )
    state: Literal["last", "mean"] = Field(
        "last", title="State of a unit", description="The stream at a unit's last token, or the mean over its tokens."
    )
    continuation: PromptText = Field(
        "", description="A text behind both spellings, whose surprise is compared, for a single prompt."
    )


def _cost(model: ModelFacts, params: RewriteDriftParams, tokens: int) -> Cost:
    """Both spellings of every prompt, and of its continuation."""
    count = max(len(params.prompts), 64 if params.prompts_from else 1)
    stream = 4 * tokens * model.width * 5 * model.layers
    return Cost(
        forwards=2 * count + 2 * bool(params.continuation), bytes=2 * stream + 8 * max(tokens, 1) + model.vocabulary
    )


@method(
    title="Rewrite drift",
    version=2,
    guide=Guide(
        question="How do two runs differ?",
        purpose="Rewrites a prompt without changing its meaning and measures how far states and answers drift.",
        reading="If the line of changed units starts high and comes down, deeper layers repair the different tokenization. "
        "Unchanged units drift too, because their context and their positions have changed. Renaming also changes how "
        "frequent a name is, so compare it with a rule that only moves spaces.",
        synonyms=("tokenization drift", "spacing", "camelCase", "snake_case", "robustness", "refactoring", "code", "rename"),
        next=("tokenization/boundary-alignment", "comparison/run-difference", "tokenization/compensation-depth"),
    ),
    papers=[
        Paper("TokDrift: When LLM Speaks in Subwords but Code Speaks in Grammar", 2025),
        Paper("LLM The Genius Paradox: A Linguistic and Math Expert's Struggle with Simple Word-based Counting Problems",
              2025),
        Paper("The EarlyBIRD Catches the Bug: On Exploiting Early Layers of Encoder Models for More Efficient Code "
              "Classification", 2023),
    ],
    cost=_cost,
)  # fmt: skip
def rewrite_drift(model: Model, params: RewriteDriftParams, progress: Progress = silent) -> LayerCurve:
    """Compare a prompt with its rewrite, unit by unit of its grammar.

    Units are matched by their characters, not by position: spaces, underscores, case and the kind of quotes aside. A unit
    is changed if a token border at it or in it is missing in the rewrite, or new. Drift D[row] = 1 − cos of the residual
    stream at a unit and at its partner, averaged over units, then over prompts.

    Arrays: `drift` [series, row] for changed and unchanged units with `low` and `high`, the mean ∓ one standard error over
    units (over prompts where there are several); for one prompt `by_unit` [unit, row], otherwise `by_prompt`
    [prompt, series, row]; prompts that the rule leaves as they are do not count. `facts`: the `change` of the token borders
    (remained, merged, split or mixed), where borders went and came, KL divergence of the next token in nats, whether the
    likeliest token flipped, `delta_nll` of the continuation in nats; over a set with answers `sensitivity`, the share of
    prompts whose answer turns right or wrong. Raises `rewrite_empty`, `name_collision` and `program_changed`.
    """
    import torch

    from stratascope.models.rewritten import measure

    texts = _texts(model, params)
    found: list[Measured] = []
    for done, (text, answer) in enumerate(texts):
        progress(done, len(texts), "reading both spellings")
        measured = measure(model, params, text, answer)
        if measured is not None:
            found.append(measured)
    if not found:
        raise Problem(
            "rewrite_empty",
            f"The rule {params.rule} changes nothing in {'this text' if len(texts) == 1 else f'these {len(texts)} texts'}.",
            field="rule",
            remedy="Put spaces between all pieces",
            changes={"rule": "insert_spaces", "pair": "ALL ALL"},
        )
    each = torch.stack([one.by_class() for one in found])
    mean, spread = (each[0, 0], each[0, 1]) if len(texts) == 1 else _over_prompts(each[:, 0])
    why = "no unit of this kind"
    dims = ("series", "row")
    return LayerCurve(
        arrays={
            "drift": Array(values=mean.numpy(), dims=dims, undefined=why),
            "low": Array(values=(mean - spread).numpy(), dims=dims, undefined=f"{why}, or only one"),
            "high": Array(values=(mean + spread).numpy(), dims=dims, undefined=f"{why}, or only one"),
            **(_by_unit(found[0]) if len(texts) == 1 else _by_prompt(each[:, 0])),
        },
        quantities=[Quantity(name="drift", label="1 − cosine between spellings", scale="mag")],
        coords={"series": list(CLASSES), **_coords(found, len(texts) == 1)},
        tokens=found[0].sides.one.tokens.tokens if len(texts) == 1 else [],
        facts=_facts(model, params, found, len(texts)),
        summary=_summary(found, mean),
        checks=_checks(found, params),
        warnings=list(dict.fromkeys(warning for one in found for warning in one.warnings)),
    )


def _texts(model: Model, params: RewriteDriftParams) -> list[tuple[str, str | None]]:
    """The texts to be rewritten, with their answers where a set has them. Of chat messages it is the user's last one."""
    from stratascope.method import MOST_PROMPTS
    from stratascope.models.rewrites import asked
    from stratascope.specimen.prompt_sets.reading import read_set
    from stratascope.specimen.prompts import bundle_path

    if params.prompts_from is not None:
        items = read_set(bundle_path(), params.prompts_from, limit=MOST_PROMPTS)
        return [(item["prompt"], item["answer"]) for item in items]
    if params.prompts:
        return [(text, None) for text in params.prompts]
    plain = [message.model_dump() for message in params.messages or ()]
    return [(plain[asked(plain)]["content"] if plain else params.prompt, None)]


def _over_prompts(each: Tensor) -> tuple[Tensor, Tensor]:
    from stratascope.numerics.vectors import standard_error

    return each.nanmean(0), standard_error(each.movedim(0, -1))


def _by_unit(one: Measured) -> dict[str, Array]:
    values = one.drift.T[:MOST_UNITS].numpy()
    changed = np.array([pair.changed for pair in one.sides.respelling.units[:MOST_UNITS]], np.int8)
    return {
        "by_unit": Array(values=values, dims=("unit", "row"), undefined="a state without length"),
        "changed": Array(values=changed, dims=("unit",)),
    }


def _by_prompt(each: Tensor) -> dict[str, Array]:
    return {"by_prompt": Array(values=each.numpy(), dims=("prompt", "series", "row"), undefined="no unit of this kind")}


def _coords(found: Sequence[Measured], single: bool) -> dict[str, list[str]]:
    from stratascope.models.prompts import prompt_titles

    if not single:
        return {"prompt": prompt_titles([one.sides.one.tokens for one in found])}
    text, units = found[0].sides.one.tokens.text, found[0].sides.respelling.units[:MOST_UNITS]
    return {"unit": [f"{i} {text[pair.one.start : pair.one.end][:24]}" for i, pair in enumerate(units, 1)]}


def _facts(model: Model, params: RewriteDriftParams, found: Sequence[Measured], asked: int) -> dict[str, Any]:
    flips = [one.sides.best()[0] != one.sides.best()[1] for one in found]
    both = [one.correct for one in found if one.correct is not None]
    facts = {
        "n_prompts": len(found),
        "n_tokens": sum(len(one.sides.one.tokens.ids) for one in found),
        "unchanged_prompts": asked - len(found),
        "changes": together(one.sides.respelling.change for one in found),
        "kl": sum(one.sides.divergence() for one in found) / len(found),
        "top1_flip": sum(flips) / len(flips),
        "parsed": sum(one.change.same is True for one in found),
    }
    if both:
        facts |= {
            "sensitivity": sum(before != after for before, after in both) / len(both),
            "correct": sum(before for before, _ in both) / len(both),
            "correct_rewritten": sum(after for _, after in both) / len(both),
        }
    return facts | (_about(model, params, found[0]) if asked == 1 else {})


def _about(model: Model, params: RewriteDriftParams, one: Measured) -> dict[str, Any]:
    """What can be said of a single prompt: its rewrite, the borders that moved, and the surprise of a continuation."""
    from stratascope.models.rewrites import surprise

    text, how = one.sides.one.tokens.text, one.sides.respelling
    facts: dict[str, Any] = {
        "change": how.change,
        "variant": one.change.text,
        "names": one.change.names,
        "merged": [_place(text, place) for place in how.merged],
        "split": [_place(text, place) for place in how.split],
        "variant_tokens": [token.text for token in one.sides.other.tokens.tokens],
    }
    if params.continuation and params.messages is None:
        sums = [surprise(model, spelled, params.continuation) for spelled in (params.prompt, one.change.text)]
        facts["delta_nll"] = sums[1] - sums[0]
    return facts


def _place(text: str, place: int) -> dict[str, Any]:
    return {"at": place, "before": text[max(0, place - 8) : place], "behind": text[place : place + 8]}


def _checks(found: Sequence[Measured], params: RewriteDriftParams) -> list[Check]:
    """That nothing drifts in front of the first difference, and how far units drift that have nothing to do with one another."""
    related = [float(one.drift[-1].nanmean()) for one in found if one.drift.shape[1] > 1]
    unrelated = [one.sides.unrelated(params.state) for one in found if one.drift.shape[1] > 1]
    checks = [
        Check(
            name="nothing_in_front",
            label="drift in front of the change",
            value=max(one.sides.in_front() for one in found),
            ok=1e-5,
            warn=1e-3,
            explanation="Largest drift at positions before the first token that differs: what comes later cannot reach them.",
        )
    ]
    if related:
        checks.append(
            Check(
                name="unrelated_units",
                label="drift of partners",
                value=sum(related) / len(related),
                control=sum(unrelated) / len(unrelated),
                explanation="Mean drift in the last row, and the same between units that are no partners.",
            )
        )
    return checks


def _summary(found: Sequence[Measured], mean: Tensor) -> str:
    changed = sum(pair.changed for one in found for pair in one.sides.respelling.units)
    units = sum(len(one.sides.respelling.units) for one in found)
    counts = together(one.sides.respelling.change for one in found)
    what = next(iter(counts)) if len(found) == 1 else ", ".join(f"{name} in {count}" for name, count in counts.items())
    row = 0 if changed else 1
    peak = int(mean[row].nan_to_num(-1.0).argmax())
    course = (
        f"{CLASSES[row]} drift most in row {peak}, by {mean[row, peak]:.2f}, and by {mean[row, -1]:.2f} in the last"
    )
    if peak == mean.shape[1] - 1:
        course = f"{CLASSES[row]} drift most in the last row, by {mean[row, peak]:.2f}"
    return f"Token borders: {what}; {changed} of {units} units changed. {course[0].upper()}{course[1:]}."

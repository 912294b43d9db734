"""Span attention: how much the parts of a prompt look at each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import StringConstraints

from stratascope.method import Field, Guide, Indices, Paper, Params, Progress, PromptParams, Text, method, silent
from stratascope.problem import Problem, head_out_of_range
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.spans import Segment
    from stratascope.models.tokens import Tokens


MOST_SPANS = 12
Measure = Literal["mass", "per_token", "enrichment"]
BEFORE = "the span that looks comes before the other, or only sees what is nearer, so it cannot attend to it"
Piece = Annotated[Text, StringConstraints(min_length=1, max_length=2000)]
SpanName = Annotated[Text, StringConstraints(min_length=1, max_length=40)]


class NamedSpan(Params):
    """Characters of the prompt, from `start` to before `end`, under a name."""

    name: SpanName = Field(description="What the span is called.")
    start: int = Field(ge=0, le=100_000, description="Number of its first character, counted from 0.")
    end: int = Field(ge=1, le=100_000, description="Number of the first character behind it.")


class SpanAttentionParams(PromptParams):
    """The parts of the prompt, which of them looks, and what is measured."""

    spans: Annotated[list[Piece], Field(max_length=MOST_SPANS)] = Field(
        [],
        description="Pieces of the prompt's text, at most 12, each a span. Without any, the messages, the sentences or the "
        "halves of the prompt are the spans.",
    )
    offsets: Annotated[list[NamedSpan], Field(max_length=MOST_SPANS)] = Field(
        [],
        title="Spans by offsets",
        description="Spans by the numbers of their characters, each with name, start and end, besides the pieces of text.",
    )
    query: SpanName | None = Field(
        None,
        title="Span that looks",
        description="Name of the span whose attention is drawn; without one it is the last.",
    )
    measure: Measure = Field(
        "mass",
        description="mass, the share of attention that goes to a span; per_token, that share over the span's tokens; "
        "enrichment, the share over what attention spread evenly would give.",
    )
    heads: Indices = Field("all", description="Heads to average over, counted from 0, or all.")
    exclude_self: bool = Field(
        False, title="Without the token itself", description="Leave out what every token gives to itself."
    )
    separate_first: bool = Field(
        True,
        title="First token apart",
        description="Make the first token a span of its own, since heads park their attention there.",
    )


@method(
    title="Span attention",
    version=1,
    guide=Guide(
        question="Where does it look?",
        purpose="Shows over the layers how much one part of the prompt looks at each of the others.",
        reading="Each line is a part of the prompt that is looked at; with mass the lines add up to 1 at every layer. Mass "
        "grows with the length of a part: an enrichment of 2 means that it gets twice its fair share. What heads park on the "
        "first token is a line of its own.",
        synonyms=("attention between segments", "question and context", "information flow", "prompt parts", "grounding",
                  "role attention"),
        next=("attention/attention-pattern", "attention/attention-received", "attention/attention-rollout"),
    ),
    papers=[
        Paper("Echoes as Anchors: Probabilistic Costs and Attention Refocusing in LLM Reasoning", 2026),
        Paper("Towards a Mechanistic Understanding of Propositional Logical Reasoning in Large Language Models", 2026),
        Paper("Cross-modal Information Flow in Multimodal Large Language Models", 2024),
        Paper("Context-Informed Grounding Supervision", 2025),
    ],
    requires=("patterns",),
)  # fmt: skip
def span_attention(model: Model, params: SpanAttentionParams, progress: Progress = silent) -> LayerCurve:
    """Measure M[q, k] = mean_{t ∈ q} Σ_{s ∈ k} A[t, s] for every pair of spans, per head.

    per_token is M over the tokens of k; enrichment is M over mean_{t ∈ q} of the share of the keys seen that lie in k. Spans
    may leave gaps, whose tokens are the span `other`. A border inside a token extends to the whole token.

    Arrays: `value` [series, layer], one series per span looked at, for the span that looks, averaged over heads; `by_head`
    [layer, head, query, key] and `mean` [layer, query, key], all pairs. Undefined where q comes before k. `size` [key] is the
    number of tokens.
    """
    import torch

    from stratascope.models.pattern_reading import PatternReader
    from stratascope.numerics.attention import seen
    from stratascope.numerics.spans import span_attention as measured
    from stratascope.numerics.spans import span_mass

    heads = list(range(model.heads)) if params.heads == "all" else sorted(set(params.heads))
    if heads[-1] >= model.heads:
        raise head_out_of_range(heads[-1], model.id, model.heads)
    run, reader = model.read(params), PatternReader(model)
    parts = _segments(run.tokens, params)
    names, groups = [part.name for part in parts], [part.positions for part in parts]
    asked = _asked(params.query, parts)
    found, off = [], 0.0
    for layer, pattern, keys in reader.layers(run):
        found.append(measured(pattern[heads], seen(keys), groups, params.measure, params.exclude_self))
        off = max(off, float((span_mass(pattern, groups).sum(-1) - 1).abs().max()))
        progress(layer + 1, model.layers, "reading layers")
    by_head = torch.stack(found).cpu().numpy()
    mean = by_head.mean(1)
    value = mean[:, asked].T
    missing = BEFORE if np.isnan(by_head).any() else None
    return LayerCurve(
        arrays={
            "value": Array(values=value, dims=("series", "layer"), undefined=missing),
            "by_head": Array(values=by_head, dims=("layer", "head", "query", "key"), undefined=missing),
            "mean": Array(values=mean, dims=("layer", "query", "key"), undefined=missing),
            "size": Array(values=np.array([len(group) for group in groups]), dims=("key",)),
        },
        quantities=[_QUANTITIES[params.measure]],
        coords={"series": names, "query": names, "key": names, "head": [str(head) for head in heads]},
        tokens=run.tokens.tokens,
        facts={"query": names[asked], "measure": params.measure, "spans": [_described(part) for part in parts]},
        summary=_summary(names, asked, value, params.measure),
        checks=[*reader.checks(), _sums(off)],
        warnings=[
            *reader.warnings(),
            *(
                f"A border of span '{part.name}' lies inside a token, which it holds whole."
                for part in parts
                if part.cut
            ),
        ],
    )


_QUANTITIES = {
    "mass": Quantity(name="value", label="attention on the span", scale="attn", limits=(0.0, 1.0)),
    "per_token": Quantity(name="value", label="attention per token of the span", scale="attn"),
    "enrichment": Quantity(name="value", label="attention over the fair share", scale="mag"),
}


def _segments(tokens: Tokens, params: SpanAttentionParams) -> list[Segment]:
    from stratascope.models.spans import Span, default_spans, segments, spans_of_pieces

    if len(params.spans) + len(params.offsets) > MOST_SPANS:
        raise Problem(
            "bad_parameter",
            f"At most {MOST_SPANS} spans are shown; got {len(params.spans) + len(params.offsets)}.",
            field="spans",
            remedy=f"Give at most {MOST_SPANS} spans",
        )
    if params.spans or params.offsets:
        chosen = spans_of_pieces(tokens.text, params.spans)
        chosen += [Span(each.name, each.start, each.end) for each in params.offsets]
    else:
        chosen = default_spans(tokens.text, [message.content for message in params.messages or []])
    names = [span.name for span in chosen]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Problem(
            "bad_parameter", f"Two spans are called '{twice}'.", field="offsets", remedy="Give each its own name"
        )
    return segments(tokens, chosen, params.separate_first)


def _asked(query: str | None, parts: list[Segment]) -> int:
    """Which segment looks: the one named, or the last that is a span."""
    names = [part.name for part in parts]
    if query is None:
        return max(number for number, part in enumerate(parts) if part.span is not None or len(parts) == 1)
    if query not in names:
        raise Problem(
            "bad_parameter",
            f"There is no span '{query}'; there are {', '.join(names)}.",
            field="query",
            remedy="Draw the last span",
            changes={"query": None},
        )
    return names.index(query)


def _described(part: Segment) -> dict[str, Any]:
    start, end = (part.span.start, part.span.end) if part.span is not None else (None, None)
    return {"name": part.name, "start": start, "end": end, "positions": part.positions, "cut": part.cut}


def _sums(off: float) -> Check:
    return Check(
        name="spans_hold_all",
        label="spans hold all attention",
        value=off,
        ok=1e-3,
        warn=1.0,
        explanation="Largest difference from 1 of what a span gives all spans together, before anything is left out; models "
        "that can look at nothing have more.",
    )


def _summary(names: list[str], asked: int, value: np.ndarray, measure: str) -> str:
    """What the span looks at most, over all layers and at its peak."""
    mean = np.where(np.isnan(value), -1.0, value).mean(1)
    best = int(mean.argmax())
    layer = int(value[best].argmax())
    unit = {"mass": " of its attention", "per_token": " of its attention per token", "enrichment": " of the fair share"}
    return (
        f"“{names[asked]}” gives “{names[best]}” the most of {len(names)} spans, {mean[best]:.2f}{unit[measure]} on average "
        f"over layers and {value[best, layer]:.2f} at layer {layer}."
    )

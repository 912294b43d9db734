"""Successor score: heads that turn one item of an order into the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Params, Progress, TokenText, method, silent
from stratascope.numerics.ordinals import LEAST_ITEMS, ORDINALS, Order, Ordinal, built_in, longest_run, neighbours
from stratascope.problem import Problem
from stratascope.result import Array, Check, HeadGrid, Quantity

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.numerics.ordinals import Answers

OWN = "own items"


class SuccessorScoreParams(Params):
    """Which orders are asked for, and which vectors stand for their items."""

    lists: Annotated[list[Ordinal], Field(max_length=len(ORDINALS))] = Field(
        list(ORDINALS), title="Orders", description="Orders that come with the product."
    )
    items: Annotated[list[TokenText], Field(max_length=500)] = Field(
        [],
        title="Own items",
        description="An order of your own, 3 to 500 items from first to last, in place of the others.",
    )
    cyclic: bool = Field(False, description="Whether the first of your own items follows the last.")
    embedding: Literal["mlp0", "raw"] = Field(
        "mlp0",
        description="What a head reads for an item: mlp0, what the first layer's MLP makes of it, or raw, its embedding. The "
        "first layer's heads stand before that MLP and always read the embedding.",
    )
    threshold: float = Field(0.4, ge=0.0, le=1.0, description="Score from which a head is counted as a successor head.")


def _cost(model: ModelFacts, params: SuccessorScoreParams, tokens: int) -> Cost:
    readout, items = 4 * model.vocabulary * model.width, max(200, len(params.items))
    return Cost(forwards=4, bytes=2 * readout + 8 * model.heads * items * (model.width + items) + 32 * model.width**2)


@method(
    title="Successor score",
    version=1,
    guide=Guide(
        question="What do the weights say?",
        purpose="Scores from the weights alone whether a head turns Monday into Tuesday, May into June and 3 into 4.",
        reading="A score of 1 means that for every item of the orders the head raises the next item most among all items of "
        "the same order. Compare with the share for the item before and the item itself: a head that copies scores there. "
        "Tokenizers that cut numbers into digits lose most of them, which the warnings say.",
        synonyms=("successor head", "increment", "weekday", "month", "ordinal", "OV circuit", "numeric sequence"),
        next=("attention/copying-score", "attention/head-scores", "lens/direct-logit-attribution"),
    ),
    papers=[Paper("Successor Heads: Recurring, Interpretable Attention Heads In The Wild", 2024)],
    requires=("causal", "heads", "patterns"),
    cost=_cost,
)
def successor_score(model: Model, params: SuccessorScoreParams, progress: Progress = silent) -> HeadGrid:
    """Give every head an item of an order through its W_V W_O and read which item of the order it raises most.

    A pair counts if the successor has the largest logit among the order's items; the last item of an order that is not
    cyclic has no successor. An order's score is the share of its pairs, and the score of a head the mean over orders.
    Items are single tokens, with a space in front where there is such a token; biases are left out.

    Arrays: `score`, `before` (the item before has the largest logit), `itself` [layer, head], 0 to 1; `by_list` [list,
    layer, head], the score of each order; `margin` [list, layer, head], the successor's logit above the best other one;
    `chance` [list], 1 over the items; `n_pairs` and `dropped` [list].
    """
    import torch

    from stratascope.models.head_weights import HeadReader
    from stratascope.models.token_embeddings import TokenEmbeddings
    from stratascope.numerics.circuits import folded_readout
    from stratascope.numerics.ordinals import answers

    orders = _single_tokens(model, params)
    reader, embeddings = HeadReader(model), TokenEmbeddings(model, params.embedding)
    head = model.unembedding
    ids = torch.tensor([token for order in orders for token in order.ids], device=model.device)
    readout = folded_readout(head.weight[ids], head.facts.gain, head.facts.centred)
    ends = np.cumsum([0, *(len(order.ids) for order in orders)])
    found: list[list[Answers]] = []
    for layer in range(model.layers):
        weights, read = reader.layer(layer), embeddings.read_by(layer, ids)
        y = weights.norm.freeze(read).apply(read)
        written = torch.einsum("td,hdw,hwe->hte", y, weights.value, weights.output)
        spans = [slice(start, end) for start, end in pairwise(ends)]
        found.append([answers(written[:, s] @ readout[s].T, o.pairs) for s, o in zip(spans, orders, strict=True)])
        progress(layer + 1, model.layers, "reading layers")

    def stacked(name: str) -> np.ndarray:
        """[list, layer, head]."""
        layers = [torch.stack([getattr(each, name) for each in layer]) for layer in found]
        return np.asarray(torch.stack(layers, 1).float().cpu().numpy())

    by_list = stacked("after")
    score, before, itself = by_list.mean(0), stacked("before").mean(0), stacked("itself").mean(0)
    chance = np.array([1 / len(order.ids) for order in orders], dtype=np.float32)
    grid, lists = ("layer", "head"), ("list", "layer", "head")
    return HeadGrid(
        arrays={
            "score": Array(values=score, dims=grid),
            "before": Array(values=before, dims=grid),
            "itself": Array(values=itself, dims=grid),
            "by_list": Array(values=by_list, dims=lists),
            "margin": Array(values=stacked("margin"), dims=lists),
            "chance": Array(values=chance, dims=("list",)),
            "n_pairs": Array(values=np.array([len(order.pairs) for order in orders]), dims=("list",)),
            "dropped": Array(values=np.array([order.dropped for order in orders]), dims=("list",)),
        },
        quantities=_QUANTITIES,
        coords={"list": [order.name for order in orders]},
        facts=_facts(orders, score, before, itself, float(chance.mean()), params),
        summary=_summary(orders, score, before, itself, by_list, float(chance.mean()), params.threshold),
        checks=[reader.check(), *_checks(score, before, float(chance.mean()))],
        warnings=_warnings(orders, params),
    )


_QUANTITIES = [
    Quantity(name="score", label="share mapped to the next", scale="prob", limits=(0.0, 1.0)),
    Quantity(name="before", label="share mapped to the one before", scale="prob", limits=(0.0, 1.0)),
    Quantity(name="itself", label="share mapped to itself", scale="prob", limits=(0.0, 1.0)),
]


class _Tokens(NamedTuple):
    """An order as a model reads it: ids of the items that are single tokens, and pairs of neighbours among them."""

    name: str
    ids: list[int]
    pairs: list[tuple[int, int]]
    dropped: int


def _single_tokens(model: Model, params: SuccessorScoreParams) -> list[_Tokens]:
    """The orders of a request, those left out that have too few single tokens. Raises if none remains."""
    if 0 < len(params.items) < LEAST_ITEMS:
        raise Problem(
            "not_enough_samples",
            f"An order needs at least {LEAST_ITEMS} items; got {len(params.items)}.",
            field="items",
            remedy=f"Give at least {LEAST_ITEMS} items",
        )
    own = Order(OWN, tuple(params.items), params.cyclic)
    orders = [own] if params.items else [built_in(name) for name in dict.fromkeys(params.lists)]
    if not orders:
        raise Problem(
            "bad_parameter",
            "No order is chosen and no item is given.",
            field="lists",
            remedy="Use all orders",
            changes={"lists": list(ORDINALS)},
        )
    found, least = [], None
    for order in orders:
        ids = [_token(model, item) for item in order.items]
        first = {token: at for at, token in reversed(list(enumerate(ids))) if token is not None}
        kept = sorted(first.values())
        if longest_run(kept) >= LEAST_ITEMS:
            pairs = neighbours(kept, len(ids), order.cyclic)
            found.append(_Tokens(order.name, [ids[at] or 0 for at in kept], pairs, len(ids) - len(kept)))
        elif least is None or len(kept) > least[0]:
            least = (len(kept), order.name)
    if not found and least is not None:
        raise Problem(
            "not_enough_samples",
            f"Only {least[0]} of '{least[1]}' are single tokens; at least {LEAST_ITEMS} consecutive ones are needed.",
            field="items" if params.items else "lists",
            remedy="Give items that are single tokens of this model",
        )
    return found


def _token(model: Model, item: str) -> int | None:
    """The id of the token that is this item, with a space in front if there is one; None if it is several."""
    for text in dict.fromkeys((f" {item.lstrip()}", item)):
        try:
            token = model.single_token(text)
        except Problem:
            continue
        if model.token(token).text.strip() == item.strip():
            return token
    return None


def _facts(
    orders: Sequence[_Tokens],
    score: np.ndarray,
    before: np.ndarray,
    itself: np.ndarray,
    chance: float,
    params: SuccessorScoreParams,
) -> dict[str, Any]:
    layer, head = divmod(int(score.argmax()), score.shape[1])
    above = [f"{a}.{b}" for a, b in np.argwhere(score >= params.threshold)]
    best = {
        "head": f"{layer}.{head}",
        "score": float(score[layer, head]),
        "before": float(before[layer, head]),
        "itself": float(itself[layer, head]),
    }
    return {
        "best": best,
        "successor_heads": above,
        "embedding": params.embedding,
        "chance": chance,
        "n_pairs": sum(len(order.pairs) for order in orders),
    }


def _checks(score: np.ndarray, before: np.ndarray, chance: float) -> list[Check]:
    best = int(score.argmax())
    return [
        Check(
            name="best_head",
            label="best successor head",
            value=float(score.flat[best]),
            control=chance,
            explanation="Highest score of any head; the control is what heads that choose among the items at random score.",
        ),
        Check(
            name="best_head_before",
            label="the same head, item before",
            value=float(before.flat[best]),
            control=chance,
            explanation="Share of pairs for which that head raises the item before most; a head that knows the order and not "
            "only its items scores lower here.",
        ),
    ]


def _warnings(orders: Sequence[_Tokens], params: SuccessorScoreParams) -> list[str]:
    lost = [f"{order.dropped} of {order.name}" for order in orders if order.dropped]
    asked = [] if params.items else list(dict.fromkeys(params.lists))
    gone = [name for name in asked if name not in {order.name for order in orders}]
    found = [f"Items that are no single tokens are left out: {', '.join(lost)}."] if lost else []
    return found + ([f"Orders with too few single tokens are left out: {', '.join(gone)}."] if gone else [])


def _summary(
    orders: Sequence[_Tokens],
    score: np.ndarray,
    before: np.ndarray,
    itself: np.ndarray,
    by_list: np.ndarray,
    chance: float,
    threshold: float,
) -> str:
    """The best head, what it is best at, and how many heads pass."""
    layer, head = divmod(int(score.argmax()), score.shape[1])
    best = int(by_list[:, layer, head].argmax())
    passing = int((score >= threshold).sum())
    count = f"{passing} of {score.size} heads reach {threshold:g}" if passing else f"no head reaches {threshold:g}"
    return (
        f"Head {layer}.{head} maps {score[layer, head]:.2f} of the items to the next (chance {chance:.2f}, to the one before "
        f"{before[layer, head]:.2f}, to themselves {itself[layer, head]:.2f}), most of {orders[best].name} "
        f"({by_list[best, layer, head]:.2f}); {count}."
    )

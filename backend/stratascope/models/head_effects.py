"""What heads do to an answer: directly, through the frozen final norm, and by their absence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.edit import Patch, Rerun
from stratascope.models.question import likeliest
from stratascope.numerics.attribution import Direction, uncapped
from stratascope.numerics.vectors import relative_error

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run


@dataclass(frozen=True)
class Question:
    """Token ids: the answer's and those it is held against."""

    targets: list[int]
    distractors: list[int]

    @property
    def direction(self) -> Direction:
        """The difference of their mean logits."""
        return Direction.between(self.targets, self.distractors)


def asked(run: Run, targets: Sequence[int], distractors: Sequence[int]) -> Question:
    """The question of a run, the model's own best tokens in place of what is not named."""
    first = list(targets) or [likeliest(run.own_logits, besides=distractors)]
    return Question(first, list(distractors) or [likeliest(run.own_logits, besides=first)])


@dataclass(frozen=True)
class Direct:
    """Direct effects of every head on the answer over the others, in logits [layer, head]; `mean` [layer, head, width] is
    what each head writes on average over tokens, `error` how far the heads of a layer are from what its attention adds."""

    effect: Tensor
    mean: Tensor
    error: float


@torch.no_grad()
def direct_effects(model: Model, run: Run, question: Question) -> Direct:
    """Every head's output at the last position through the final norm as it is there."""
    frozen = model.unembedding.frozen(run.resid[-1, -1])
    u = question.direction.in_stream(model.unembedding.weight) * model.unembedding.scale
    effects, means, error = [], [], 0.0
    first = int(run.tokens.tokens[0].special and len(run.ids) > 1)
    for layer in range(model.layers):
        heads, bias = model.head_output(run, layer), model.head_bias(layer, run)
        total = heads.sum(0) if bias is None else heads.sum(0) + bias
        error = max(error, relative_error(total, run.attn_out[layer]))
        effects.append(frozen.apply(heads[:, -1]).double() @ u)
        means.append(heads[:, first:].mean(1))
    return Direct(torch.stack(effects).float(), torch.stack(means), error)


@dataclass(frozen=True)
class Ablated:
    """One prompt with heads replaced. `logit_difference`, `kl` and `right` [row]: the answer over the others, KL from the
    run itself in nats, and whether the answer is the most likely token; `plain` is the run's own difference, and `error` how
    far the logits are from the run's own when nothing is replaced."""

    plain: float
    plain_right: bool
    logit_difference: Tensor
    kl: Tensor
    right: Tensor
    error: float


Head = tuple[int, int]


@torch.no_grad()
def ablated(model: Model, run: Run, question: Question, rows: Sequence[tuple[Head, Tensor | None]]) -> Ablated:
    """Repeat a run with one head's output replaced at every position, by zero or by a vector [width], one row each."""
    positions = list(range(len(run.ids)))
    cache: dict[int, Tensor] = {}
    patches = []
    for (layer, head), value in rows:
        if layer not in cache:
            cache[layer] = model.head_output(run, layer)
        rest = run.attn_out[layer].float() - cache[layer][head]
        patches.append(Patch(layer, positions, rest if value is None else rest + value))
    untouched = Patch(patches[0].layer, positions, run.attn_out[patches[0].layer])
    x = Rerun(model, run).patched("attn_out", [*patches, untouched], -1)
    (*_, same), own = model.unembedding.logits(x), run.own_logits
    logits = model.unembedding.logits(x[:-1])
    direction, cap = question.direction, model.unembedding.softcap
    reference = own.log_softmax(-1)
    divergence = (reference.exp() * (reference - logits.log_softmax(-1))).sum(-1).clamp(min=0.0)
    wanted = torch.tensor(question.targets, device=logits.device)
    return Ablated(
        plain=float(direction.of_logits(uncapped(own, cap))),
        plain_right=bool((own.argmax() == wanted).any()),
        logit_difference=direction.of_logits(uncapped(logits, cap)).float().cpu(),
        kl=divergence.cpu(),
        right=(logits.argmax(-1)[:, None] == wanted).any(-1).float().cpu(),
        error=float((same - own).abs().max()),
    )

"""Continuations: the network's own next tokens, written in rows of one batch whose stream may be edited behind a layer.

All rows begin with the same number of tokens, so nothing is padded. An edit is made while the prompt is read and again
at every later token, so the keys and values that later layers remember are those of the edited stream.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from stratascope.models.trace import the_tensor
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model

Positions = Literal["all", "generated", "last"]
Choose = Callable[[Tensor, int], Tensor]
"""From logits float32 [row, vocabulary] and the number of the step to token ids [row]."""
Step = Callable[[int], None]


@dataclass(frozen=True)
class Edit:
    """What is done to the stream that leaves a layer, for all rows at once.

    `change` maps it, float32 [row, position, width], to the same shape. Positions below `first` are left alone whatever
    `positions` says: "all" of them, those from the last of `prompt` tokens on ("generated"), or only that one ("last").
    """

    layer: int
    change: Callable[[Tensor], Tensor]
    positions: Positions
    prompt: int
    first: int = 0

    def touches(self, begin: int, end: int) -> Tensor:
        """Which of the positions from `begin` to before `end` are edited: [position]."""
        at = torch.arange(begin, end)
        chosen = {"all": at >= 0, "generated": at >= self.prompt - 1, "last": at == self.prompt - 1}
        return chosen[self.positions] & (at >= self.first)

    def apply(self, h: Tensor, begin: int) -> Tensor:
        """The stream [row, position, width] from position `begin` on, edited; in its own dtype."""
        here = self.touches(begin, begin + h.shape[1]).to(h.device)
        return torch.where(here[None, :, None], self.change(h.float()).to(h.dtype), h) if here.any() else h


@dataclass(frozen=True)
class Written:
    """What was written: `ids` [row, step], with tokens behind a row's end meaningless; `length` [row], the end included.

    `logprob` float32 [row, step]: what the run that wrote it gave each token.
    """

    ids: Tensor
    length: Tensor
    logprob: Tensor


@torch.no_grad()
def write(
    model: Model, prompts: Tensor, most: int, choose: Choose, edit: Edit | None = None, step: Step | None = None
) -> Written:
    """Continue prompts, token ids [row, position], by at most `most` tokens each, until every row has written its end.

    Raises `not_finite` with the number of the step when the logits no longer are numbers.
    """
    ends = torch.tensor(sorted(end_tokens(model)), device=model.device)
    ids, logprobs, chosen = prompts.to(model.device), [], []
    length = torch.full((len(prompts),), most, device=model.device)
    given, begin, memory = ids, 0, None
    for number in range(most):
        logits, memory = _next_logits(model, given, begin, edit, memory)
        _refuse_nonfinite(logits, number)
        token = choose(logits, number)
        chosen.append(token)
        logprobs.append(logits.log_softmax(-1).gather(-1, token[:, None])[:, 0])
        ended = torch.isin(token, ends) & (length == most)
        length = torch.where(ended, number + 1, length)
        if step is not None:
            step(number + 1)
        if bool((length <= number + 1).all()):
            break
        ids = torch.cat([ids, token[:, None]], dim=1)
        given, begin = (ids, 0) if memory is None else (token[:, None], ids.shape[1] - 1)
    model.runs.forwards += len(prompts) + len(prompts) * len(chosen) // prompts.shape[1]
    return Written(torch.stack(chosen, 1).cpu(), length.clamp(max=len(chosen)).cpu(), torch.stack(logprobs, 1).cpu())


@torch.no_grad()
def streams(model: Model, ids: Tensor, layers: Collection[int], edit: Edit | None = None) -> dict[int, Tensor]:
    """The stream that leaves each of these layers in one whole pass, edit included: [row, position, width] by layer."""
    found: dict[int, Tensor] = {}
    with model.lock, ExitStack() as hooks:
        if edit is not None:
            hooks.enter_context(_changing(model.structure.layers[edit.layer].module, edit, 0))
        for layer in layers:  # behind the edit: hooks run in the order they were registered in
            hooks.enter_context(_noting(model.structure.layers[layer].module, layer, found))
        model.network(input_ids=ids.to(model.device), use_cache=False, **_keep_last(model))
    model.runs.forwards += len(ids)
    return found


def end_tokens(model: Model) -> set[int]:
    """The ids after which a text is over, as its tokenizer and its generation settings have them."""
    settings = getattr(model.network, "generation_config", None)
    given = [model.tokenizer.eos_token_id, getattr(settings, "eos_token_id", None)]
    flat = [token for ids in given for token in (ids if isinstance(ids, list) else [ids])]
    return {token for token in flat if isinstance(token, int)}


def by_length(rows: Sequence[Sequence[int]], most: int) -> Iterator[list[int]]:
    """Numbers of the rows in batches of at most `most` whose rows all have as many tokens, so that none needs padding."""
    groups: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(len(row), []).append(number)
    for group in groups.values():
        yield from (group[start : start + most] for start in range(0, len(group), most))


def _next_logits(model: Model, given: Tensor, begin: int, edit: Edit | None, memory: Any) -> tuple[Tensor, Any]:
    """Logits float32 [row, vocabulary] behind the last of the given tokens, and what the network remembers, if it does."""
    with model.lock, ExitStack() as hooks:
        if edit is not None:
            hooks.enter_context(_changing(model.structure.layers[edit.layer].module, edit, begin))
        answer = model.network(input_ids=given, past_key_values=memory, use_cache=True, **_keep_last(model))
    return answer.logits[:, -1].float(), getattr(answer, "past_key_values", None)


def _keep_last(model: Model) -> dict[str, int]:
    return {"logits_to_keep": 1} if model.keeps_logits else {}


def _refuse_nonfinite(logits: Tensor, number: int) -> None:
    if not bool(torch.isfinite(logits.amax(-1)).all()):
        raise Problem(
            "not_finite",
            f"The logits became NaN or infinite at step {number}.",
            field="strength",
            remedy="Use a smaller strength",
        )


@contextmanager
def _changing(layer: nn.Module, edit: Edit, begin: int) -> Iterator[None]:
    """Inside the block the layer's output is edited, its first position being number `begin`."""

    def change(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
        h = the_tensor(output)
        new = edit.apply(h, begin)
        if isinstance(output, Tensor):
            return new
        return type(output)(new if part is h else part for part in output)

    handle = layer.register_forward_hook(change)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def _noting(layer: nn.Module, number: int, found: dict[int, Tensor]) -> Iterator[None]:
    """Inside the block the layer's output is kept under its number."""

    def note(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        found[number] = the_tensor(output)

    handle = layer.register_forward_hook(note)
    try:
        yield
    finally:
        handle.remove()

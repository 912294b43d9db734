"""Where heads look, and what each of them writes toward an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from torch.nn import Module

    from stratascope.specimen.subject import Subject


@torch.no_grad()
def patterns(subject: Subject, rows: Tensor) -> Tensor:
    """Attention weights [layer, prompt, head, query, key] over ids [prompt, position]."""
    model = subject.model
    former = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        return torch.stack(model(rows, output_attentions=True).attentions)
    finally:
        model.set_attn_implementation(former)


@torch.no_grad()
def direct_contributions(subject: Subject, rows: Tensor, right: Tensor, wrong: Tensor) -> Tensor:
    """What each head adds to the logit of `right` minus that of `wrong` at the last token: [layer, head].

    The final norm is applied with the scale it has in the run, so the contributions of all parts add up to the
    difference. Averages over prompts; `right` and `wrong` are ids [prompt].
    """
    model: Any = subject.model
    config = model.config
    width = config.n_embd // config.n_head
    mixed: list[Tensor] = []

    def keep(_module: Module, inputs: tuple[Any, ...]) -> None:
        mixed.append(inputs[0][:, -1])

    handles = [block.attn.c_proj.register_forward_pre_hook(keep) for block in model.transformer.h]
    final: list[Tensor] = []
    handles.append(
        model.transformer.ln_f.register_forward_pre_hook(lambda _module, inputs: final.append(inputs[0][:, -1]))
    )
    try:
        model(rows)
    finally:
        for handle in handles:
            handle.remove()
    embedding = model.lm_head.weight
    toward = (embedding[right] - embedding[wrong]) * model.transformer.ln_f.weight
    scale = final[0].std(-1, correction=0, keepdim=True)
    toward = (toward - toward.mean(-1, keepdim=True)) / scale
    found = torch.zeros(config.n_layer, config.n_head)
    for layer, block in enumerate(model.transformer.h):
        for head in range(config.n_head):
            part = slice(head * width, (head + 1) * width)
            written = mixed[layer][:, part] @ block.attn.c_proj.weight[part]
            found[layer, head] = (written * toward).sum(-1).mean()
    return found


def strongest(scores: Tensor) -> tuple[int, int]:
    """(layer, head) of the largest of the scores [layer, head]."""
    layer, head = divmod(int(scores.argmax()), scores.shape[1])
    return layer, head

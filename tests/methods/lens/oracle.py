"""Lens rows computed with the library alone: its own hidden states, final norm and head, nothing of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from stratascope.models.model import Model


def final_norm(network: Any) -> Any:
    """The module between the last layer and the head."""
    for path in ("transformer.ln_f", "gpt_neox.final_layer_norm", "model.norm"):
        found = network
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return found
    raise LookupError(type(network).__name__)


@torch.no_grad()
def lens_logits(model: Model, ids: list[int]) -> Tensor:
    """Logits [row, position, vocabulary] of every row, the last being the network's own output."""
    network = model.network
    answer = network(input_ids=torch.tensor([ids]), output_hidden_states=True, use_cache=False)
    rows = [network.get_output_embeddings()(final_norm(network)(x[0])) for x in answer.hidden_states[:-1]]
    cap = getattr(network.config, "final_logit_softcapping", None)
    capped = [cap * torch.tanh(row / cap) if cap else row for row in rows]
    return torch.stack([*capped, answer.logits[0]]).float()

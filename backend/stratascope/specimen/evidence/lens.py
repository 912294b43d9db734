"""Reading every row of the residual stream with the model's own final norm and output head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from stratascope.specimen.subject import Subject


@torch.no_grad()
def decoded(subject: Subject, stream: Tensor) -> Tensor:
    """Logits [..., vocabulary] of residual vectors [..., width]."""
    network: Any = subject.model
    found: Tensor = network.lm_head(network.transformer.ln_f(stream))
    return found


def lens_logits(subject: Subject, prompts: Sequence[str]) -> Tensor:
    """Logits [row, prompt, vocabulary] at the last token; row l is what enters layer l, the last row is the output."""
    return decoded(subject, subject.residuals(prompts))

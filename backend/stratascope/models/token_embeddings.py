"""What a token alone puts into the stream: its embedding, and what the first MLP makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from stratascope.models.capture import capture
from stratascope.models.edit import Rerun
from stratascope.models.trace import the_tensor
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model

Embedding = Literal["raw", "mlp0"]

_ROWS = 256
_LINEAR = 1e-2


class TokenEmbeddings:
    """Stream vectors of single tokens, without their position.

    raw is the embedding as it enters the stream, mlp0 the same after the first layer with its attention silenced: the
    effective embedding that later layers read. The first layer's own heads stand before that and always read the raw one.
    Making one takes three forward passes over single tokens. Raises
    `no_embedding` where the stream does not begin with a multiple of the embedding matrix and a term of the position.
    """

    def __init__(self, model: Model, embedding: Embedding) -> None:
        self._model, self._embedding = model, embedding
        module: Any = model.network.get_input_embeddings()
        self._matrix: Tensor = module.weight
        self._multiplier = self._measured_multiplier()
        self._rerun = Rerun(model, capture(model, [model.vocabulary // 2])) if embedding == "mlp0" else None

    @torch.no_grad()
    def of(self, ids: Sequence[int] | Tensor) -> Tensor:
        """Float32 [token, width]."""
        wanted = torch.as_tensor(ids, device=self._model.device)
        if self._rerun is None:
            return self._raw(wanted)
        return torch.cat([self._after_first_layer(part) for part in torch.split(wanted, _ROWS)])

    def read_by(self, layer: int, ids: Sequence[int] | Tensor) -> Tensor:
        """What the heads of a layer read for tokens: float32 [token, width]."""
        return self.of(ids) if layer > 0 else self._raw(torch.as_tensor(ids, device=self._model.device))

    def _raw(self, ids: Tensor) -> Tensor:
        return self._matrix[ids].float() * self._multiplier

    def _after_first_layer(self, ids: Tensor) -> Tensor:
        """[token, width], one row of a batch for each token."""
        if self._rerun is None:
            raise ValueError("made for raw embeddings")
        x = (self._matrix[ids] * self._multiplier).to(self._matrix.dtype)
        silenced = self._model.structure.layers[0].attention_output
        handle = silenced.register_forward_hook(_silence) if silenced is not None else None
        try:
            return self._rerun.layer(0, x[:, None])[:, 0].float()
        finally:
            if handle is not None:
                handle.remove()

    def _measured_multiplier(self) -> float:
        """What embeddings are multiplied with before they enter the stream, from how two tokens at position 0 differ."""
        model = self._model
        one, other = model.vocabulary // 2, model.vocabulary // 3
        entered = [capture(model, [token]).resid[0][0].double() for token in (one, other)]
        step = (self._matrix[one] - self._matrix[other]).double()
        change = entered[0] - entered[1]
        if step.shape == change.shape:
            found = float((change @ step) / (step @ step).clamp(min=1e-30))
            if float((change - found * step).abs().max()) <= _LINEAR * float(change.abs().max()):
                return 1.0 if abs(found - 1.0) < 1e-6 else found
        raise Problem(
            "no_embedding",
            f"The stream of {model.id} does not begin with its embedding matrix, so tokens cannot be read without a prompt.",
            status=409,
            remedy="Choose another model",
        )


def _silence(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
    """A hook that makes a part add nothing."""
    x = the_tensor(output)
    return tuple(torch.zeros_like(x) if part is x else part for part in output) if isinstance(output, tuple) else x * 0

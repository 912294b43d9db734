"""A TopK sparse autoencoder: encode, decode, fold a scale into the weights, round the weights.

Gao et al., "Scaling and evaluating sparse autoencoders".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch.nn import functional as F


@dataclass(frozen=True)
class Autoencoder:
    """The weights: encoder [width, latents], decoder [latents, width], and how many latents may be active at once."""

    encoder: torch.Tensor
    encoder_bias: torch.Tensor
    decoder: torch.Tensor
    decoder_bias: torch.Tensor
    active: int

    @classmethod
    def of(cls, parameters: Sequence[torch.Tensor], active: int) -> "Autoencoder":
        """An autoencoder of the four weights, in the order of `parameters`."""
        encoder, encoder_bias, decoder, decoder_bias = parameters
        return cls(encoder, encoder_bias, decoder, decoder_bias, active)

    @property
    def parameters(self) -> list[torch.Tensor]:
        """What is trained."""
        return [self.encoder, self.encoder_bias, self.decoder, self.decoder_bias]

    def preactivations(self, x: torch.Tensor) -> torch.Tensor:
        """Every latent's score before the selection, [..., latents], for activations [..., width]."""
        return (x - self.decoder_bias) @ self.encoder + self.encoder_bias

    def top(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Activations and indices of the strongest latents, both [token, active], for activations [token, width].

        A selected latent with a negative score counts as inactive, so fewer than `active` of them may be above zero.
        """
        values, indices = self.preactivations(x).topk(self.active, dim=-1)
        return values.relu(), indices

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """The same as one number per latent, [token, latents]."""
        values, indices = self.top(x)
        return values.new_zeros(len(x), len(self.decoder)).scatter(-1, indices, values)

    def decode(self, values: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
        """The activation [token, width] that the given latents stand for."""
        return weighted_rows(values, indices, self.decoder) + self.decoder_bias

    def reconstruct(self, x: torch.Tensor) -> torch.Tensor:
        """The closest that the dictionary gets to activations [token, width]."""
        return self.decode(*self.top(x))

    def rescaled(self, scale: float) -> "Autoencoder":
        """The autoencoder that does to `scale * x` what this one does to `x`: latents and output are `scale` times larger.

        Neither the selection nor the directions change, so a scale applied for training disappears into the biases.
        """
        return replace(self, encoder_bias=self.encoder_bias * scale, decoder_bias=self.decoder_bias * scale)

    def rounded(self) -> "Autoencoder":
        """Single-precision weights with the values that half precision can hold."""
        return self.of([tensor.half().float() for tensor in self.parameters], self.active)


def weighted_rows(values: torch.Tensor, indices: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """The sum of `rows[indices]` weighted by `values`, without ever writing out the zeros."""
    return F.embedding_bag(indices, rows, per_sample_weights=values, mode="sum")

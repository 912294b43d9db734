"""Where the latents of a dictionary fire, arranged by latent.

Only activations above zero are kept, so a million of them take the place of a dense table of latents by tokens.
"""

from dataclasses import dataclass

import torch

from stratascope.specimen.dictionaries.autoencoder import Autoencoder

#: How many of its strongest firings decide what a latent is called; a latent with fewer is not given a class.
PEAKS = 50
#: The share of the strongest firings that has to fall on one class.
PURE_SHARE = 0.9
_TOKENS_AT_ONCE = 8192


@dataclass(frozen=True)
class Firings:
    """Firings sorted by latent and, within a latent, from the strongest to the weakest; ties keep their order."""

    tokens: torch.Tensor  #: [firing], which token
    strengths: torch.Tensor  #: [firing]
    counts: torch.Tensor  #: [latent], how often each fires
    total: int  #: how many tokens were looked at

    @classmethod
    def collect(cls, autoencoder: Autoencoder, activations: torch.Tensor) -> "Firings":
        """The firings on activations [token, width]."""
        selections = [autoencoder.top(part) for part in torch.split(activations, _TOKENS_AT_ONCE)]
        values = torch.cat([values for values, _ in selections])
        latents = torch.cat([indices for _, indices in selections])[values > 0]
        tokens = (values > 0).nonzero()[:, 0]
        return cls.sort(tokens, latents, values[values > 0], len(autoencoder.decoder), len(activations))

    @classmethod
    def sort(
        cls, tokens: torch.Tensor, latents: torch.Tensor, strengths: torch.Tensor, latent_count: int, total: int
    ) -> "Firings":
        """The firings given by three lists [firing] in any order."""
        order = strengths.argsort(descending=True, stable=True)
        order = order[latents[order].argsort(stable=True)]
        return cls(tokens[order], strengths[order], latents.bincount(minlength=latent_count), total)

    def of(self, latent: int) -> slice:
        """The part of the lists that belongs to a latent."""
        start = int(self.counts[:latent].sum())
        return slice(start, start + int(self.counts[latent]))

    @property
    def density(self) -> torch.Tensor:
        """Share of the tokens on which each latent fires, [latent]."""
        return self.counts / self.total

    @property
    def dead(self) -> float:
        """Share of the latents that never fire."""
        return float((self.counts == 0).float().mean())

    @property
    def mean_active(self) -> float:
        """Mean number of latents that fire on a token."""
        return float(self.counts.sum()) / self.total


def peak_shares(firings: Firings, ids: torch.Tensor, members: torch.Tensor) -> torch.Tensor:
    """Share of each latent's strongest firings that falls on each class, [latent, class].

    `ids` are the token ids [token] and `members` tells which ids belong to which class, [class, id].  Rows of latents
    that fire too rarely are zero.
    """
    shares = torch.zeros(len(firings.counts), len(members))
    for latent in (firings.counts >= PEAKS).nonzero().flatten().tolist():
        start = firings.of(latent).start
        strongest = ids[firings.tokens[start : start + PEAKS]]
        shares[latent] = members[:, strongest].float().mean(1)
    return shares


def pure_latents(shares: torch.Tensor) -> torch.Tensor:
    """How many latents are pure for each class, [class], given the shares [latent, class] of `peak_shares`."""
    return (shares >= PURE_SHARE).sum(0)

"""What the matrices of single heads do with tokens. Row-vector convention, heads first, everything in factors.

`value` [head, width, head width] and `output` [head, head width, width] carry the gains and the centring of the norms
around them; so does `readout` [vocabulary, width], the unembedding behind the final norm.
"""

from __future__ import annotations

import torch
from torch import Tensor

_BLOCK = 2048


def folded_readout(unembedding: Tensor, gain: Tensor, centred: bool) -> Tensor:
    """The unembedding [vocabulary, width] with the final norm's gain [width] and centring in it, float32."""
    found = unembedding.float() * gain
    return found - found.mean(-1, keepdim=True) if centred else found


def eigenvalues(value: Tensor, output: Tensor, gram: Tensor) -> Tensor:
    """The eigenvalues of every head's full OV circuit that are not zero: complex128 [head, head width].

    The circuit Ê W_V W_O Uᵀ is vocabulary × vocabulary, but only through `head width` numbers, so its eigenvalues are those
    of W_O (Uᵀ Ê) W_V. `gram` [width, width] is Uᵀ Ê, of readout and embeddings.
    """
    small = output.double() @ gram.double() @ value.double()
    found: Tensor = torch.linalg.eigvals(small.cpu())
    return found


def copying(found: Tensor) -> Tensor:
    """Re Σλ / Σ|λ| of eigenvalues [..., eigenvalue] -> [...] float64, −1 to 1; NaN where all are zero."""
    total = found.abs().sum(-1)
    return torch.where(total > 0, found.sum(-1).real / total.clamp(min=1e-30), float("nan"))


def random_copying(gram: Tensor, head_width: int, draws: int, seed: int = 0) -> Tensor:
    """Copying scores [draw] of heads with random matrices between the same embeddings and readout."""
    generator = torch.Generator().manual_seed(seed)
    width = gram.shape[0]
    value = torch.randn(draws, width, head_width, generator=generator, dtype=torch.float64)
    output = torch.randn(draws, head_width, width, generator=generator, dtype=torch.float64)
    return copying(eigenvalues(value, output, gram.cpu()))


def own_rank(written: Tensor, readout: Tensor, ids: Tensor) -> Tensor:
    """Where each token's own logit stands among all that were written, from the top and from the bottom, 1 the first.

    Behind all that are equal to it but for rounding, so that a head that writes nothing copies nothing.
    written [..., token, width], ids [token] -> [2, ..., token] int64.
    """
    chosen = readout[ids]
    own = torch.linalg.vecdot(written, chosen)[..., None]
    rounding = 1e-6 * (written.norm(dim=-1) * chosen.norm(dim=-1))[..., None]
    ranks = torch.zeros(2, *written.shape[:-1], dtype=torch.long, device=written.device)
    for block in torch.split(readout, _BLOCK):
        logits = written @ block.T
        ranks += torch.stack([(logits >= own - rounding).sum(-1), (logits <= own + rounding).sum(-1)])
    return ranks

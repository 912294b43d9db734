"""Reading a stream through the unembedding: the one kernel behind every lens.

The product with the vocabulary dominates (width × vocabulary multiplications per cell), so rows are decoded in chunks of
bounded memory, each logit is written once, and everything shown is derived from it in one pass: the best tokens from the
maxima of blocks, entropy and divergence from two dot products with the exponentials. Nothing of size [rows, vocabulary]
outlives its chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Literal, Protocol

import torch
from torch import Tensor

Precision = Literal["exact", "screen"]
Final = Callable[[int, int], Tensor]
Report = Callable[["LensRows", int, int], None]

CHUNK_BYTES = 48 << 20
_BLOCK = 64
_TILE = 8192


class Head(Protocol):
    """What the kernel reads of a model's unembedding: logits = cap(scale · (norm(x) Wᵀ + b))."""

    @property
    def weight(self) -> Tensor:
        """W [vocabulary, width]."""

    @property
    def bias(self) -> Tensor | None:
        """b [vocabulary]."""

    @property
    def scale(self) -> float:
        """Factor on the logits."""

    @property
    def softcap(self) -> float | None:
        """c of c·tanh(z / c), None without a cap."""

    def norm(self, x: Tensor) -> Tensor:
        """The final norm."""


@dataclass(frozen=True)
class LensRows:
    """What a lens shows, in float32 on the CPU; NaN (−1 for ids and ranks) where not decoded yet.

    `topk_ids`, `topk_logit` [row, position, rank]; `logsumexp`, `entropy`, `kl` [row, position] in nats, `kl` being
    KL(final‖row); `target_logprob`, `target_rank` [row, position, target], rank 1 being the most likely; `gap` [1], the
    largest difference between the last row's logits at the last position and `own` (over the tokens shown when screened).
    """

    topk_ids: Tensor
    topk_logit: Tensor
    logsumexp: Tensor
    entropy: Tensor
    kl: Tensor
    target_logprob: Tensor
    target_rank: Tensor
    gap: Tensor

    @classmethod
    def empty(cls, rows: int, positions: int, top_k: int, targets: int) -> LensRows:
        """Nothing decoded yet."""

        def undecided(*last: int, value: float = float("nan"), dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.full((rows, positions, *last), value, dtype=dtype)

        return cls(
            topk_ids=undecided(top_k, value=-1, dtype=torch.int32),
            topk_logit=undecided(top_k),
            logsumexp=undecided(),
            entropy=undecided(),
            kl=undecided(),
            target_logprob=undecided(targets),
            target_rank=undecided(targets, value=-1, dtype=torch.int32),
            gap=torch.full((1,), float("nan")),
        )

    @classmethod
    def joined(cls, parts: Sequence[LensRows]) -> LensRows:
        """Positions that were decoded apart, one behind the other; the gap is that of the last part."""
        whole = {field.name: torch.cat([getattr(part, field.name) for part in parts], 1) for field in fields(cls)[:-1]}
        return cls(**whole, gap=parts[-1].gap)

    def copy(self) -> LensRows:
        """What is decoded so far, untouched by what follows."""
        return LensRows(**{field.name: getattr(self, field.name).clone() for field in fields(self)})

    @property
    def topk_logprob(self) -> Tensor:
        """Log-probabilities of the best tokens [row, position, rank]."""
        return self.topk_logit - self.logsumexp[..., None]


def row_labels(layers: int) -> list[str]:
    """Names of the rows of a stream through `layers` layers: row l enters layer l, the last is the model's output."""
    return ["emb", *(str(layer) for layer in range(1, layers)), "out"]


@torch.no_grad()
def lens_rows(
    head: Head,
    x: Tensor,
    final: Final | None = None,
    *,
    top_k: int = 5,
    targets: Sequence[int] = (),
    norm: bool = True,
    precision: Precision = "exact",
    own: Tensor | None = None,
    chunk_bytes: int | None = None,
    report: Report | None = None,
) -> LensRows:
    """Decode a stream `x` [row, position, width].

    `final(start, stop)` gives the reference logits [position, vocabulary] (float32) of those positions; without it the last
    row is the reference. `own` [vocabulary] are the last position's logits to hold the last row against. The last
    positions are decoded first; `report(rows so far, positions done, positions)` follows every chunk. `screen` multiplies
    in bfloat16 and computes the best tokens and the targets again in full precision.
    """
    rows, positions, _ = x.shape
    vocabulary = head.weight.shape[0]
    found = LensRows.empty(rows, positions, min(top_k, vocabulary), len(targets))
    wanted = torch.tensor(list(targets), dtype=torch.long, device=x.device)
    step = min(positions, max(1, (chunk_bytes or CHUNK_BYTES) // (4 * vocabulary * rows)))
    space = torch.empty(rows * step, vocabulary, device=x.device)
    for stop in range(positions, 0, -step):
        start = max(0, stop - step)
        y = head.norm(x[:, start:stop]) if norm else x[:, start:stop]
        z = space[: rows * (stop - start)].view(rows, stop - start, vocabulary)
        project(head, y, torch.bfloat16 if precision == "screen" else None, z)
        if precision == "screen":
            _rescore(head, y, z, wanted, max(32, 2 * found.topk_ids.shape[-1]))
        if own is not None and stop == positions:
            found.gap[:] = _gap(z[-1, -1], own, found.topk_ids.shape[-1] if precision == "screen" else None)
        _fill(found, start, z, z[-1] if final is None else final(start, stop), wanted)
        if report is not None:
            report(found, positions - start, positions)
    return found


def project(head: Head, y: Tensor, dtype: torch.dtype | None = None, out: Tensor | None = None) -> Tensor:
    """Logits of normed rows, y [..., width] -> [..., vocabulary] float32, multiplied in `dtype` (the weight's own)."""
    weight, dtype = head.weight, dtype or head.weight.dtype
    z = torch.empty(*y.shape[:-1], weight.shape[0], device=y.device) if out is None else out
    flat, rows = z.view(-1, weight.shape[0]), y.reshape(-1, y.shape[-1]).to(dtype)
    if dtype == weight.dtype == torch.float32:
        torch.mm(rows, weight.T, out=flat)
    else:
        for tile, columns in zip(torch.split(weight, _TILE), torch.split(flat, _TILE, dim=1), strict=True):
            columns.copy_(rows @ tile.to(dtype).T)
    return _finish(z, head, None if head.bias is None else head.bias.float())


def _finish(z: Tensor, head: Head, bias: Tensor | None) -> Tensor:
    """Bias, scale and cap, in place."""
    if bias is not None:
        z += bias
    if head.scale != 1.0:
        z *= head.scale
    if head.softcap is not None:
        z.div_(head.softcap).tanh_().mul_(head.softcap)
    return z


def _gap(z: Tensor, own: Tensor, top_k: int | None) -> float:
    """Largest difference between logits [vocabulary], over the best `top_k` of the first or all."""
    ids = best(z, top_k)[1] if top_k else slice(None)
    return float((z[ids] - own[ids]).abs().max())


def _fill(found: LensRows, start: int, z: Tensor, final: Tensor, targets: Tensor) -> None:
    """Fill the cells of one chunk from its logits z [row, position, vocabulary] and the final ones [position, vocabulary]."""
    here = slice(start, start + z.shape[1])
    values, ids = best(z, found.topk_ids.shape[-1])
    found.topk_ids[:, here], found.topk_logit[:, here] = ids.to(torch.int32).cpu(), values.cpu()
    target = z.index_select(-1, targets)
    for i in range(len(targets)):
        found.target_rank[:, here, i] = 1 + (z > target[..., i : i + 1]).sum(-1, dtype=torch.int32).cpu()
    logsumexp, entropy, divergence = _moments(z, values[..., :1], final)
    for space, each in ((found.logsumexp, logsumexp), (found.entropy, entropy), (found.kl, divergence)):
        space[:, here] = each.cpu()
    found.target_logprob[:, here] = (target - logsumexp[..., None]).cpu()


def _rescore(head: Head, y: Tensor, z: Tensor, targets: Tensor, keep: int) -> None:
    """Replace the screened logits of the best `keep` tokens and of the targets by exact ones, in place."""
    _, ids = best(z, min(keep, z.shape[-1]))
    ids = torch.cat([ids, targets.expand(*ids.shape[:-1], -1)], -1)
    exact = torch.einsum("rpkd,rpd->rpk", head.weight[ids], y.to(head.weight.dtype)).float()
    z.scatter_(-1, ids, _finish(exact, head, None if head.bias is None else head.bias[ids].float()))


def best(z: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k largest of the last dimension and their indices, descending.

    A block that holds one of them is among the k blocks with the largest maxima, so only those are sorted: the same answer
    as `topk` at a tenth of its time.
    """
    blocks = z.shape[-1] // _BLOCK
    if blocks <= 2 * k:
        found = z.topk(k, dim=-1)
        return found.values, found.indices
    whole = blocks * _BLOCK
    chosen = z[..., :whole].view(*z.shape[:-1], blocks, _BLOCK).amax(-1).topk(k, dim=-1, sorted=False).indices
    inside = torch.arange(_BLOCK, device=z.device)
    rest = torch.arange(whole, z.shape[-1], device=z.device).expand(*z.shape[:-1], -1)
    columns = torch.cat([(chosen[..., None] * _BLOCK + inside).flatten(-2), rest], -1)
    found = z.gather(-1, columns).topk(k, dim=-1)
    return found.values, columns.gather(-1, found.indices)


def _moments(z: Tensor, largest: Tensor, final: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(log Σ exp z, entropy, KL(final‖z)) of z [row, position, vocabulary], each [row, position].

    Shifted by the largest logit, so that sums of large equal numbers never cancel; summed tile by tile of the vocabulary,
    so that the exponentials stay in the processor's cache.
    """
    peak = final.amax(-1, keepdim=True)
    total, own, cross = (torch.zeros_like(z[..., 0]) for _ in range(3))
    mass, reference = torch.zeros_like(peak[..., 0]), torch.zeros_like(peak[..., 0])
    for shifted, other in zip(torch.split(z, _TILE, -1), torch.split(final, _TILE, -1), strict=True):
        shifted = shifted - largest
        other = other - peak
        weight = other.exp()
        cross += torch.linalg.vecdot(weight, shifted)
        mass += weight.sum(-1)
        reference += torch.linalg.vecdot(weight, other)
        e = shifted.exp()
        total += e.sum(-1)
        own += torch.linalg.vecdot(e, shifted)
    entropy = total.log() - own / total
    divergence = total.log() - (mass.log() - reference / mass) - cross / mass
    return total.log() + largest[..., 0], entropy.clamp(min=0.0), divergence.clamp(min=0.0)

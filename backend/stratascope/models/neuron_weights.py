"""What the weights alone say of one neuron: the tokens it writes and reads, and the neurons that write alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from stratascope.models.neurons import neuron_reads, written_directions
from stratascope.numerics.vectors import cosine

if TYPE_CHECKING:
    from stratascope.models.model import Model


class NeuronWeights(NamedTuple):
    """One neuron. `logits` [vocabulary]: what value one adds to every logit, over the deviation of the final norm.

    `reads` [reader, vocabulary]: cosine of each token's embedding with what the reader, named in `readers`, looks for; None
    where embeddings have another width than the stream. `alike` [neuron]: cosine of the neurons' writes with its own.
    `in_out` [reader]: cosine of what it reads with what it writes.
    """

    logits: Tensor
    readers: list[str]
    reads: Tensor | None
    alike: Tensor
    in_out: Tensor


@torch.no_grad()
def neuron_weights(model: Model, layer: int, neuron: int) -> NeuronWeights:
    """Norms are folded in: the final one's gain into the writes, that before the MLP into the reads."""
    writes = written_directions(model, layer)
    facts, write = model.unembedding.facts, writes[neuron]
    centred = write - write.mean() if facts.centred else write
    logits = (model.unembedding.weight.float() @ (centred * facts.gain)) * model.unembedding.scale
    reads = neuron_reads(model, layer, folded=True)
    rows = {"input": reads.value} if reads.gate is None else {"gate": reads.gate, "value": reads.value}
    looked_for = torch.stack([each[neuron] for each in rows.values()])
    table: Any = model.network.get_input_embeddings()
    fits = table.weight.shape[1] == looked_for.shape[1]
    return NeuronWeights(
        logits.cpu(),
        list(rows),
        _cosines(looked_for, table.weight).cpu() if fits else None,
        cosine(writes, write).cpu(),
        cosine(looked_for, write).cpu(),
    )


def _cosines(x: Tensor, rows: Tensor) -> Tensor:
    """Cosine of each of x [reader, width] with each row [row, width]: [reader, row], 0 where one of them is none."""
    x, rows = x.float(), rows.float()
    lengths = torch.outer(torch.linalg.vector_norm(x, dim=-1), torch.linalg.vector_norm(rows, dim=-1))
    return (x @ rows.T) / lengths.clamp(min=1e-12)

"""One head through the vocabulary: what it raises for what it reads, and which keys its queries look for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from stratascope.models.token_embeddings import Embedding, TokenEmbeddings
from stratascope.numerics.circuits import copying, eigenvalues, folded_readout, own_rank, random_copying
from stratascope.numerics.lens import best

if TYPE_CHECKING:
    from stratascope.models.head_weights import HeadReader, HeadWeights
    from stratascope.models.model import Model

_BLOCK = 256
_DRAWS = 32


@dataclass(frozen=True)
class TopTokens:
    """Token ids and values [token, rank]."""

    ids: Tensor
    values: Tensor


@dataclass(frozen=True)
class TopPairs:
    """Pairs of token ids with their values, all [pair], the largest first."""

    first: Tensor
    second: Tensor
    values: Tensor


@dataclass(frozen=True)
class Copying:
    """How far a head writes what it reads: `score`, the balance of eigenvalues, `control`, 95 % of random heads' sizes of
    it, and `ranks` [token] of the sampled tokens in their own output, 1 the most raised."""

    score: float
    control: float
    ranks: Tensor


class HeadReadings:
    """A head given single tokens, by their raw or effective embeddings, behind its input norm. Logits are above their mean.

    `sample` are the tokens that pairs are looked for among.
    """

    def __init__(
        self, model: Model, reader: HeadReader, layer: int, head: int, embedding: Embedding, sample: Sequence[int]
    ) -> None:
        self._layer, self._head = layer, head
        self._weights: HeadWeights = reader.layer(layer)
        self._embeddings = TokenEmbeddings(model, embedding)
        unembedding = model.unembedding
        readout = folded_readout(unembedding.weight, unembedding.facts.gain, unembedding.facts.centred)
        self._readout = (readout - readout.mean(0)) * unembedding.scale
        self._sample = torch.as_tensor(sample, device=model.device)
        self._sampled = self._embeddings.read_by(layer, self._sample)

    def raised(self, ids: Sequence[int], count: int) -> tuple[TopTokens, TopTokens, Tensor]:
        """(tokens raised most, tokens lowered most, rank [token] of each in its own output) when these are read."""
        wanted = torch.as_tensor(ids, device=self._readout.device)
        written = self._written(self._embeddings.read_by(self._layer, wanted))
        logits = written @ self._readout.T
        up, down = best(logits, count), best(-logits, count)
        return TopTokens(up[1], up[0]), TopTokens(down[1], -down[0]), own_rank(written, self._readout, wanted)[0]

    def strongest_writes(self, count: int) -> TopPairs:
        """Pairs (token read, token raised) with the largest logits, of sampled tokens and the whole vocabulary."""
        found: list[TopPairs] = []
        for ids, x in self._blocks():
            logits, at = best(self._written(x) @ self._readout.T, min(count, len(self._readout)))
            found.append(TopPairs(ids[:, None].expand_as(at).flatten(), at.flatten(), logits.flatten()))
        return _largest(found, count)

    def sought(self, ids: Sequence[int], count: int) -> TopTokens:
        """The keys among sampled tokens that each of these looks for most, by score above the mean key's."""
        scores = self._scores(self._embeddings.read_by(self._layer, ids))
        values, at = best(scores, min(count, scores.shape[-1]))
        return TopTokens(self._sample[at], values)

    def strongest_looks(self, count: int) -> TopPairs:
        """Pairs (query, key) of sampled tokens with the largest scores above the query's mean."""
        found: list[TopPairs] = []
        for ids, x in self._blocks():
            values, at = best(self._scores(x), min(count, len(self._sample)))
            found.append(TopPairs(ids[:, None].expand_as(at).flatten(), self._sample[at].flatten(), values.flatten()))
        return _largest(found, count)

    def copying(self, seed: int) -> Copying:
        """Eigenvalues of the OV circuit among sampled tokens, and the rank of each token in its own output."""
        gram = self._readout[self._sample].T @ self._sampled
        folded, at = self._weights.folded(), slice(self._head, self._head + 1)
        score = float(copying(eigenvalues(folded.value[at], folded.output[at], gram))[0])
        control = float(random_copying(gram, folded.value.shape[-1], _DRAWS, seed).abs().quantile(0.95))
        ranks = [own_rank(self._written(x), self._readout, ids)[0] for ids, x in self._blocks()]
        return Copying(score, control, torch.cat(ranks))

    def _blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Sampled ids [token] with their stream vectors [token, width], a few at a time."""
        return zip(torch.split(self._sample, _BLOCK), torch.split(self._sampled, _BLOCK), strict=True)

    def _written(self, x: Tensor) -> Tensor:
        """What the head writes for stream vectors it gives all its attention, biases left out: [token, width]."""
        read = self._weights.norm.freeze(x).apply(x)
        return read @ self._weights.value[self._head] @ self._weights.output[self._head]

    def _scores(self, x: Tensor) -> Tensor:
        """Scores before the softmax [query, key] at distance 0, above each query's mean: what is equal for all keys cancels."""
        weights = self._weights
        query = weights.read(x) @ weights.query[self._head] + weights.query_bias[self._head]
        key = weights.norm.freeze(self._sampled).apply(self._sampled) @ weights.key[self._head]
        scores = query @ key.T * weights.scaling
        return scores - scores.mean(-1, keepdim=True)


def _largest(parts: Sequence[TopPairs], count: int) -> TopPairs:
    values = torch.cat([part.values for part in parts])
    kept = values.topk(min(count, len(values))).indices
    return TopPairs(torch.cat([p.first for p in parts])[kept], torch.cat([p.second for p in parts])[kept], values[kept])

"""Written texts read again, all at once: as they were written, and by the model without the edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from stratascope.models.generate import Edit, Written, streams
from stratascope.numerics.divergence import kl

if TYPE_CHECKING:
    from stratascope.models.contrast import Reading
    from stratascope.models.model import Model
    from stratascope.models.tokens import Tokens

RANKS = 5
_CHUNK_BYTES = 48 << 20


class Predicted(NamedTuple):
    """Log-probability of each token [row, position], and the likeliest with theirs [row, position, rank].

    NaN and −1 at the first token, which nothing predicts, and past the end of a text.
    """

    logprob: np.ndarray
    top: np.ndarray
    top_logprob: np.ndarray


class Texts(NamedTuple):
    """Prompt and continuation of every row; arrays are [row, position] unless said, with NaN past the end of a text.

    `ids` are −1 past the end, `length` [row] counts the prompt too. `own` is the run that wrote a row, `plain` the one
    without an edit, `kl` KL(own‖plain) of what each token was chosen from; `projection` is that of the edited stream, NaN
    at a marker in front.
    """

    model: Model
    tokens: Tokens
    reading: Reading
    written: Written
    ids: np.ndarray
    length: np.ndarray
    own: Predicted
    plain: Predicted
    kl: np.ndarray
    projection: np.ndarray

    def differing(self, row: int, other: int) -> int:
        """Places at which two texts have different tokens, or one of them has none any more."""
        return int((self.ids[row] != self.ids[other]).sum())

    def mean_kl(self, row: int) -> float:
        """Mean KL from the model without an edit over the tokens that were written."""
        return float(np.nanmean(self.kl[row, len(self.tokens.ids) :]))

    def gap_between(self, row: int, other: int) -> float | None:
        """Largest difference of the log-probabilities at which two rows were written; None where their tokens differ."""
        steps = slice(0, int(self.written.length[row]))
        ids, logprob = self.written.ids[:, steps], self.written.logprob[:, steps]
        return float((logprob[row] - logprob[other]).abs().max()) if torch.equal(ids[row], ids[other]) else None

    def gap_of_steps(self) -> float:
        """Largest difference between a token's log-probability when it was written and in the whole text read at once."""
        again = self.own.logprob[:, len(self.tokens.ids) :]
        return float(np.nanmax(np.abs(self.written.logprob.numpy() - again)))


def read_back(model: Model, tokens: Tokens, reading: Reading, written: Written, edit: Edit) -> Texts:
    """Two whole passes over what was written behind a prompt, with the edit and without."""
    last = model.layers - 1
    ids = torch.cat([torch.tensor([tokens.ids] * len(written.ids)), written.ids], dim=1)
    edited = streams(model, ids, {reading.layer, last}, edit)
    plain = streams(model, ids, {last})[last]
    projection = reading.contrast.projection(edited[reading.layer].float()).cpu().numpy()
    projection[:, : edit.first] = np.nan
    length = written.length.numpy() + len(tokens.ids)
    over = np.arange(ids.shape[1]) >= length[:, None]
    own, unsteered, distance = _predictions(model, edited[last], plain, ids)
    for predicted in (own, unsteered):
        predicted.top[over] = -1
    for values in (projection, distance, own.logprob, unsteered.logprob, own.top_logprob, unsteered.top_logprob):
        values[over] = np.nan
    numbers = np.where(over, -1, ids.numpy())
    return Texts(model, tokens, reading, written, numbers, length, own, unsteered, distance, projection)


def _predictions(model: Model, own: Tensor, plain: Tensor, ids: Tensor) -> tuple[Predicted, Predicted, np.ndarray]:
    """What both streams predict of every token, and KL(own‖plain), a few positions at a time."""
    rows, positions = ids.shape
    ranks = min(RANKS, model.vocabulary)
    found = [_nothing(rows, positions, ranks) for _ in range(2)]
    distance = np.full((rows, positions), np.nan, dtype=np.float32)
    at_once = max(1, _CHUNK_BYTES // (16 * rows * model.vocabulary))
    for start in range(1, positions, at_once):
        here = slice(start, min(start + at_once, positions))
        before = slice(here.start - 1, here.stop - 1)
        with torch.no_grad():
            logs = [model.unembedding.logits(stream[:, before]).log_softmax(-1) for stream in (own, plain)]
        wanted = ids[:, here, None].to(model.device)
        for predicted, log_p in zip(found, logs, strict=True):
            top = log_p.topk(ranks)
            predicted.logprob[:, here] = log_p.gather(-1, wanted)[..., 0].cpu().numpy()
            predicted.top[:, here] = top.indices.cpu().numpy()
            predicted.top_logprob[:, here] = top.values.cpu().numpy()
        distance[:, here] = kl(logs[0], logs[1]).cpu().numpy()
    return found[0], found[1], distance


def _nothing(rows: int, positions: int, ranks: int) -> Predicted:
    undefined = np.full((rows, positions, 1 + ranks), np.nan, dtype=np.float32)
    return Predicted(undefined[..., 0], np.full((rows, positions, ranks), -1, dtype=np.int64), undefined[..., 1:])

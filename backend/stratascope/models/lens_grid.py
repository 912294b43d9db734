"""A text decoded cell by cell through a lens, as the grid that every lens of this kind draws.

What a lens is, is said by `Lens`: which vectors of a run the model's head is to read. Everything else is the same for
all of them: which cells are wanted, which tokens are followed, what is sent while work is under way, and the arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from stratascope.method import Indices, Messages, Progress
from stratascope.models.continuation import continued
from stratascope.numerics.lens import LensRows, Precision, lens_rows
from stratascope.numerics.vectors import length
from stratascope.problem import Problem, layer_out_of_range, position_out_of_range
from stratascope.result import Token, TokenGrid

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run
    from stratascope.models.tokens import Tokens

MOST_TARGETS = 32
_SENT_EVERY = 4
"""New tokens between two partial grids of a text that is being written."""


class Asked(Protocol):
    """What of a request this module reads."""

    @property
    def prompt(self) -> str: ...  # noqa: D102
    @property
    def messages(self) -> Messages | None: ...  # noqa: D102
    @property
    def top_k(self) -> int: ...  # noqa: D102
    @property
    def layers(self) -> Indices: ...  # noqa: D102
    @property
    def positions(self) -> Indices: ...  # noqa: D102
    @property
    def targets(self) -> list[str]: ...  # noqa: D102
    @property
    def target_ids(self) -> list[int]: ...  # noqa: D102
    @property
    def precision(self) -> Precision: ...  # noqa: D102
    @property
    def new_tokens(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class Lens:
    """What the head is to read of a run: `read` gives it, [row, position, width], with a label for each row.

    `is_output` says that the last row is the model's own output, `norm` whether the final norm is applied.
    """

    read: Callable[[Run], Tensor]
    labels: Sequence[str]
    is_output: bool
    norm: bool = True


@dataclass(frozen=True)
class Place:
    """The rows and positions to decode, ascending, out of so many."""

    rows: list[int]
    positions: list[int]
    total_rows: int
    total_positions: int

    def of(self, stream: Tensor) -> Tensor:
        """The part of a stream [row, position, width]; itself if that is all of it."""
        if len(self.rows) < self.total_rows:
            stream = stream[self.rows]
        return stream if len(self.positions) == self.total_positions else stream[:, self.positions]


@dataclass(frozen=True)
class Decoded:
    """What lenses show of a text. `rows` has one entry per lens, and behind the first only the best token of each cell.

    `length` [row, position] is that of the vectors the first one decodes. `gap` is how far the output decoded from the
    last row is from the model's own; None while cells are missing. `generated_from` is the first position the model
    wrote, None where it wrote none.
    """

    tokens: Sequence[Token]
    generated_from: int | None
    place: Place
    rows: tuple[LensRows, ...]
    length: Tensor
    targets: list[int]
    gap: float | None = None


Show = Callable[[Decoded], TokenGrid]


def decode(model: Model, asked: Asked, lenses: Sequence[Lens], show: Show, progress: Progress) -> TokenGrid:
    """What `show` makes of the text that is asked about, once all of it is decoded; partial grids come before.

    Raises `layer_out_of_range`, `position_out_of_range`, `context_exceeded`, problems of the text and of targets.
    """
    prompt, targets = model.tokenize(asked.prompt, asked.messages), _targets(model, asked)
    place = _place(model, asked, len(lenses[0].labels), len(prompt.ids) + asked.new_tokens)
    if not asked.new_tokens:
        return _whole(model, asked, lenses, place, prompt, None, targets, show, progress)
    growing = _Growing(model, asked, lenses, targets, prompt.tokens, show, progress)
    tokens = continued(model, prompt, asked.new_tokens, growing.hear)
    place = _place(model, asked, len(lenses[0].labels), len(tokens.ids))
    return _whole(model, asked, lenses, place, tokens, len(prompt.ids), targets, show, progress)


def _whole(
    model: Model,
    asked: Asked,
    lenses: Sequence[Lens],
    place: Place,
    tokens: Tokens,
    since: int | None,
    targets: list[int],
    show: Show,
    progress: Progress,
) -> TokenGrid:
    """All cells of a text that is known to its end."""
    run = model.run_of(tokens)
    streams = [place.of(lens.read(run)) for lens in lenses]
    size, sent = length(streams[0]).cpu(), 0
    blank = [LensRows.empty(len(place.rows), len(place.positions), 1, 0) for _ in lenses[1:]]

    def report(rows: LensRows, done: int, positions: int) -> None:
        nonlocal sent
        progress(done, positions, "decoding positions")
        # Each partial result costs as much as the last: send few, the first at once. A text that grew was shown already.
        if since is None and 2 * sent <= done < positions:
            progress.partial(show(Decoded(tokens.tokens, since, place, (rows.copy(), *blank), size, targets)))
            sent = done

    def compared(rows: LensRows, done: int, positions: int) -> None:
        progress(done, positions, "decoding for comparison")

    rows = [_rows(model, asked, lenses[0], place, run, streams[0], asked.top_k, targets, report)]
    rows += [
        _rows(model, asked, lens, place, run, x, 1, [], compared)
        for lens, x in zip(lenses[1:], streams[1:], strict=True)
    ]
    gap = rows[0].gap if _ends_in_answer(lenses[0], place) else run.logits([len(run.ids) - 1])[0] - run.own_logits
    return show(Decoded(tokens.tokens, since, place, tuple(rows), size, targets, float(gap.abs().max())))


def _rows(
    model: Model,
    asked: Asked,
    lens: Lens,
    place: Place,
    run: Run,
    x: Tensor,
    top_k: int,
    targets: list[int],
    report: Callable[[LensRows, int, int], None] | None = None,
) -> LensRows:
    """Decode vectors x [row, position, width], those of `place` in the run."""
    ends_in_output = lens.is_output and place.rows[-1] == place.total_rows - 1
    return lens_rows(
        model.unembedding,
        x,
        None if ends_in_output else lambda a, b: run.logits(place.positions[a:b]),
        top_k=top_k,
        targets=targets,
        norm=lens.norm,
        precision=asked.precision,
        own=run.own_logits if _ends_in_answer(lens, place) else None,
        report=report,
    )


def _ends_in_answer(lens: Lens, place: Place) -> bool:
    """Whether the last cell is what the model answers."""
    whole = place.rows[-1] == place.total_rows - 1 and place.positions[-1] == place.total_positions - 1
    return lens.is_output and whole


class _Growing:
    """Grids of a text that is still being written, each with the tokens that were read so far."""

    def __init__(
        self,
        model: Model,
        asked: Asked,
        lenses: Sequence[Lens],
        targets: list[int],
        prompt: Sequence[Token],
        show: Show,
        progress: Progress,
    ) -> None:
        self._model, self._asked, self._lenses, self._targets = model, asked, lenses, targets
        self._tokens, self._since, self._show, self._progress = list(prompt), len(prompt), show, progress
        self._read, self._waiting = 0, list[tuple[int, "Run"]]()
        self._rows: list[list[LensRows]] = [[] for _ in lenses]
        self._lengths: list[Tensor] = []

    def hear(self, piece: Run) -> None:
        """The run over the tokens that were read since the last call."""
        if self._read:
            self._tokens += piece.tokens.tokens
        self._waiting.append((self._read, piece))
        self._read += len(piece.ids)
        self._progress(self._read - self._since, self._asked.new_tokens, "writing tokens")
        if (self._read - self._since) % _SENT_EVERY == 0:
            self._send()

    def _send(self) -> None:
        for start, piece in self._waiting:
            self._decode(start, piece)
        self._waiting.clear()
        if self._lengths:
            place = self._placed(0, self._read)
            rows = tuple(LensRows.joined(parts) for parts in self._rows)
            size = torch.cat(self._lengths, 1)
            self._progress.partial(
                self._show(Decoded(list(self._tokens), self._since, place, rows, size, self._targets))
            )

    def _decode(self, start: int, piece: Run) -> None:
        place = self._placed(start, start + len(piece.ids), base=start)
        if not place.positions:
            return
        for number, lens in enumerate(self._lenses):
            x, kept = place.of(lens.read(piece)), (self._asked.top_k, self._targets) if number == 0 else (1, [])
            self._rows[number].append(_rows(self._model, self._asked, lens, place, piece, x, *kept))
            if number == 0:
                self._lengths.append(length(x).cpu())

    def _placed(self, start: int, stop: int, base: int = 0) -> Place:
        """The wanted cells among positions from `start` to before `stop`, counted from `base`."""
        whole = _place(self._model, self._asked, len(self._lenses[0].labels), None)
        every = range(start, stop)
        kept = every if self._asked.positions == "all" else sorted(set(every) & set(self._asked.positions))
        return Place(whole.rows, [position - base for position in kept], whole.total_rows, stop - base)


def _place(model: Model, asked: Asked, rows: int, tokens: int | None) -> Place:
    """Raises `layer_out_of_range` and `position_out_of_range`; of positions nothing is said without `tokens`."""
    wanted = sorted(range(rows) if asked.layers == "all" else set(asked.layers))
    positions = sorted(range(tokens or 0) if asked.positions == "all" else set(asked.positions))
    if wanted[-1] >= rows:
        raise layer_out_of_range(wanted[-1], model.id, model.layers)
    if tokens is not None and positions[-1] >= tokens:
        raise position_out_of_range(positions[-1], tokens, "positions")
    return Place(wanted, positions, rows, tokens or 0)


def _targets(model: Model, asked: Asked) -> list[int]:
    """Ids of the tokens to follow, each once, texts first."""
    found = list(dict.fromkeys([*(model.single_token(text) for text in asked.targets), *asked.target_ids]))
    size = model.facts.vocabulary
    for token in found:
        if token >= size:
            raise Problem("bad_parameter", f"target_ids must be below {size}; got {token}.", field="target_ids")
    if len(found) > MOST_TARGETS:
        message = f"At most {MOST_TARGETS} tokens can be followed; got {len(found)}."
        raise Problem("bad_parameter", message, field="targets")
    return found

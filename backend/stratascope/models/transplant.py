"""Transplants: values of one run put into another, cell by cell, with the answer measured after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from stratascope.models.donors import random_donors
from stratascope.models.edit import Patch, Site, values_at
from stratascope.models.pair import Side
from stratascope.models.run import Run
from stratascope.models.sweep_tiers import sweeper
from stratascope.numerics.answer import Favour
from stratascope.numerics.control import DRAWS, prediction_band, step_toward

Report = Callable[[np.ndarray, int, int], None]
"""Is told the metric so far [layer, position], NaN where it is not known yet, and how many cells of how many are done."""

LEAST_GAP = 1e-3
"""The smallest difference of the metric between the two runs that can be divided by."""

NEGLIGIBLE = 0.02
"""Shares up to this size count as nothing, whatever a random control does."""


@dataclass(frozen=True)
class Control:
    """What random donors do: their band [layer, position], the cells they were tried in, their effects [draw, cell]."""

    low: np.ndarray
    high: np.ndarray
    cells: np.ndarray
    draws: np.ndarray


class Transplant:
    """Values at `site` are taken from `source` and put into `base`, which is measured at one position."""

    def __init__(self, base: Side, source: Side, site: Site, favour: Favour, position: int) -> None:
        self.base, self.source, self.favour, self.position = base, source, favour, position
        self._site, self._sweeper = site, sweeper(base.model, base.run)
        self._own, self._given = values_at(base.run, site), values_at(source.run, site)
        self.m_base, self.m_source = (float(favour.of(it.run.logits([position])[0])) for it in (base, source))

    @property
    def is_defined(self) -> bool:
        """Whether the two runs differ enough for a share of the difference to mean anything."""
        return abs(self.m_source - self.m_base) >= LEAST_GAP

    def share(self, raw: np.ndarray) -> np.ndarray:
        """The metric as the share of the way from base (0) to source (1); NaN where there is no way to go."""
        if not self.is_defined:
            return np.full_like(raw, np.nan)
        return (raw - self.m_base) / (self.m_source - self.m_base)

    def sweep(self, report: Report) -> np.ndarray:
        """The metric after each cell alone was replaced, [layer, position].

        A cell that holds the same numbers in both runs, or lies after the measured position, changes nothing and is not run.
        """
        differs = (self._own != self._given).any(-1).cpu().numpy()
        differs[:, self.position + 1 :] = False
        raw = np.where(differs, np.nan, self.m_base)
        cells = np.argwhere(differs)
        done = raw.size - len(cells)
        report(raw, done, raw.size)
        patches = [Patch(layer, [at], self._given[layer, at][None]) for layer, at in cells.tolist()]
        for numbers, found in self._outcomes(patches):
            raw[tuple(cells[numbers].T)] = found
            done += len(found)
            report(raw, done, raw.size)
        return raw

    def control(self, effect: np.ndarray, seed: int, report: Callable[[int, int], None]) -> Control:
        """Put random donors in the source's place wherever the effect [layer, position] is not negligible.

        Each moves a cell toward its own value of the same layer and position, as far as the source's value is away.
        """
        cells = np.argwhere(np.abs(np.nan_to_num(effect)) > NEGLIGIBLE)
        low, high = np.full_like(effect, -NEGLIGIBLE), np.full_like(effect, NEGLIGIBLE)
        draws = np.zeros((DRAWS, len(cells)))
        if not len(cells):
            return Control(low, high, cells, draws)
        for number, donor in enumerate(random_donors(self.source.model, self.base.run, DRAWS, seed)):
            draws[number] = self.share(self._metric(self._steps(cells, donor)))
            report(number + 1, DRAWS)
        ends = prediction_band(draws)
        low[tuple(cells.T)] = np.minimum(ends[0], -NEGLIGIBLE)
        high[tuple(cells.T)] = np.maximum(ends[1], NEGLIGIBLE)
        return Control(low, high, cells, draws)

    def identity_error(self) -> float:
        """How much the metric changes when the values of a whole layer are replaced by themselves, at most."""
        everywhere = range(self._own.shape[1])
        found = self._metric([Patch(layer, everywhere, values) for layer, values in enumerate(self._own)])
        return self._off(found, self.m_base)

    def whole_prompt_error(self) -> float:
        """How far the metric stays from the source's when the base is given the source's embeddings at every position."""
        whole = Patch(0, range(len(self.source.run.ids)), self.source.run.resid[0])
        return self._off(self._metric([whole], "resid_pre"), self.m_source)

    def _metric(self, patches: Sequence[Patch], site: Site | None = None) -> np.ndarray:
        """The metric after each patch, in the order of the patches."""
        metric = np.empty(len(patches))
        for numbers, found in self._outcomes(patches, site):
            metric[numbers] = found
        return metric

    def _outcomes(self, patches: Sequence[Patch], site: Site | None = None) -> Iterator[tuple[list[int], np.ndarray]]:
        """The metric after each patch, in groups: (which patches, their metric)."""
        for numbers, stream in self._sweeper.outcomes(site or self._site, patches, self.position):
            yield numbers, self.favour.of(self.base.model.unembedding.logits(stream)).cpu().numpy()

    def _steps(self, cells: np.ndarray, donor: Run) -> list[Patch]:
        goal: Tensor = values_at(donor, self._site)
        patches = []
        for layer, position in cells.tolist():
            start = self._own[layer, position]
            length = (self._given[layer, position].float() - start.float()).norm()
            patches.append(Patch(layer, [position], step_toward(start, goal[layer, position], length)[None]))
        return patches

    @staticmethod
    def _off(found: np.ndarray, expected: float) -> float:
        """The largest difference, relative to what was expected where that is above 1."""
        return float(np.abs(found - expected).max() / max(1.0, abs(expected)))

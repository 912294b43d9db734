"""Linear probes with held-out predictions, and whether their accuracy beats chance. scikit-learn; no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Beaten:
    """A test of every row against chance: adjusted p values [row], and the first row from which all rows pass, or None."""

    adjusted: np.ndarray
    first: int | None


def held_out(states: np.ndarray, labels: np.ndarray, groups: np.ndarray, folds: int, penalty: float) -> np.ndarray:
    """The label that a probe predicts for every vector [item, width] without having been fitted to its group: [item].

    The probe is a logistic regression with an L2 penalty of 1 / `penalty`, on vectors standardised with the numbers of
    those it is fitted to. Folds have about the same share of each label.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    predicted = np.empty_like(labels)
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    for train, test in splits.split(states, labels, groups):
        mean, spread = states[train].mean(0), states[train].std(0)
        scaled = (states - mean) / np.where(spread > 1e-8, spread, 1.0)
        inputs = _in_row_space(scaled, train)
        probe = LogisticRegression(C=penalty, max_iter=1000).fit(inputs[train], labels[train])
        predicted[test] = probe.predict(inputs[test])
    return predicted


def _in_row_space(scaled: np.ndarray, train: np.ndarray) -> np.ndarray:
    """The vectors in coordinates of the space that those of the training span: the same fit, with fewer numbers."""
    if scaled.shape[1] <= len(train):
        return scaled
    basis = np.linalg.svd(scaled[train], full_matrices=False)[2]
    return np.asarray(scaled @ basis.T)


def beating_chance(correct: np.ndarray, items: int, chance: float, alpha: float) -> Beaten:
    """One-sided binomial tests of the numbers of correct predictions [row], by Holm's step-down over the rows."""
    from scipy.stats import binom

    adjusted = holm(np.asarray(binom.sf(correct - 1, items, chance)))
    passed = adjusted < alpha
    stays = np.logical_and.accumulate(passed[::-1])[::-1]
    return Beaten(adjusted, int(stays.argmax()) if stays.any() else None)


def holm(p_values: np.ndarray) -> np.ndarray:
    """p values adjusted by Holm's method: the k-th smallest of m times m − k + 1, never below one before it."""
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    stepped = np.maximum.accumulate(p_values[order] * (count - np.arange(count)))
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted

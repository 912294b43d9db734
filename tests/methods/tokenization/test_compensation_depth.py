"""Compensation depth: a planted layer is found, chance is not, and cut dates are known later than whole ones."""

from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from stratascope.methods.tokenization import compensation_depth as module
from stratascope.numerics.date_tasks import date_items
from stratascope.numerics.probing import beating_chance, held_out, holm
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values

ID = "tokenization/compensation-depth"


def planted(monkeypatch: pytest.MonkeyPatch, layer: int, rows: int = 5, width: int = 24) -> None:
    """States of noise in which the label stands from one row on."""

    def states(model: object, items: list[module.Item], progress: object) -> np.ndarray:
        noise = np.random.default_rng(1).normal(size=(rows, len(items), width))
        noise[layer:, :, 3] += 4.0 * np.array([item.label for item in items])
        return noise

    monkeypatch.setattr(module, "_states", states)


@pytest.mark.parametrize("layer", [0, 2, 4])
def test_a_label_planted_at_a_layer_is_found_there(monkeypatch: pytest.MonkeyPatch, layer: int) -> None:
    planted(monkeypatch, layer)
    result = call(ID, load_tiny("gpt2"), count=64)
    assert result.facts["depth"] == layer
    assert result.facts["relative_depth"] == layer / 4
    accuracy, shuffled, chance = values(result, "accuracy")
    assert (accuracy[layer:] > 0.8).all()
    assert (chance == 0.5).all()
    assert (shuffled < 0.75).all()
    assert check(result, "shuffled_labels").verdict == "ok"


def test_a_label_that_is_lost_again_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch, 5)
    result = call(ID, load_tiny("gpt2"), count=64)
    assert result.facts["depth"] is result.facts["relative_depth"] is None
    assert result.summary.startswith("No row stays above chance")
    assert beating_chance(np.array([60, 60, 33, 60]), 64, 0.5, 0.05).first == 3
    assert beating_chance(np.array([60, 60, 60, 33]), 64, 0.5, 0.05).first is None


def test_random_labels_have_no_depth_in_at_least_95_of_100() -> None:
    draw = np.random.default_rng(0)
    first = [beating_chance(draw.binomial(128, 0.5, size=7), 128, 0.5, 0.05).first for _ in range(400)]
    assert sum(it is None for it in first) >= 0.95 * len(first)
    groups, found = np.arange(64), 0
    for _ in range(10):
        labels = draw.permutation(np.repeat([0, 1], 32))
        right = [(held_out(draw.normal(size=(64, 8)), labels, groups, 4, 0.1) == labels).sum() for _ in range(3)]
        found += beating_chance(np.array(right), 64, 0.5, 0.05).first is None
    assert found >= 9


def test_p_values_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    tested = beating_chance(np.array([3]), 3, 0.5, 0.05)
    assert tested.adjusted == pytest.approx([1 / 8])


def test_the_probe_is_that_of_the_library_and_never_sees_its_group() -> None:
    draw = np.random.default_rng(2)
    labels, wide = np.repeat([0, 1], 20), draw.normal(size=(40, 60))
    wide[:, 0] += labels
    groups = np.tile(np.arange(20), 2)
    predicted = held_out(wide, labels, groups, 4, 0.5)
    from sklearn.model_selection import StratifiedGroupKFold

    for train, test in StratifiedGroupKFold(4, shuffle=True, random_state=0).split(wide, labels, groups):
        assert not set(groups[train]) & set(groups[test])
        scaled = (wide - wide[train].mean(0)) / wide[train].std(0)
        probe = LogisticRegression(C=0.5, max_iter=1000, tol=1e-8).fit(scaled[train], labels[train])
        assert (probe.predict(scaled[test]) == predicted[test]).all()
    memorised = np.eye(20)[groups] + 0.0
    assert (held_out(memorised, draw.permutation(labels), groups, 4, 10.0) == labels).mean() < 0.75


def test_no_part_of_a_pair_of_dates_tells_its_label() -> None:
    items = date_items("same_date", "YYYYMMDD", 64)
    assert Counter(item.label for item in items) == {0: 32, 1: 32}
    for side in (2, -1):
        sides = [Counter(item.text.split()[side] for item in items if item.label == label) for label in (0, 1)]
        assert sides[0] == sides[1]
    for item in items:
        one, other = item.text.split()[2], item.text.split()[-1]
        assert (one == other.replace("-", "")) == bool(item.label)
    halves = date_items("half_of_year", "YYYY-MM-DD", 144)
    assert Counter(item.label for item in halves) == {0: 72, 1: 72}
    assert all((int(item.date[5:7]) <= 6) == item.label for item in halves)
    assert date_items("same_date", "MM/DD/YYYY", 64, 1) != date_items("same_date", "MM/DD/YYYY", 64, 2)


def test_the_specimen_knows_cut_dates_later_than_dates_with_separators() -> None:
    cut, whole = (call(ID, specimen(), notation=notation) for notation in ("YYYYMMDD", "YYYY-MM-DD"))
    assert cut.facts["fragmentation"] > 2 * whole.facts["fragmentation"]
    assert whole.facts["depth"] == 4
    assert cut.facts["depth"] is None  # with 512 pairs: row 3 for whole dates, 4 or 5 for cut ones
    assert values(whole, "accuracy")[0, 5] == pytest.approx(0.65, abs=0.03)
    assert values(cut, "accuracy")[0, 5] == pytest.approx(0.56, abs=0.03)
    assert values(cut, "accuracy")[0, 0] == 0.5  # both labels end in the same tokens


def test_sets_with_two_labels_are_read_too() -> None:
    truth = call(ID, specimen(), prompt_set="truth")
    assert truth.facts["depth"] == 3
    assert values(truth, "accuracy")[0, 3] == 1
    assert truth.facts["fragmentation"] is None


def test_refusals_say_what_to_do() -> None:
    model = load_tiny("gpt2")
    with pytest.raises(Problem, match=r"^All pairs have the same label\.$") as found:
        call(ID, model, positive=["a"] * 64)
    assert found.value.field == "negative"
    with pytest.raises(Problem, match=r"needs at least 64 pairs; got 4\.") as found:
        call(ID, model, positive=["a"] * 2, negative=["b"] * 2)
    assert found.value.code == "not_enough_samples"
    with pytest.raises(Problem, match=r"needs at least 16 pairs of each label; got 4\."):
        call(ID, model, positive=["a"] * 4, negative=["b"] * 60)
    with pytest.raises(Problem, match="carry 3 labels; 2 are needed"):
        call(ID, model, prompt_set="language")

"""Pooling: blocks by hand, effects keep their extremes, and what is small stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from stratascope.document import Document
from stratascope.pooling import Window, pooled
from stratascope.problem import Problem
from stratascope.result import Array, PatchGrid, Quantity, Token, TokenGrid

ROWS, COLUMNS = 5, 7


def grid(scale: str = "prob") -> Document:
    """Values count up from 0; the token of a cell is its number."""
    values = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)
    if scale == "eff":
        values[1, 2] = -100.0
    values[4, 6] = np.nan
    ids = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS, 1)
    kind, row = (PatchGrid, "layer") if scale == "eff" else (TokenGrid, "row")
    cell = (row, "position")
    result = kind(
        arrays={
            "value": Array(values=values, dims=cell, undefined="missing"),
            "topk_ids": Array(values=ids, dims=(*cell, "rank")),
            "topk_prob": Array(values=values[..., None] / 100, dims=(*cell, "rank"), undefined="missing"),
            "topk_text": Array(values=ids.astype(str).astype(object), dims=(*cell, "rank")),
            "by_row": Array(values=np.arange(ROWS, dtype=np.float32), dims=(row,)),
        },
        quantities=[Quantity(name="value", label="value", scale=scale)],  # type: ignore[arg-type]
        coords={row: [f"r{i}" for i in range(ROWS)]},
        tokens=[Token(id=i, text=str(i), bytes="") for i in range(COLUMNS)],
    )
    return Document.of(result, key="0" * 64)


def test_blocks_hold_the_mean_and_the_tokens_of_the_cell_that_counts_most() -> None:
    small = pooled(grid(), rows=2, columns=3)
    whole = grid().arrays["value"]
    assert small.arrays["value"].shape == (2, 3)
    assert small.arrays["value"][0, 0] == pytest.approx(whole[:3, :3].mean())
    assert small.arrays["value"][1, 2] == pytest.approx(whole[3, 6])  # its other cell is undefined
    assert small.arrays["topk_ids"][0, 0, 0] == 16
    assert small.head["result"]["text"]["topk_text"][0][0] == ["16"]
    assert small.arrays["topk_prob"][0, 0, 0] == pytest.approx(0.16)
    assert small.head["result"]["coords"] == {"row": ["r0", "r3"], "position": ["0", "3", "6"]}
    assert small.head["result"]["facts"]["pooled"] == {"row": 3, "position": 3, "how": {"value": "mean"}}
    assert small.arrays["by_row"].tolist() == [0.0, 3.0]


def test_effects_keep_the_largest_with_its_sign() -> None:
    small = pooled(grid("eff"), rows=1, columns=2)
    assert small.arrays["value"].tolist() == [[-100.0, 33.0]]
    assert small.head["result"]["facts"]["pooled"]["how"] == {"value": "maximum"}
    assert small.arrays["topk_ids"][0, 0, 0] == COLUMNS + 2


def test_what_fits_keeps_its_cells() -> None:
    same = pooled(grid(), rows=64, columns=256)
    np.testing.assert_array_equal(same.arrays["value"], grid().arrays["value"])
    assert same.head["result"]["facts"]["pooled"]["position"] == 1


def test_a_window_is_refined() -> None:
    small = pooled(grid(), rows=2, columns=2, window=Window(1, 3, 2, 5))
    whole = grid().arrays["value"]
    np.testing.assert_allclose(
        small.arrays["value"], [[whole[1, 2:4].mean(), whole[1, 4]], [whole[2, 2:4].mean(), whole[2, 4]]]
    )
    assert small.head["result"]["coords"]["position"] == ["2", "4"]


def test_a_block_without_values_stays_undefined() -> None:
    small = pooled(grid(), rows=1, columns=1, window=Window(4, 5, 6, 7))
    assert np.isnan(small.arrays["value"]).all()


@pytest.mark.parametrize("window", [Window(5, 9), Window(2, 2), Window(0, 5, 7)])
def test_a_part_that_does_not_exist_is_refused(window: Window) -> None:
    with pytest.raises(Problem, match="are none of the"):
        pooled(grid(), 2, 2, window)


def test_the_pooled_document_reads_back() -> None:
    small = pooled(grid(), rows=2, columns=3)
    assert (
        Document.from_tensors(small.to_tensors()).flat()["result"]["topk_text"] == small.flat()["result"]["topk_text"]
    )

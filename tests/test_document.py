"""The document: both encodings hold the same content, and no number is lost or invented on the way."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from stratascope.document import Document
from stratascope.result import Array, Check, Quantity, Table, TokenGrid

HEAD = {"key": "k", "method": "lens/logit-lens", "method_version": 1}


def table(values: np.ndarray, **options: object) -> Table:
    dims = tuple("abcd"[: values.ndim])
    return Table(arrays={"values": Array(values=values, dims=dims, **options)})


@given(arrays(np.float32, array_shapes(min_dims=1, max_dims=4, max_side=5), elements=st.floats(width=32)))
def test_tensors_round_trip_bit_for_bit(values: np.ndarray) -> None:
    document = Document.of(table(values), **HEAD)
    again = Document.from_tensors(document.to_tensors())
    assert again.head == document.head
    assert again.arrays["values"].tobytes() == np.ascontiguousarray(values).tobytes()


@given(arrays(np.float32, array_shapes(max_dims=3, max_side=4), elements=st.floats(width=32)))
def test_json_is_strict_and_equals_the_tensors(values: np.ndarray) -> None:
    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} in JSON")

    body = json.loads(Document.of(table(values), **HEAD).to_json(), parse_constant=refuse)["result"]
    back = np.array(body["values"], dtype=np.float32)
    np.testing.assert_array_equal(back, np.where(np.isfinite(values), values, np.nan))
    assert body["nonfinite"].get("values", 0) == int((~np.isfinite(values)).sum())


def test_half_precision_reads_as_numbers() -> None:
    document = Document.of(table(np.array([0.5, np.inf], dtype=np.float16)), **HEAD)
    assert json.loads(document.to_json())["result"]["values"] == [0.5, None]


def test_undefined_values_are_not_faults_but_infinities_are() -> None:
    values = np.array([1.0, np.nan, np.inf])
    document = Document.of(table(values, undefined="no next token in the prompt"), **HEAD)
    assert document.head["result"]["nonfinite"] == {"values": 1}
    assert document.head["warnings"] == ["values: 1 values are NaN or infinite; try float32."]


def test_text_arrays_stay_text_in_both_encodings() -> None:
    text = np.array([["<b>", "\x00é"], ["日", ""]], dtype=object)
    result = Table(arrays={"topk_text": Array(values=text, dims=("row", "rank"))})
    document = Document.from_tensors(Document.of(result, **HEAD).to_tensors())
    assert document.labelled()["topk_text"].values.tolist() == text.tolist()
    assert json.loads(document.to_json())["result"]["topk_text"] == text.tolist()


@pytest.mark.parametrize("body", [b"", b"\x00" * 8, b"\xff" * 40, b"{}" * 20, (2).to_bytes(8, "little") + b"{}"])
def test_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        Document.from_tensors(body)


def test_checks_carry_their_verdict() -> None:
    below = Check(name="error", label="sum error", value=5e-3, ok=1e-4, warn=1e-2)
    above = Check(name="share", label="recovered", value=0.95, ok=0.9, warn=0.7, higher_is_better=True)
    undefined = Check(name="error", label="sum error", value=float("nan"), ok=1e-4)
    assert [check.verdict for check in (below, above, undefined)] == ["warn", "ok", "fail"]
    assert Check(name="n", label="tokens", value=3).verdict == "info"


def test_a_kind_refuses_arrays_of_other_dimensions() -> None:
    grid = Array(values=np.zeros((2, 3)), dims=("row", "position"))
    quantity = Quantity(name="entropy", label="Entropy", scale="unc")
    assert TokenGrid(arrays={"entropy": grid}, quantities=[quantity]).kind == "token_grid"
    turned = Array(values=np.zeros((3, 2)), dims=("position", "row"))
    with pytest.raises(ValueError, match="token_grid draws"):
        TokenGrid(arrays={"entropy": turned}, quantities=[quantity])
    with pytest.raises(ValueError, match="dimension position has 4 entries"):
        TokenGrid(arrays={"entropy": grid, "kl": Array(values=np.zeros((2, 4)), dims=("row", "position"))})


def test_what_rides_along_is_told_only_where_there_is_some() -> None:
    grid, bars = Array(values=np.zeros((2, 3)), dims=("row", "position")), Array(values=np.zeros(2), dims=("row",))
    quantity = Quantity(name="share", label="Share", scale="prob")
    assert "beside" not in TokenGrid(arrays={"share": bars}).describe()
    assert TokenGrid(arrays={"share": bars}, beside=[quantity]).describe()["beside"][0]["name"] == "share"
    with pytest.raises(ValueError, match="bars are drawn over one dimension"):
        TokenGrid(arrays={"share": Array(values=grid.values[None], dims=("a", "row", "position"))}, beside=[quantity])


@pytest.mark.parametrize("name", ["tokens", "vocabulary", "kind", "undefined", "beside"])
def test_an_array_cannot_take_the_place_of_what_describes_it(name: str) -> None:
    with pytest.raises(ValueError, match="may not have the name of a field"):
        Table(arrays={name: Array(values=np.zeros(2), dims=("entry",))})

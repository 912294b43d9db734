"""Figures: every kind, in both themes, valid for plotly, free of NaN, and never fooled by text."""

import html
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from stratascope.document import Document
from stratascope.figures import figure
from stratascope.figures.palette import palette
from stratascope.result import KINDS, Array, HeadMatrices, LayerCurve, Quantity, Token, TokenGrid
from tests.figures.results import HOSTILE, RESULTS, TOKENS, document

each_kind = pytest.mark.parametrize("kind", RESULTS)


def strings(value: Any) -> Iterator[str]:
    """Every string in nested lists and dicts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in strings(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in strings(each))


def trace(drawn: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(each for each in drawn["data"] if each["type"] == kind)


def test_every_kind_is_drawn_here() -> None:
    assert set(RESULTS) == set(KINDS)


@each_kind
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_plotly_accepts_every_kind(kind: str, theme: Any) -> None:
    drawn = figure(document(kind), theme)
    text = json.dumps(drawn, allow_nan=False)
    assert json.loads(text) == drawn, "plain lists, numbers and strings only"
    accepted = go.Figure(drawn)
    assert len(accepted.data) == len(drawn["data"]) > 0
    assert drawn["layout"]["paper_bgcolor"] == palette(theme).surface


@each_kind
def test_text_is_never_markup(kind: str) -> None:
    for text in strings(figure(document(kind))):
        bare = text.replace("<br>", "").replace("<extra></extra>", "")
        assert "<" not in bare
        assert ">" not in bare
        assert "$" not in bare
        assert "%{nope" not in bare


@pytest.mark.parametrize(
    "kind",
    [
        "token_grid",
        "patch_grid",
        "head_grid",
        "token_scores",
        "feature_list",
        "scatter",
        "flow_graph",
        "text_pair",
        "table",
    ],
)
def test_tokens_are_shown_verbatim(kind: str) -> None:
    found = {html.unescape(part) for text in strings(figure(document(kind))) for part in text.split("<br>")}
    assert set(HOSTILE[:4]) <= found


def test_an_unknown_kind_is_a_table() -> None:
    stored = document("similarity")
    unknown = Document({**stored.head, "result": {**stored.head["result"], "kind": "palette"}}, stored.arrays)
    assert figure(unknown)["data"][0]["type"] == "table"


def test_a_failed_check_greys_the_figure_and_says_why() -> None:
    drawn = figure(document("head_grid", failed=True))
    assert {each["opacity"] for each in drawn["data"]} == {0.38}
    notes = [each["text"] for each in drawn["layout"]["annotations"]]
    assert notes == ["Check failed: sum &lt;error&gt; 2"]
    assert "opacity" not in figure(document("head_grid"))["data"][0]


@pytest.mark.parametrize("kind", ["token_grid", "similarity", "layer_curve", "head_grid"])
def test_what_rides_along_stands_as_bars_under_the_figure(kind: str) -> None:
    alone = figure(document(kind))
    result = RESULTS[kind]
    shares = Array(values=np.array([[0.2, 0.5], [1.0, np.nan]], np.float32), dims=("phase", "size"), undefined="a hole")
    ridden = result.model_copy(
        update={
            "arrays": result.arrays | {"share": shares},
            "beside": [Quantity(name="share", label="share <i>", scale="eff", limits=(0.0, 1.0))],
            "coords": result.coords | {"phase": ["prompt", "response"]},
        }
    )
    drawn = figure(Document.of(ridden, key="k", method="a/b"))
    go.Figure(drawn)
    bars = drawn["data"][len(alone["data"]) :]
    assert [each["y"] for each in bars] == [[0.2, 0.5], [1.0, None]]
    tops = [axis["domain"] for name, axis in drawn["layout"].items() if name.startswith("yaxis")]
    own, first, second = sorted(tops[:-2])[0], tops[-2], tops[-1]
    assert own[0] > first[1] > first[0] > second[1] > second[0] >= 0
    assert drawn["layout"]["annotations"][-1]["text"] == "share &lt;i&gt;, by size: response"
    for menu in drawn["layout"].get("updatemenus", []):
        assert all(len(button["args"][0]["visible"]) == len(drawn["data"]) for button in menu["buttons"])


def test_a_curve_that_a_linear_axis_would_flatten_is_drawn_on_a_logarithmic_one() -> None:
    def axes(values: list[list[float]], limits: tuple[float, float] | None = None) -> dict[str, Any]:
        quantity = Quantity(name="value", label="length", scale="mag", limits=limits)
        arrays = {"value": Array(values=np.array(values, np.float32), dims=("series", "layer"))}
        drawn = figure(Document.of(LayerCurve(arrays=arrays, quantities=[quantity]), key="k", method="a/b"))
        go.Figure(drawn)
        return drawn["layout"]

    flat = axes([[1, 2, 3, 1000], [2, 2, 3, 10]])
    assert flat["yaxis"]["type"] == "log"
    assert [note["y"] for note in flat["annotations"]] == [3.0, 1.0], "plotly places notes there by exponents"
    assert "type" not in axes([[1, 2, 3, 1000]], (0, 1000))["yaxis"]
    assert "type" not in axes([[0, 2, 3, 1000]])["yaxis"]
    assert "type" not in axes([[500, 700, 600, 10]])["yaxis"]


def test_token_grid_has_rows_upward_tokens_across_and_the_top_token_inside() -> None:
    drawn = figure(document("token_grid"))
    first, second = drawn["data"]
    assert (first["visible"], second["visible"]) == (True, False)
    np.testing.assert_allclose(first["z"][0], RESULTS["token_grid"].arrays["p"].values[0], rtol=1e-5)
    assert first["z"][3][4] is None
    assert (first["zmin"], first["zmax"]) == (0.0, 1.0)
    assert first["text"][0][0] == "&lt;b&gt;x&lt;/b&gt;0"
    assert drawn["layout"]["yaxis"]["ticktext"] == ["emb", "1", "2", "out"]
    assert drawn["layout"]["xaxis"]["ticktext"][1] == "%&#123;nope}"
    buttons = drawn["layout"]["updatemenus"][0]["buttons"]
    assert [button["args"][0]["visible"] for button in buttons] == [[True, False], [False, True]]
    assert first["hovertext"][3][4].startswith("row out, position 4")
    assert ": –" in first["hovertext"][3][4]


def test_large_token_grids_leave_the_text_to_hovering() -> None:
    values = np.zeros((40, 40), dtype=np.float32)
    texts = np.full((40, 40, 1), "a", dtype=object)
    arrays = {
        "p": Array(values=values, dims=("row", "position")),
        "topk_text": Array(values=texts, dims=("row", "position", "rank")),
    }
    result = TokenGrid(arrays=arrays, quantities=[Quantity(name="p", label="p", scale="prob")])
    drawn = figure(Document.of(result))["data"][0]
    assert "text" not in drawn
    assert drawn["hovertext"][39][39].endswith("a")


def test_broken_characters_are_shown_as_bytes() -> None:
    tokens = [Token(id=7, text="\ufffd", bytes="e6")]
    arrays = {"p": Array(values=np.zeros((1, 1)), dims=("row", "position"))}
    drawn = figure(
        Document.of(TokenGrid(arrays=arrays, quantities=[Quantity(name="p", label="p", scale="prob")], tokens=tokens))
    )
    assert drawn["layout"]["xaxis"]["ticktext"] == ["⟨E6⟩"]


def test_patch_grid_blanks_what_chance_explains() -> None:
    effect = RESULTS["patch_grid"].arrays["effect"].values
    z = figure(document("patch_grid"))["data"][0]["z"]
    for row, values in zip(z, effect, strict=True):
        for shown, value in zip(row, values, strict=True):
            expected = None if np.isnan(value) else 0.0 if abs(value) <= 0.3 else pytest.approx(float(value), rel=1e-4)
            assert shown == expected


def matrices(layers: int, heads: int, size: int) -> Document:
    values = np.zeros((layers, heads, size, size), dtype=np.float16)
    for layer in range(layers):
        for head in range(heads):
            values[layer, head, size - 1, head] = 0.25 * (layer + 1)
    array = Array(values=values, dims=("layer", "head", "query", "key"))
    quantity = Quantity(name="a", label="weight", scale="attn", limits=(0.0, 1.0))
    return Document.of(HeadMatrices(arrays={"a": array}, quantities=[quantity]))


def test_one_matrix_is_drawn_large_with_the_unseen_part_empty() -> None:
    drawn = figure(matrices(1, 1, 6))
    z = drawn["data"][0]["z"]
    assert z[5][0] == 0.25
    assert z[0] == [0.0, None, None, None, None, None]
    assert drawn["layout"]["yaxis"]["autorange"] == "reversed"
    assert drawn["layout"]["xaxis"]["tickvals"] == [0, 1, 2, 3, 4, 5]


def test_many_matrices_are_thumbnails_with_layers_upward() -> None:
    drawn = figure(matrices(2, 3, 6))
    z = drawn["data"][0]["z"]
    assert (len(z), len(z[0])) == (2 * 8 - 2, 3 * 8 - 2)
    assert [z[0][0], z[0][8 + 1], z[8][16 + 2]] == [0.5, 0.5, pytest.approx(0.5**0.5, rel=1e-5)]
    assert z[6] == [None] * 22
    assert drawn["data"][0]["colorbar"]["title"]["text"] == "√ weight"
    assert drawn["layout"]["yaxis"]["ticktext"] == ["0", "1"]


def test_thumbnails_of_long_prompts_keep_the_largest_of_each_block() -> None:
    z = figure(matrices(1, 2, 100))["data"][0]["z"]
    assert len(z) == 20
    assert z[0][0] == 0.5
    assert max(value for row in z for value in row if value is not None) == 0.5


def test_head_grid_lists_its_largest_heads_in_the_same_colours() -> None:
    drawn = figure(document("head_grid"))
    values = RESULTS["head_grid"].arrays["head"].values
    cells, bars = drawn["data"][:2]
    size = np.where(np.isnan(values), -1, np.abs(values))
    layer, head = divmod(int(size.argmax()), 4)
    assert bars["y"][0] == f"{layer}.{head}"
    assert bars["x"][0] == pytest.approx(float(values[layer, head]), rel=1e-4)
    assert len(bars["y"]) == 10
    assert cells["zmin"] == -cells["zmax"]
    expected = palette("light").step("eff", float(values[layer, head]), cells["zmin"], cells["zmax"])
    assert bars["marker"]["color"][0] == expected
    assert drawn["data"][-1]["x"][1] == "&lt;b&gt;x&lt;/b&gt;"


def test_token_scores_are_bars_in_order_with_their_words() -> None:
    bars = trace(figure(document("token_scores")), "bar")
    np.testing.assert_allclose(bars["y"][:4], RESULTS["token_scores"].arrays["score"].values[:4], rtol=1e-5)
    assert bars["y"][4] is None
    assert bars["hovertext"][0] == "&lt;b&gt;x&lt;/b&gt;<br>&lt;b&gt;x&lt;/b&gt;"


def test_layer_curve_has_a_panel_per_unit_a_band_and_names_at_the_ends() -> None:
    drawn = figure(document("layer_curve"))
    assert {"yaxis", "yaxis2", "yaxis3"} <= set(drawn["layout"])
    titles = [drawn["layout"][name]["title"]["text"] for name in ("yaxis", "yaxis2", "yaxis3")]
    assert titles == ["mean &lt;i&gt; (nats)", "mean &lt;i&gt; (rank)", "single &lt;i&gt;"]
    lines = [each for each in drawn["data"] if each["mode"] == "lines+markers"]
    assert [each["name"] for each in lines] == ["kl", "control", "&lt;b&gt;rank&lt;/b&gt;", "single &lt;i&gt;"]
    assert lines[1]["line"]["dash"] == "dash"
    assert [each["yaxis"] for each in lines] == ["y", "y", "y2", "y3"]
    bands = [each for each in drawn["data"] if each.get("fill")]
    assert len(bands) == 3
    assert len(bands[0]["x"]) == 8
    assert [note["text"] for note in drawn["layout"]["annotations"]] == [each["name"] for each in lines]
    assert drawn["layout"]["xaxis"]["ticktext"] == ["emb", "1", "2", "out"]


def test_series_differ_in_more_than_colour() -> None:
    arrays = {"v": Array(values=np.zeros((6, 3)), dims=("series", "layer"))}
    result = LayerCurve(
        arrays=arrays, quantities=[Quantity(name="v", label="v", scale="mag")], coords={"series": list("abcdef")}
    )
    lines = figure(Document.of(result))["data"]
    for part in (
        lambda each: each["line"]["color"],
        lambda each: each["line"]["dash"],
        lambda each: each["marker"]["symbol"],
    ):
        assert len({part(each) for each in lines}) == 6


def test_unnamed_series_are_drawn_too() -> None:
    arrays = {"v": Array(values=np.zeros((2, 3)), dims=("series", "layer"))}
    drawn = figure(Document.of(LayerCurve(arrays=arrays, quantities=[Quantity(name="v", label="v", scale="mag")])))
    assert [each["name"] for each in drawn["data"]] == ["0", "1"]


def test_labels_of_lines_that_end_together_are_moved_apart() -> None:
    arrays = {"v": Array(values=np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 9.0]]), dims=("series", "layer"))}
    result = LayerCurve(
        arrays=arrays, quantities=[Quantity(name="v", label="v", scale="mag")], coords={"series": list("abc")}
    )
    shifts = [note["yshift"] for note in figure(Document.of(result))["layout"]["annotations"]]
    assert shifts == [0, 13, 0]


def test_a_result_without_quantities_draws_its_first_numbers() -> None:
    stored = document("similarity")
    stored.head["result"]["quantities"] = []
    assert figure(stored)["data"][0]["type"] == "heatmap"


def test_tables_show_what_has_several_dimensions_entry_by_entry() -> None:
    stored = document("similarity")
    stored.head["result"]["kind"] = "no_such_kind"
    cells = figure(stored)["data"][0]["cells"]["values"]
    assert cells[0] == [str(i) for i in range(3) for _ in range(4)]
    assert cells[2][-1] == "–"


def test_patch_grid_shows_both_prompts_tokens_where_they_differ() -> None:
    others = [None, TOKENS[4], None, None, None]
    result = RESULTS["patch_grid"].model_copy(update={"other_tokens": others})
    labels = figure(Document.of(result))["layout"]["xaxis"]["ticktext"]
    plain_labels = figure(document("patch_grid"))["layout"]["xaxis"]["ticktext"]
    assert labels == [*plain_labels[:1], f"{plain_labels[1]}<br>{plain_labels[4]}", *plain_labels[2:]]

"""The logit lens: the library's own numbers on every family, planted models, and refusals."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from stratascope.methods.lens.logit_lens import LogitLensParams, logit_lens
from stratascope.models.model import Model
from stratascope.problem import Cancelled, Problem
from stratascope.result import TokenGrid
from tests.families import FAMILIES, load_tiny
from tests.methods.call import PROMPT, call, check, values
from tests.methods.lens.oracle import lens_logits
from tests.planted import induction_model, still_model

ID = "lens/logit-lens"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_row_is_what_the_library_computes(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, top_k=7, target_ids=[40, 5])
    expected = lens_logits(model, model.tokenize(PROMPT).ids)
    log_p = expected.log_softmax(-1)
    close = {"atol": 1e-4, "rtol": 1e-4}
    np.testing.assert_allclose(values(result, "topk_logit"), expected.topk(7).values, **close)
    np.testing.assert_allclose(values(result, "entropy"), -(log_p.exp() * log_p).sum(-1), **close)
    np.testing.assert_allclose(values(result, "kl"), (log_p[-1].exp() * (log_p[-1] - log_p)).sum(-1), **close)
    np.testing.assert_allclose(values(result, "probability"), log_p.max(-1).values.exp(), **close)
    np.testing.assert_allclose(values(result, "target_logprob"), log_p[..., [40, 5]], **close)
    assert check(result, "matches_output").verdict == "ok"


def test_softcap_is_not_forgotten() -> None:
    """Without the cap Gemma-2's last row is far from its output: the check must be able to see it."""
    model = load_tiny("gemma2")
    run = model.run(model.tokenize(PROMPT).ids)
    uncapped = model.unembedding.norm(run.resid[-1, -1]) @ model.unembedding.weight.T
    assert float((uncapped - run.own_logits).abs().max()) > 1e-2
    assert check(call(ID, model), "matches_output").value < 1e-5


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_rows_of_a_model_that_adds_nothing_are_equal(family: str) -> None:
    result = call(ID, still_model(family))
    for name in ("probability", "entropy", "norm", "topk_logit"):
        np.testing.assert_allclose(
            values(result, name), np.broadcast_to(values(result, name)[0], values(result, name).shape)
        )
    assert float(values(result, "kl").max()) < 1e-6
    assert "from every row on" in result.summary


def test_planted_induction_decides_in_the_last_row() -> None:
    result = call(ID, induction_model(), "w5 w9 w3 w5", targets=["w9", "w5"], top_k=2)
    texts = values(result, "topk_text")[:, -1, 0].tolist()
    assert texts == ["w5", "w5", "w9"]
    assert values(result, "target_rank")[:, -1].tolist() == [[2, 1], [2, 1], [1, 2]]
    assert result.coords["target"] == ["w9", "w5"]
    assert "“w9”" in result.summary
    assert "from row out on" in result.summary


def test_shape_labels_and_vocabulary() -> None:
    model = load_tiny("gpt2")
    result = call(ID, model, top_k=3)
    positions = len(model.tokenize(PROMPT).ids)
    assert isinstance(result, TokenGrid)
    assert values(result, "probability").shape == (model.layers + 1, positions)
    assert result.coords["row"] == ["emb", "1", "2", "3", "out"]
    assert values(result, "topk_ids").shape == (model.layers + 1, positions, 3)
    known = {token.id: token.text for token in result.vocabulary}
    assert set(values(result, "topk_ids").ravel().tolist()) == set(known)
    assert [known[i] for i in values(result, "topk_ids").ravel().tolist()] == values(
        result, "topk_text"
    ).ravel().tolist()
    assert len(result.tokens) == positions
    entropy = next(quantity for quantity in result.quantities if quantity.name == "entropy")
    assert entropy.limits == (0.0, pytest.approx(math.log(model.vocabulary)))


@pytest.mark.parametrize("site", ["resid_mid", "attn_out", "mlp_out"])
def test_other_sites_decode_what_the_run_holds(site: str) -> None:
    model = load_tiny("llama")
    run = model.run(model.tokenize(PROMPT).ids)
    sites: dict[str, Any] = {"attn_out": run.attn_out, "mlp_out": run.mlp_out}
    x = sites.get(site, run.resid[:-1] + run.attn_out)
    result = call(ID, model, site=site)
    np.testing.assert_allclose(values(result, "topk_logit"), model.unembedding.logits(x).topk(5).values, atol=1e-5)
    log_p, log_q = model.unembedding.logits(x).log_softmax(-1), run.logits().log_softmax(-1)
    np.testing.assert_allclose(values(result, "kl"), (log_q.exp() * (log_q - log_p)).sum(-1), atol=1e-4)
    assert result.coords["row"] == ["0", "1", "2", "3"]
    assert check(result, "matches_output").verdict == "ok"


def test_without_norm_the_stream_is_decoded_as_it_is() -> None:
    model = load_tiny("llama")
    run = model.run(model.tokenize(PROMPT).ids)
    result = call(ID, model, norm="none")
    expected = (run.resid @ model.unembedding.weight.T).topk(5).values
    np.testing.assert_allclose(values(result, "topk_logit"), expected, atol=1e-4)
    assert result.warnings


@pytest.mark.parametrize("family", FAMILIES)
def test_screening_shows_the_same_tokens(family: str) -> None:
    exact, screened = (call(ID, load_tiny(family), precision=precision) for precision in ("exact", "screen"))
    np.testing.assert_array_equal(
        np.sort(values(screened, "topk_ids")), np.sort(values(exact, "topk_ids")), err_msg="best tokens"
    )
    for name in ("entropy", "kl"):
        np.testing.assert_allclose(values(screened, name), values(exact, name), atol=1e-2)
    assert check(screened, "matches_output").verdict == "ok"


def test_a_layer_read_wrongly_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run = model.run(model.tokenize(PROMPT).ids)
    monkeypatch.setattr(run, "own_logits", run.own_logits + torch.linspace(0, 1, model.vocabulary))
    assert check(call(ID, model), "matches_output").verdict == "fail"


def test_parallel_blocks_have_no_middle_stream() -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt_neox"), site="resid_mid")
    assert found.value.code == "no_middle_stream"
    assert found.value.changes == {"site": "resid_pre"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"targets": ["no such token at all"]}, "token_not_single"),
        ({"target_ids": [1_000_000]}, "bad_parameter"),
        ({"target_ids": list(range(20)), "targets": list("abcdefghijklm")}, "bad_parameter"),
    ],
)
def test_targets_that_cannot_be_followed_are_refused(params: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == code


class Listener:
    """Progress that keeps what it hears, and may lose interest."""

    def __init__(self, patience: int = 10**6) -> None:
        self.heard: list[tuple[int, int]] = []
        self.partials: list[TokenGrid] = []
        self.patience = patience

    def __call__(self, done: int, total: int, stage: str) -> None:
        self.heard.append((done, total))
        if len(self.heard) > self.patience:
            raise Cancelled

    def partial(self, result: TokenGrid) -> None:
        self.partials.append(result)


def listen(model: Model, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> TokenGrid:
    """Run the lens a few positions at a time."""
    from stratascope.numerics import lens

    monkeypatch.setattr(lens, "CHUNK_BYTES", 3 * 4 * (model.layers + 1) * model.vocabulary)
    found = logit_lens.function(model, LogitLensParams(prompt=PROMPT), listener)
    assert isinstance(found, TokenGrid)
    return found


def test_positions_arrive_from_the_last_one_on(monkeypatch: pytest.MonkeyPatch) -> None:
    model, listener = load_tiny("gpt2"), Listener()
    whole = listen(model, listener, monkeypatch)
    positions = len(whole.tokens)
    assert listener.heard == [(min(3 * i, positions), positions) for i in range(1, -(-positions // 3) + 1)]
    first = listener.partials[0]
    np.testing.assert_array_equal(values(first, "entropy")[:, -3:], values(whole, "entropy")[:, -3:])
    assert bool(np.isnan(values(first, "entropy")[:, :-3]).all())
    assert not first.checks
    assert whole.checks


def test_work_stops_when_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener(patience=1)
    with pytest.raises(Cancelled):
        listen(load_tiny("gpt2"), listener, monkeypatch)
    assert len(listener.heard) == 2


@pytest.mark.parametrize(
    ("layers", "positions"), [([0, 4], "all"), ("all", [1, 3]), ([2], [0]), ([4, 1, 4], [3, 1]), ([4], "all")]
)
def test_a_part_of_the_rows_and_positions_is_that_part_of_the_whole(layers: Any, positions: Any) -> None:
    model = load_tiny("gpt2")
    whole, part = call(ID, model), call(ID, model, layers=layers, positions=positions)
    rows = sorted(set(layers)) if layers != "all" else list(range(5))
    columns = sorted(set(positions)) if positions != "all" else list(range(len(whole.tokens)))
    for name in ("probability", "entropy", "kl", "norm", "topk_logit"):
        expected = values(whole, name)[rows][:, columns]
        np.testing.assert_allclose(values(part, name), expected, atol=1e-5, rtol=1e-5)
    np.testing.assert_array_equal(values(part, "topk_ids"), values(whole, "topk_ids")[rows][:, columns])
    assert part.coords["row"] == [whole.coords["row"][row] for row in rows]
    assert part.coords.get("position", [str(i) for i in columns]) == [str(i) for i in columns]
    assert (part.shown["row"], part.total["position"]) == (len(rows), len(whole.tokens))
    assert check(part, "matches_output").verdict == "ok"


@pytest.mark.parametrize(
    ("wrong", "code"), [({"layers": [5]}, "layer_out_of_range"), ({"positions": [99]}, "position_out_of_range")]
)
def test_rows_and_positions_that_do_not_exist(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as caught:
        call(ID, load_tiny("gpt2"), **wrong)
    assert caught.value.code == code


@pytest.mark.parametrize("family", ["gpt2", "llama", "gpt_neox", "mixtral"])
def test_what_the_model_writes_is_decoded_like_what_it_reads(family: str) -> None:
    model = load_tiny(family)
    grown = call(ID, model, new_tokens=6, targets=[])
    ids, since = [token.id for token in grown.tokens], grown.facts["generated_from"]
    assert ids[:since] == model.tokenize(PROMPT).ids
    assert 1 <= len(ids) - since <= 6
    for position in range(since - 1, len(ids) - 1):
        assert values(grown, "topk_ids")[-1, position, 0] == ids[position + 1], "always the likeliest token"
    x = model.run(ids).resid
    np.testing.assert_array_equal(values(grown, "topk_logit"), model.unembedding.logits(x).topk(5).values)
    assert check(grown, "matches_output").verdict == "ok"


def test_a_written_text_is_that_text_token_for_token() -> None:
    """Words of one token each come back from reading the text, so the same ids can be asked about as a prompt."""
    model, prompt = induction_model(), "w5 w9 w3 w5"
    grown = call(ID, model, prompt, new_tokens=5, targets=["w9"])
    text = " ".join([prompt, *(token.text.strip() for token in grown.tokens[grown.facts["generated_from"] :])])
    plain = call(ID, model, text, targets=["w9"])
    assert [token.id for token in grown.tokens] == [token.id for token in plain.tokens]
    for name, array in plain.arrays.items():
        np.testing.assert_array_equal(values(grown, name), array.values, err_msg=name)
    assert text.startswith("w5 w9 w3 w5 w9 w3 w5")


@pytest.mark.parametrize("site", ["resid_pre", "resid_mid", "attn_out", "mlp_out"])
def test_grids_of_a_text_being_written_grow(site: Any) -> None:
    model, listener = load_tiny("llama"), Listener()
    params = LogitLensParams(prompt=PROMPT, new_tokens=10, site=site, layers=[0, 2], positions="all")
    whole = logit_lens.function(model, params, listener)
    since = whole.facts["generated_from"]
    assert [len(partial.tokens) for partial in listener.partials] == [since, since + 4, since + 8]
    assert [done for done, total in listener.heard if total == 10] == list(range(10))
    for partial in listener.partials:
        shown = len(partial.tokens)
        for name in ("probability", "entropy", "kl", "norm", "topk_logit"):
            np.testing.assert_allclose(values(partial, name), values(whole, name)[:, :shown], atol=1e-4, rtol=1e-4)
        np.testing.assert_array_equal(values(partial, "topk_ids"), values(whole, "topk_ids")[:, :shown])
        assert partial.facts["generated_from"] == since
        assert not partial.checks


def test_only_positions_that_are_wanted_are_sent() -> None:
    model, listener = load_tiny("gpt2"), Listener()
    since = len(model.tokenize(PROMPT).ids)
    wanted = [1, since + 2, since + 6]
    params = LogitLensParams(prompt=PROMPT, new_tokens=9, positions=wanted)
    whole = logit_lens.function(model, params, listener)
    assert whole.coords["position"] == [str(position) for position in wanted]
    assert [partial.coords["position"] for partial in listener.partials] == [
        ["1"],
        ["1", str(since + 2)],
        [str(position) for position in wanted],
    ]


def test_writing_stops_when_nobody_waits() -> None:
    listener = Listener(patience=3)
    with pytest.raises(Cancelled):
        logit_lens.function(load_tiny("gpt2"), LogitLensParams(prompt=PROMPT, new_tokens=40), listener)
    assert len(listener.heard) == 4


def test_the_context_has_an_end() -> None:
    model = load_tiny("gpt2")
    tokens, context = len(model.tokenize(PROMPT).ids), model.text.context
    with pytest.raises(Problem) as found:
        call(ID, model, PROMPT * (context // (2 * tokens)), new_tokens=256)
    assert found.value.code == "context_exceeded"
    room = found.value.changes["new_tokens"] if found.value.changes else 0
    assert f"reads at most {context}" in found.value.message
    assert 0 < room < 256
    assert f"at most {room} new tokens" in str(found.value.remedy)

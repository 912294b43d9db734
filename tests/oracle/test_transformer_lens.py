"""Agreement with TransformerLens, which computes everything on its own: one small GPT-2 in both, nothing downloaded.

`make oracle` installs the library apart from the environment and runs these; without it they are skipped.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stratascope.models.edit import Patch, values_at
from stratascope.models.model import Model
from stratascope.models.run import Run
from stratascope.models.sweep import Sweep
from stratascope.numerics.attention import Role, role_mask
from stratascope.numerics.vectors import relative_error
from tests.families import CONTEXT, HEADS, LAYERS, WIDTH, load_tiny
from tests.methods.call import PROMPT, call, values

pytest.importorskip("transformer_lens")

from transformer_lens import FactoredMatrix, HookedTransformer, HookedTransformerConfig, patching
from transformer_lens.head_detector import detect_head
from transformer_lens.pretrained.weight_conversions.gpt2 import convert_gpt2_weights

REPEATED = [1, *range(20, 40), *range(20, 40)]
TARGET, DISTRACTOR = 41, 77


@cache
def hooked(folded: bool) -> Any:
    """The tiny GPT-2 as the library's own model; `folded` with the norms' gains in the weights behind them."""
    network = load_tiny("gpt2").network
    config = HookedTransformerConfig(
        n_layers=LAYERS, d_model=WIDTH, n_ctx=CONTEXT, d_head=WIDTH // HEADS, n_heads=HEADS, d_mlp=4 * WIDTH,
        d_vocab=network.config.vocab_size, act_fn="gelu_new", normalization_type="LN", eps=1e-5, device="cpu",
        default_prepend_bos=False, use_attn_result=True, dtype=torch.float32,
    )  # fmt: skip
    found = HookedTransformer(config)
    weights = {name: weight.clone() for name, weight in convert_gpt2_weights(network, found.cfg).items()}
    found.load_and_process_state_dict(
        weights, fold_ln=folded, center_writing_weights=False, center_unembed=False, fold_value_biases=False
    )
    return found.eval().requires_grad_(False)


@torch.no_grad()
def both(ids: list[int], folded: bool = False) -> tuple[Model, Run, Tensor, Any]:
    """Our model and its captured run; the library's logits [position, vocabulary] and its cache."""
    model = load_tiny("gpt2")
    logits, found = hooked(folded).run_with_cache(torch.tensor([ids]), remove_batch_dim=True)
    return model, model.run(ids), logits.reshape(len(ids), -1), found


def prompt_ids() -> list[int]:
    return load_tiny("gpt2").tokenize(PROMPT).ids


@pytest.mark.parametrize("folded", [False, True])
def test_the_logits_are_the_same(folded: bool) -> None:
    _, run, logits, _ = both(prompt_ids(), folded)
    assert relative_error(run.logits(), logits) < 1e-5


def test_the_stream_is_the_same_in_every_row_and_between_the_parts() -> None:
    model, run, _, found = both(prompt_ids())
    for layer in range(model.layers):
        middle = run.resid_mid(layer)
        assert middle is not None
        assert relative_error(run.resid[layer], found["resid_pre", layer]) < 1e-5
        assert relative_error(middle, found["resid_mid", layer]) < 1e-5
        assert relative_error(run.resid[layer + 1], found["resid_post", layer]) < 1e-5
        assert relative_error(run.attn_out[layer], found["attn_out", layer]) < 1e-5
        assert relative_error(run.mlp_out[layer], found["mlp_out", layer]) < 1e-5


def test_patterns_values_and_what_heads_read_are_the_same() -> None:
    model, run, _, found = both(prompt_ids())
    for layer in range(model.layers):
        torch.testing.assert_close(run.pattern(layer), found["pattern", layer], atol=1e-5, rtol=0)
        torch.testing.assert_close(run.z(layer), found["z", layer], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(run.value(layer).transpose(0, 1), found["v", layer], atol=1e-5, rtol=1e-4)


def test_scores_before_the_softmax_are_the_same() -> None:
    _, _, _, found = both(prompt_ids())
    shown = values(call("attention/attention-pattern", load_tiny("gpt2"), view="logits"), "pattern")
    for layer in range(LAYERS):
        own = found["attn_scores", layer].numpy()
        seen = np.tril(np.ones(own.shape[-2:], dtype=bool))
        np.testing.assert_allclose(shown[layer][:, seen], own[:, seen], atol=1e-4, rtol=1e-4)
        assert np.isnan(shown[layer][:, ~seen]).all()


def test_heads_write_the_same_into_the_stream() -> None:
    model, run, _, found = both(prompt_ids())
    stack = found.stack_head_results(layer=-1).reshape(LAYERS, HEADS, len(run.ids), WIDTH)
    for layer in range(model.layers):
        assert relative_error(model.head_output(run, layer), stack[layer]) < 1e-5
        bias = model.head_bias(layer, run)
        assert bias is not None
        torch.testing.assert_close(bias.expand(WIDTH), hooked(False).b_O[layer], atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_every_row_decodes_to_the_same_logits() -> None:
    model, run, _, found = both(prompt_ids())
    rows = found.accumulated_resid(layer=-1, incl_mid=False)
    assert len(rows) == model.layers + 1
    for row, stream in enumerate(rows):
        own = hooked(False).unembed(hooked(False).ln_final(stream[None]))[0]
        assert relative_error(model.unembedding.logits(run.resid[row]), own) < 1e-5


@pytest.mark.parametrize("position", [-1, 3])
def test_direct_logit_attribution_is_the_same_for_every_head_and_layer(position: int) -> None:
    """`logit_attrs`, which takes the parts through the final norm with its scale held fixed (`apply_ln_to_stack`)."""
    result = call(
        "lens/direct-logit-attribution",
        load_tiny("gpt2"),
        target_id=TARGET,
        distractor_id=DISTRACTOR,
        position=position,
    )
    _, _, _, found = both(prompt_ids(), folded=True)

    def attributed(stack: Tensor) -> np.ndarray:
        options = {"pos_slice": position, "has_batch_dim": False}
        own: np.ndarray = found.logit_attrs(stack, TARGET, DISTRACTOR, **options).numpy()
        return own

    heads = attributed(found.stack_head_results(layer=-1, pos_slice=position)).reshape(LAYERS, HEADS)
    attention = attributed(found.decompose_resid(layer=-1, mode="attn", incl_embeds=False, pos_slice=position))
    mlp = attributed(found.decompose_resid(layer=-1, mode="mlp", incl_embeds=False, pos_slice=position))
    embedded = attributed(found.decompose_resid(layer=0, pos_slice=position)).sum()
    size = np.abs(heads).max()
    np.testing.assert_allclose(values(result, "head"), heads, atol=1e-5 * size, rtol=1e-4)
    np.testing.assert_allclose(values(result, "attention"), attention, atol=1e-5 * size, rtol=1e-4)
    np.testing.assert_allclose(values(result, "mlp"), mlp, atol=1e-5 * size, rtol=1e-4)
    assert result.facts["embedding"] == pytest.approx(float(embedded), abs=1e-4)


@pytest.mark.parametrize("role", ["previous_token", "duplicate_token", "induction"])
@pytest.mark.parametrize("excluded", [False, True])
def test_head_roles_are_those_of_the_head_detector(role: Role, excluded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its score is the share of all attention on the role's targets, rows without a target included."""
    model, run, _, found = both(REPEATED)
    monkeypatch.setattr(hooked(False), "to_tokens", lambda text: torch.tensor([REPEATED]))
    own = detect_head(
        hooked(False), "", f"{role}_head", cache=found, exclude_bos=excluded, exclude_current_token=excluded
    )
    mask = role_mask(torch.tensor(REPEATED), role)
    for layer in range(model.layers):
        pattern = run.pattern(layer).clone()
        if excluded:
            pattern[..., 0] = 0.0
            pattern.diagonal(dim1=-2, dim2=-1).zero_()
        shares = (pattern * mask).sum((-2, -1)) / pattern.sum((-2, -1))
        torch.testing.assert_close(shares, own[layer], atol=1e-5, rtol=0)


@torch.no_grad()
def test_copying_scores_are_those_of_its_eigenvalues() -> None:
    scores = values(call("attention/copying-score", load_tiny("gpt2"), measure="eigen", embedding="raw"), "copying")
    own = hooked(True)
    for layer in range(LAYERS):
        for head in range(HEADS):
            read = FactoredMatrix(own.W_E @ own.W_V[layer, head], own.W_O[layer, head] @ own.W_U)
            spectrum = read.eigenvalues
            score = float(spectrum.sum().real / spectrum.abs().sum())
            assert float(scores[layer, head]) == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize("site", ["resid_pre", "attn_out", "mlp_out"])
@torch.no_grad()
def test_patching_every_cell_gives_the_same(site: Any) -> None:
    ids, other = prompt_ids(), prompt_ids()[::-1]
    model = load_tiny("gpt2")
    base, source = model.run(ids), model.run(other)
    network, (_, cache) = hooked(folded=False), hooked(folded=False).run_with_cache(torch.tensor([other]))
    patch = {
        "resid_pre": patching.get_act_patch_resid_pre,
        "attn_out": patching.get_act_patch_attn_out,
        "mlp_out": patching.get_act_patch_mlp_out,
    }[site]
    expected = patch(
        network, torch.tensor([ids]), cache, lambda logits: logits[0, -1, TARGET] - logits[0, -1, DISTRACTOR]
    )
    given = values_at(source, site)
    cells = [(layer, position) for layer in range(LAYERS) for position in range(len(ids))]
    patches = [Patch(layer, [position], given[layer, position][None]) for layer, position in cells]
    found = torch.empty(len(cells))
    for numbers, stream in Sweep(model, base).outcomes(site, patches, len(ids) - 1):
        logits = model.unembedding.project(stream, [TARGET, DISTRACTOR])
        found[numbers] = logits[:, 0] - logits[:, 1]
    assert (found.view(LAYERS, -1) - expected).abs().max() <= 1e-4
    assert float(expected.std()) > 0.01, "patches do something"

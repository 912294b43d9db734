"""Agreement with the `tuned-lens` library: the same translators, read by its own forward pass, in the families it knows.

It ignores softcaps and logit scales, so only families without them are compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.families import load_tiny
from tests.lenses import write_lens
from tests.methods.call import PROMPT, call, values

pytest.importorskip("tuned_lens")

from tuned_lens.nn.lenses import LogitLens, TunedLens

families = pytest.mark.parametrize("family", ["gpt2", "llama"])


@families
@torch.no_grad()
def test_every_row_of_a_trained_lens_is_the_same(family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny(family)
    monkeypatch.setattr(model, "lenses", tmp_path)
    weights = load_file(write_lens(tmp_path / "drawn", model, 0.2) / "params.safetensors")
    theirs: Any = TunedLens.from_model(model.network)
    theirs.layer_translators.load_state_dict(weights)
    run = model.run(model.tokenize(PROMPT).ids)
    expected = torch.stack([theirs(run.resid[row], row) for row in range(model.layers)])
    result = call("lens/tuned-lens", model, top_k=7, target_ids=[40, 5])
    np.testing.assert_allclose(values(result, "target_logprob")[:-1], expected.log_softmax(-1)[..., [40, 5]], atol=1e-4)
    np.testing.assert_allclose(values(result, "topk_logit")[:-1], expected.topk(7).values, atol=1e-4, rtol=1e-4)


@families
@torch.no_grad()
def test_every_row_of_the_logit_lens_is_the_same(family: str) -> None:
    model = load_tiny(family)
    theirs: Any = LogitLens.from_model(model.network)
    run = model.run(model.tokenize(PROMPT).ids)
    expected = torch.stack([theirs(run.resid[row], row) for row in range(model.layers + 1)])
    result = call("lens/logit-lens", model, target_ids=[40])
    np.testing.assert_allclose(values(result, "target_logprob")[..., 0], expected.log_softmax(-1)[..., 40], atol=1e-4)


@families
def test_an_unembedding_has_the_same_name(family: str) -> None:
    model = load_tiny(family)
    theirs: Any = LogitLens.from_model(model.network)
    assert theirs.unembed.unembedding_hash() == model.unembedding.printed_sha256

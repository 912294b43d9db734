"""The cost of skips: rows in any order, means over the counted tokens, and nothing for nothing."""

import pytest
import torch

from stratascope.models import skip
from stratascope.models.skip import Row, Skip, Skipping
from stratascope.models.skip_cost import skip_cost
from tests.families import load_tiny

IDS = [5, 9, 4, 7, 6, 3, 8]


def test_rows_keep_their_order_however_they_are_batched(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_tiny("gpt2")
    run, kept = model.run(IDS), [1, 2, 5]
    rows: list[Row] = [[Skip(3)], [], [Skip(0, "mlp")], [Skip(2, "attn", [1, 2])], [Skip(1)]]
    skipping = Skipping(model, run)
    monkeypatch.setattr(skip, "MOST_ROWS", 2)
    found = skip_cost(model, skipping, rows, kept)
    own = run.logits().log_softmax(-1)
    following = torch.tensor([IDS[t + 1] for t in kept])[:, None]
    for i, row in enumerate(rows):
        other = model.unembedding.logits(skipping.stream([row])[0]).log_softmax(-1)
        kl = (own.exp() * (own - other)).sum(-1)[kept].mean()
        delta = (own - other)[kept].gather(1, following).mean()
        assert float(found.kl[i]) == pytest.approx(float(kl), rel=1e-3, abs=1e-6)
        assert float(found.delta_nll[i]) == pytest.approx(float(delta), rel=1e-3, abs=1e-5)
    assert float(found.kl[1]) == pytest.approx(0.0, abs=1e-6)
    assert float(found.kl[0]) > 1e-3


def test_the_last_token_has_no_next_one() -> None:
    model = load_tiny("gpt2")
    found = skip_cost(model, Skipping(model, model.run(IDS)), [[Skip(1)]], [len(IDS) - 1])
    assert bool(found.delta_nll.isnan().all())
    assert bool(found.kl.isfinite().all())

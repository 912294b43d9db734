"""PPL sparsity: the budget is kept, the next step would break it."""

import numpy as np
import pytest

from stratascope.models.labelled_prompts import labelled_prompts
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.methods.call import call, check, specimen, values

METHOD = "activations/ppl-sparsity"
TEXTS = ["the capital of france is paris and the cat", "one model reads the capital of london"] * 6


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "gpt_neox"])
def test_the_budget_is_kept_and_a_little_more_loss_breaks_it(family: str) -> None:
    result = call(METHOD, load_tiny(family), "", prompts=TEXTS, ppl_increase_p=5.0)
    losses, ratios = values(result, "tried_cett"), values(result, "tried_ppl")
    chosen = int(np.argmin(np.abs(losses - result.facts["cett"])))
    assert result.facts["ppl_ratio"] == pytest.approx(float(ratios[chosen]))
    assert ratios[chosen] <= 1.05
    if losses[chosen] < 1:
        assert ratios[chosen + 1] > 1.05
        assert losses[chosen + 1] - losses[chosen] < 1e-3
    assert (losses[0], ratios[0]) == (0.0, pytest.approx(1.0, abs=1e-5))
    assert check(result, "same_without_pruning").verdict == "ok"


def test_a_short_prompt_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        call(METHOD, load_tiny("gpt2"), "the cat")
    assert refused.value.code == "not_enough_samples"


def test_the_bundled_model_needs_about_a_tenth_at_ten_percent() -> None:
    texts = [item.prompt for item in labelled_prompts("icl", "prompts")[:6]]
    found = call(METHOD, specimen(), "", prompts=texts, ppl_increase_p=10.0)
    needed = values(found, "value")[0]
    assert needed.mean() < 0.15
    assert needed[3:].max() < needed[:2].min()
    assert 1.05 < found.facts["ppl_ratio"] <= 1.1
    again = call("activations/cett-sparsity", specimen(), "", prompts=texts, cett=found.facts["cett"])
    assert values(again, "value")[0] == pytest.approx(needed, abs=0.005)
    assert again.facts["ppl_ratio"] == pytest.approx(found.facts["ppl_ratio"], abs=0.005)

"""From current to next token: the library's own vectors, planted models, the bigram reference, and the specimen's crossing."""

from typing import Any

import numpy as np
import pytest
import torch

from stratascope.problem import Problem
from stratascope.specimen.prompt_sets.reading import read_set
from stratascope.specimen.prompts import bundle_path
from tests.cases import small
from tests.families import FAMILIES, load_tiny
from tests.methods.call import call, check, specimen, values
from tests.methods.lens.oracle import lens_logits
from tests.planted import induction_model, still_model

ID = "lens/current-to-next"
TEXTS = small(ID)["prompts"]


@pytest.mark.parametrize("family", FAMILIES)
def test_probabilities_are_the_librarys(family: str) -> None:
    model = load_tiny(family)
    result = call(ID, model, prompts=TEXTS, space="lens", bigram=False)
    expected = []
    for text in TEXTS:
        read = model.tokenize(text)
        since = int(read.tokens[0].special)
        ids = torch.tensor(read.ids)
        p = lens_logits(model, read.ids).softmax(-1)
        own = torch.stack([p[:, t, ids[t]] for t in range(since, len(ids))]).mean(0)
        following = torch.stack([p[:, t, ids[t + 1]] for t in range(since, len(ids) - 1)]).mean(0)
        expected.append(torch.stack([own, following]))
    np.testing.assert_allclose(values(result, "by_prompt"), torch.stack(expected), atol=1e-5)
    np.testing.assert_allclose(values(result, "mean"), torch.stack(expected).mean(0), atol=1e-5)
    assert check(result, "matches_output").verdict == "ok"


def test_without_layers_the_stream_is_the_token_at_every_row() -> None:
    """Tied embeddings and rotary positions: before the mean is taken away the cosine with the token is exactly one."""
    result = call(ID, still_model("llama"), prompts=TEXTS, center=False)
    np.testing.assert_allclose(values(result, "mean")[0], 1.0, atol=1e-5)
    assert check(result, "token_at_the_start").control < 0.9


@torch.no_grad()
def test_cosines_by_hand() -> None:
    model = load_tiny("llama")
    found = values(call(ID, model, prompts=TEXTS), "mean")
    runs = [model.run_of(model.tokenize(text)) for text in TEXTS]
    kept = [run.resid[:, 1:].double() for run in runs]
    centre = torch.cat(kept, 1).mean(1)
    embedding = model.network.get_input_embeddings().weight.double()
    current = [torch.nn.functional.cosine_similarity(x - centre[:, None], embedding[run.ids[1:]][None], dim=-1).mean(1)
               for x, run in zip(kept, runs, strict=True)]  # fmt: skip
    following = [torch.nn.functional.cosine_similarity(
        x - centre[:, None], model.unembedding.weight.double()[run.logits()[1:].argmax(-1)][None], dim=-1).mean(1)
        for x, run in zip(kept, runs, strict=True)]  # fmt: skip
    np.testing.assert_allclose(found[0], torch.stack(current).mean(0), atol=1e-5)
    np.testing.assert_allclose(found[1], torch.stack(following).mean(0), atol=1e-5)


def test_a_model_that_looks_at_nothing_else_is_its_own_bigram() -> None:
    result = call(ID, still_model("llama"), prompts=TEXTS, space="lens")
    np.testing.assert_allclose(values(result, "mean")[2], 0.0, atol=1e-6)
    assert check(result, "js_bound").verdict == "ok"


def test_planted_induction_turns_from_the_token_to_the_next_in_its_last_layer() -> None:
    """Tokens that repeat: the last layer puts the token that followed before on top."""
    words = " ".join(f"w{1 + i % 20}" for i in range(100))
    result = call(ID, induction_model(), prompts=[words], space="lens")
    current, following = values(result, "mean")[:2]
    assert following[-1] > current[-1]
    assert current[0] > following[0]
    assert result.facts["switch_row"] == 2


@pytest.mark.parametrize("params", [{}, {"prompts": ["the cat", "one cat"]}])
def test_too_few_tokens_are_refused_with_a_set_to_read(params: dict[str, Any]) -> None:
    with pytest.raises(Problem) as found:
        call(ID, load_tiny("gpt2"), **params)
    assert found.value.code == "not_enough_samples"
    assert "needs at least 512 tokens in total" in found.value.message
    assert found.value.changes == {"prompts_from": "language"}


def test_fewer_tokens_than_wanted_are_warned_about() -> None:
    assert "tokens are few" in call(ID, load_tiny("gpt2"), prompts=TEXTS).warnings[0]


def test_the_specimen_turns_to_the_next_token_at_row_three() -> None:
    """Forty-five clauses: cosine with the token 0.78 at the embedding and 0.06 at the output, with the answer 0 and 0.49."""
    texts = [item["prompt"] for item in read_set(bundle_path(), "language")[:45]]
    result = call(ID, specimen(), prompts=texts)
    current, following, bigram = values(result, "mean")
    assert (current[0], current[-1]) == (pytest.approx(0.78, abs=0.04), pytest.approx(0.06, abs=0.04))
    assert (following[0], following[-1]) == (pytest.approx(-0.01, abs=0.04), pytest.approx(0.49, abs=0.05))
    assert result.facts["switch_row"] == 3
    tuned = call(ID, specimen(), prompts=texts, lens="tuned")
    assert tuned.facts["closest_to_bigram"] == 0
    assert float(values(tuned, "mean")[2, 0]) < float(bigram[0]) - 0.1

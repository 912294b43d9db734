"""A prompt and its answer: greedy, within the context, and read as one text."""

import pytest
import torch

from stratascope.models.response import with_response
from stratascope.problem import Problem
from tests.families import CONTEXT, load_tiny
from tests.methods.call import PROMPT


@pytest.mark.parametrize("family", ["gpt2", "gemma2", "mixtral"])
def test_the_answer_is_the_likeliest_next_token_each_time(family: str) -> None:
    model = load_tiny(family)
    prompt = model.tokenize(PROMPT)
    found = with_response(model, prompt, 6, "max_new_tokens")
    ids = list(prompt.ids)
    assert found.ids[: len(ids)] == ids
    for token in found.ids[len(ids) :]:
        with torch.no_grad():
            logits = model.network(input_ids=torch.tensor([ids])).logits[0, -1]
        assert token == int(logits.argmax())
        ids.append(token)
    assert len(found.tokens) == len(found.ids)
    assert found.text.startswith(prompt.text)


def test_what_does_not_fit_is_refused_with_what_does() -> None:
    model = load_tiny("gpt2")
    prompt = model.tokenize(PROMPT)
    room = CONTEXT - len(prompt.ids)
    with pytest.raises(Problem) as found:
        with_response(model, prompt, room + 1, "decode_tokens")
    assert found.value.changes == {"decode_tokens": room}
    full = model.text.describe([5] * CONTEXT)
    with pytest.raises(Problem) as found:
        with_response(model, full, 1, "decode_tokens")
    assert found.value.remedy == "Shorten the prompt"

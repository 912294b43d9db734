"""Prompts with answers: where the answer begins, however it came."""

import pytest
import torch

from stratascope.method import PromptParams
from stratascope.models.answered import answered
from stratascope.problem import Problem
from tests.families import load_tiny
from tests.planted import golden_model


def test_a_given_answer_begins_behind_the_prompt() -> None:
    model = load_tiny("gpt2")
    tokens, since = answered(model, PromptParams(prompt="the cat"), " sat on", 0)
    assert tokens.ids == model.tokenize("the cat sat on").ids
    assert since is not None
    assert "".join(token.text for token in tokens.tokens[since:]) == " sat on"


def test_a_token_across_the_border_belongs_to_the_answer() -> None:
    model = golden_model()
    tokens, since = answered(model, PromptParams(prompt="w5 w1"), "2 w3", 0)
    assert [token.text for token in tokens.tokens] == ["<s>", "w5", "w12", "w3"]
    assert since == 2


def test_the_model_answers_by_itself() -> None:
    model = load_tiny("gpt2")
    prompt = model.tokenize("the cat").ids
    tokens, since = answered(model, PromptParams(prompt="the cat"), "", 4)
    assert (tokens.ids[:since], since) == (prompt, len(prompt))
    logits = model.network(input_ids=torch.tensor([prompt])).logits[0, -1]
    assert tokens.ids[len(prompt)] == int(logits.argmax())


def test_no_answer_is_none_and_two_are_refused() -> None:
    model = load_tiny("gpt2")
    assert answered(model, PromptParams(prompt="the cat"), "", 0)[1] is None
    with pytest.raises(Problem, match="not both"):
        answered(model, PromptParams(prompt="the cat"), " sat", 3)


def test_behind_messages_the_answer_has_no_marker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    model = golden_model()
    monkeypatch.setattr(model.tokenizer, "chat_template", "{% for m in messages %}{{ m.content }} {% endfor %}")
    asked = PromptParams.model_validate({"messages": [{"role": "user", "content": "w5 w9"}]})
    tokens, since = answered(model, asked, "w3 w4", 0)
    assert [token.text for token in tokens.tokens] == ["w5", "w9", "w3", "w4"]
    assert since == 2

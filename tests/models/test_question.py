"""Which tokens a question is about."""

import pytest
import torch

from stratascope.models.question import likeliest, named_tokens
from stratascope.problem import Problem
from tests.planted import WORDS, golden_model


def test_tokens_by_text_by_id_and_not_at_all() -> None:
    model = golden_model()
    assert named_tokens(model, "answer", "w5", None) == [5]
    assert named_tokens(model, "answer", ["w5", "w7"], None) == [5, 7]
    assert named_tokens(model, "answer", None, 9) == [9]
    assert named_tokens(model, "answer", None, [9, 3]) == [9, 3]
    assert named_tokens(model, "answer", None, None) == []


@pytest.mark.parametrize(
    ("texts", "ids", "code", "field"),
    [
        ("w5", 5, "bad_parameter", "foil"),
        (None, [3, WORDS], "bad_parameter", "foil_id"),
        (["w5", "w5 w6"], None, "token_not_single", "foil"),
        (["w5", "w7", "w5"], None, "same_token", "foil"),
        (None, [9, 3, 9], "same_token", "foil_id"),
    ],
)
def test_refusals_name_the_field(texts: object, ids: object, code: str, field: str) -> None:
    with pytest.raises(Problem) as caught:
        named_tokens(golden_model(), "foil", texts, ids)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == (code, field)


def test_the_likeliest_besides_some() -> None:
    logits = torch.tensor([0.0, 3.0, 2.0, 1.0])
    assert likeliest(logits) == 1
    assert likeliest(logits, besides=[1, 2]) == 3
    assert likeliest(logits, besides=[1, 2, 3]) == 0

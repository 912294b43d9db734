"""What is measured when a model is loaded, with the limits it is judged by."""

from __future__ import annotations

import pytest
from tokenizers import normalizers

from stratascope.models.tokens import TextReader
from tests.families import FAMILIES, byte_level, load_tiny


@pytest.mark.parametrize("family", FAMILIES)
def test_every_number_has_a_limit_and_keeps_it(family: str) -> None:
    model = load_tiny(family)
    fidelity = model.fidelity
    for name, limit in fidelity.limits.items():
        value = getattr(fidelity, name)
        if name == "neuron_error" and value is None:
            assert "neurons" in model.missing
        else:
            assert value <= limit, name
    assert fidelity.round_trip_texts > 100
    assert fidelity.probe_tokens > 0
    assert fidelity.measured


def test_a_text_that_is_not_read_as_written_does_not_come_back() -> None:
    from transformers import PreTrainedTokenizerFast

    def reader(lower: bool) -> TextReader:
        tokenizer = byte_level()
        if lower:
            tokenizer.normalizer = normalizers.Lowercase()
        return TextReader("m", PreTrainedTokenizerFast(tokenizer_object=tokenizer), 64, tokenizer.get_vocab_size())

    assert reader(lower=False).returns(" Paris")
    assert not reader(lower=True).returns(" Paris")
    assert reader(lower=True).returns(" paris")

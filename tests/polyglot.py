"""A model whose tokens are words of many scripts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.planted import connected

if TYPE_CHECKING:
    from stratascope.models.model import Model

WORDS = ("<s>", "book", "livre", "дом", "книга", "語", "ご飯", "책", "42", "aб", "λόγος", "ไทย", "كتاب", "किताब", "ספר")


@cache
def polyglot(says: str | None = None) -> Model:
    """A small random model with one token per word, of many scripts; or one that says this word whatever it reads.

    Saying the empty word, it finds all tokens equally likely.
    """
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    network = GPT2LMHeadModel(GPT2Config(vocab_size=16, n_positions=32, n_embd=16, n_layer=2, n_head=2)).eval()
    if says is not None:
        norm = network.transformer.ln_f
        norm.weight.data.zero_()
        if says:
            norm.bias.data.copy_(network.transformer.wte.weight[WORDS.index(says)] * 1e5)
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<s>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return connected("polyglot", network, tokenizer)

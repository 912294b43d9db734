"""The network the tables measure: GPT-2-small-sized, with seeded random weights, built without any download."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from stratascope.models.model import Model

WIDTH, LAYERS, VOCABULARY, CONTEXT = 768, 12, 50257, 1024


def save_gpt2_small(folder: Path) -> Path:
    """A Hugging Face folder (config, safetensors, a word-level tokenizer of `w0 w1 …`)."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    if not (folder / "tokenizer.json").exists():
        torch.manual_seed(0)
        config = GPT2Config(
            vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=WIDTH, n_layer=LAYERS, n_head=12, initializer_range=0.05
        )
        GPT2LMHeadModel(config).save_pretrained(folder)
        words = Tokenizer(models.WordLevel({f"w{i}": i for i in range(VOCABULARY)}, unk_token="w0"))
        words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
        PreTrainedTokenizerFast(tokenizer_object=words, unk_token="w0").save_pretrained(folder)
    return folder


def ids(length: int, seed: int = 1) -> torch.Tensor:
    """Seeded token ids [position]."""
    return torch.randint(0, VOCABULARY, (length,), generator=torch.Generator().manual_seed(seed))


@cache
def bare(folder: Path) -> PreTrainedModel:
    """The network as the library loads it, fused attention, nothing of ours near it."""
    from transformers import AutoModelForCausalLM

    network = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="sdpa", dtype=torch.float32)
    return network.eval().requires_grad_(False)


@cache
def ours(folder: Path) -> Model:
    """The same network as a Stratascope model."""
    from stratascope.models.library import Library
    from stratascope.models.load import load

    return load(Library((), {}).add(folder))

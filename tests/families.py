"""Tiny random models of every family, made from configurations: nothing is downloaded and nothing is trained.

Importing this module does not import torch.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel

    from stratascope.models.model import Model

FAMILIES: tuple[str, ...] = (
    "gpt2", "gpt_neox", "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "olmo2", "phi3", "olmoe", "mixtral",
)  # fmt: skip

LAYERS, HEADS, WIDTH, CONTEXT = 4, 4, 32, 64
SENTENCEPIECE = frozenset({"llama", "mistral", "gemma2", "gemma3_text", "phi3"})
"""Families whose tiny models come with a sentencepiece-like tokenizer; the others have a byte-level one."""

_WORDS = (
    "the",
    "capital",
    "of",
    "is",
    "paris",
    "and",
    "cat",
    "sat",
    "on",
    "one",
    "Paris",
    "London",
    "The",
    "model",
    "reads",
)
_SIZES: dict[str, Any] = {
    "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": 2,
    "intermediate_size": 48, "max_position_embeddings": CONTEXT, "initializer_range": 0.3,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
_ALTERNATING = ["sliding_attention", "full_attention"] * (LAYERS // 2)
_OWN: dict[str, dict[str, Any]] = {
    "gpt2": {"num_key_value_heads": HEADS},
    "gpt_neox": {"num_key_value_heads": HEADS, "attention_bias": True},
    "mistral": {"sliding_window": 5},
    "gemma2": {"head_dim": 8, "query_pre_attn_scalar": 8, "sliding_window": 5, "final_logit_softcapping": 3.0},
    "gemma3_text": {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 5, "layer_types": _ALTERNATING},
    "olmo2": {"attention_bias": True},
    "olmoe": {"num_experts": 8, "num_experts_per_tok": 2},
    "mixtral": {"num_local_experts": 4, "num_experts_per_tok": 2},
}


def tiny(family: str, seed: int = 0, **config: Any) -> tuple[PreTrainedModel, Tokenizer]:
    """A random network of a family (or of any model type) in evaluation mode, with a tokenizer for it.

    Norm weights and biases are moved off their initial values, so that every one of them matters to the numbers.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    tokenizer = sentencepiece() if family in SENTENCEPIECE else byte_level()
    options = {**_SIZES, "vocab_size": tokenizer.get_vocab_size(), **_OWN.get(family, {}), **config}
    torch.set_num_threads(1)  # these models are far too small for two
    torch.manual_seed(seed)
    network = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **options), dtype=torch.float32)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim == 1:
                parameter += 0.2 * torch.randn_like(parameter)
    return network.eval().requires_grad_(False), tokenizer


def save_tiny(family: str, folder: Path, seed: int = 0, **config: Any) -> Path:
    """Write such a model as a folder: config.json, model.safetensors and a fast tokenizer."""
    network, tokenizer = tiny(family, seed, **config)
    folder.mkdir(parents=True, exist_ok=True)
    network.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    markers = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(markers), encoding="utf-8")
    return folder


@cache
def load_tiny(family: str) -> Model:
    """The tiny model of a family, saved and loaded the way a folder of an operator is. Shared by all tests of a process."""
    from stratascope.models.load import load

    with tempfile.TemporaryDirectory() as folder:
        return load(entry_of(save_tiny(family, Path(folder) / family)))


def entry_of(folder: Path) -> Any:
    """The library's entry for one folder."""
    from stratascope.models.library import Library

    return Library((folder.parent,), bundle=folder / "none").find(folder.name)


def byte_level() -> Tokenizer:
    """Byte-level BPE that adds no marker of its own, with three markers, all bytes and a few words."""
    from tokenizers import decoders, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = _bpe(alphabet, "Ġ")
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def sentencepiece() -> Tokenizer:
    """BPE over characters with ▁ for spaces and a token for every byte, which puts <s> in front of every text."""
    from tokenizers import decoders, normalizers, processors

    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    letters = [chr(code) for code in range(0x21, 0x7F)]
    tokenizer = _bpe([*bytes_, "▁", *letters], "▁", unk_token="<pad>", byte_fallback=True, fuse_unk=True)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def _bpe(alphabet: list[str], space: str, **options: Any) -> Tokenizer:
    from tokenizers import AddedToken, Tokenizer, models

    pieces, merges = ["<pad>", "<s>", "</s>", *alphabet], []
    for word in dict.fromkeys(space + word for word in _WORDS):
        left = word[0]
        for letter in word[1:]:
            if left + letter not in pieces:
                pieces.append(left + letter)
                merges.append((left, letter))
            left += letter
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, **options))
    tokenizer.add_special_tokens([AddedToken(marker, special=True) for marker in ("<pad>", "<s>", "</s>")])
    return tokenizer

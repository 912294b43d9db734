"""Models built by hand, whose every number is known before any method looks at them.

Importing this module does not import torch.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.families import byte_level, tiny

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor
    from transformers import PreTrainedModel

    from stratascope.models.model import Model

WORDS = 64
POSITIONS = 128
PREVIOUS_HEAD, INDUCTION_HEAD = (0, 0), (1, 1)
COPY_STRENGTH = 4.0
"""How strongly the planted induction head writes the token it reads."""


@cache
def induction_model() -> Model:
    """Attention only, two layers of two heads: head 0.0 looks at the token before, head 1.1 is an induction head.

    The stream holds three one-hot codes side by side: the token, the token before (written by head 0.0), the position.
    Head 1.1 matches its token against the codes of the tokens before, and writes the token it finds. The other two heads
    look everywhere equally and write nothing, and so do the MLPs.
    """
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    width = 2 * WORDS + POSITIONS
    config = GPT2Config(
        vocab_size=WORDS, n_positions=POSITIONS, n_embd=width, n_layer=2, n_head=2, n_inner=4,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    network = GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.transformer.wte.weight[:, :WORDS] = torch.eye(WORDS)
        network.transformer.wpe.weight[:, 2 * WORDS :] = torch.eye(POSITIONS)
        network.transformer.ln_f.weight.fill_(1.0)
        _plant_previous(network.transformer.h[0])
        _plant_induction(network.transformer.h[1])
    return connected("planted-induction", network, words(WORDS))


def _plant_previous(block: Any) -> None:
    """Head 0: query t carries its position, key s its position plus one; the value is the token, written beside it."""
    import torch

    head_width = POSITIONS
    query, key, value = _qkv(block)
    _transparent(block.ln_1, ones=2)
    query[2 * WORDS :, :head_width] = torch.eye(POSITIONS) * _sharpness(head_width)
    key[2 * WORDS : -1, 1:head_width] = torch.eye(POSITIONS - 1)
    value[:WORDS, :WORDS] = torch.eye(WORDS)
    block.attn.c_proj.weight[:WORDS, WORDS : 2 * WORDS] = torch.eye(WORDS)


def _plant_induction(block: Any) -> None:
    """Head 1: the query carries the token, the key the token before; the value is the token, written as the next one."""
    import torch

    head_width = POSITIONS
    query, key, value = _qkv(block)
    _transparent(block.ln_1, ones=3)
    inside = slice(head_width, head_width + WORDS)
    query[:WORDS, inside] = torch.eye(WORDS) * _sharpness(head_width)
    key[WORDS : 2 * WORDS, inside] = torch.eye(WORDS)
    value[:WORDS, inside] = torch.eye(WORDS)
    block.attn.c_proj.weight[inside, :WORDS] = torch.eye(WORDS) * COPY_STRENGTH


def _qkv(block: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Views of the three input matrices [width, heads · head width]."""
    weight: Tensor = block.attn.c_attn.weight
    query, key, value = weight.split(weight.shape[0], dim=1)
    return query, key, value


def _sharpness(head_width: int) -> float:
    """What makes a match score 20 above everything else after the division by √(head width)."""
    return 20.0 * float(head_width**0.5)


def _transparent(norm: Any, ones: int) -> None:
    """Weights with which a layer norm returns an input of this many ones among zeros unchanged."""
    width = norm.weight.shape[0]
    mean = ones / width
    norm.weight.fill_((mean - mean**2 + norm.eps) ** 0.5)
    norm.bias.fill_(mean)


@cache
def still_model(family: str = "gpt2") -> Model:
    """A random model of a family in which no attention and no MLP adds anything: every row of the stream is the embedding."""
    network, tokenizer = tiny(family)
    _silence(network, ("attn.c_proj", "mlp.c_proj", "self_attn.o_proj", "mlp.down_proj"))
    return connected(f"planted-still-{family}", network, tokenizer)


@cache
def one_head_model() -> Model:
    """A random GPT-2 in which head 1 of layer 2 is the only part that adds anything."""
    import torch

    network, tokenizer = tiny("gpt2")
    projection = network.transformer.h[2].attn.c_proj
    kept = projection.weight.detach().clone()
    _silence(network, ("attn.c_proj", "mlp.c_proj"))
    head_width = network.config.n_embd // network.config.n_head
    rows = slice(head_width, 2 * head_width)
    with torch.no_grad():
        projection.weight[rows] = kept[rows]
    return connected("planted-one-head", network, tokenizer)


def _silence(network: PreTrainedModel, parts: tuple[str, ...]) -> None:
    """Zero the weights and biases of every module whose name ends with one of these."""
    for name, module in network.named_modules():
        if name.endswith(parts):
            for parameter in module.parameters():
                parameter.detach().zero_()


@cache
def golden_model() -> Model:
    """A tiny GPT-2 whose weights come from a generator with a frozen stream, the same on every machine and version."""
    import numpy as np
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=WORDS, n_positions=POSITIONS, n_embd=16, n_layer=3, n_head=2, bos_token_id=0, eos_token_id=0
    )
    network = GPT2LMHeadModel(config).eval()
    stream = np.random.RandomState(20240601)  # its numbers are promised never to change
    with torch.no_grad():
        for name, parameter in sorted(network.named_parameters()):
            drawn = torch.from_numpy(stream.standard_normal(tuple(parameter.shape)).astype("float32"))
            gain = name.endswith(("ln_1.weight", "ln_2.weight", "ln_f.weight"))
            parameter.copy_(1.0 + 0.1 * drawn if gain else 0.3 * drawn)
    return connected("golden", network, words(WORDS))


def words(count: int) -> Tokenizer:
    """One token per word: <s> is 0, then w1, w2, …"""
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

    vocabulary = {"<s>": 0, **{f"w{i}": i for i in range(1, count)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<s>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([AddedToken("<s>", special=True)])
    return tokenizer


def connected(name: str, network: PreTrainedModel, tokenizer: Tokenizer | None = None) -> Model:
    """A network in memory as a model, read behind <s>."""
    from transformers import PreTrainedTokenizerFast

    from stratascope.models.library import ModelEntry
    from stratascope.models.load import assemble
    from stratascope.models.tokens import TextReader

    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer or byte_level(), bos_token="<s>")
    vocabulary = network.get_input_embeddings().weight.shape[0]
    context = network.config.max_position_embeddings
    text = TextReader(name, fast, context, vocabulary, bos=fast.bos_token_id, prepend_bos=True)
    return assemble(ModelEntry(id=name, path=Path(name), source="path"), network, text)

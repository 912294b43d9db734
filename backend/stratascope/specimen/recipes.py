"""Recipes: what each model of the bundle starts from, how it is updated, and what it reads."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers import GPT2Config, GPT2LMHeadModel, MixtralConfig, MixtralForCausalLM, PreTrainedModel

from stratascope.specimen.corpus import VOCABULARY_SIZE
from stratascope.specimen.families import FAMILIES, Family
from stratascope.specimen.optimization import training_optimizers, tuning_optimizers
from stratascope.specimen.packing import CURRICULUM, Lesson
from stratascope.specimen.sizes import ExpertSize, Size
from stratascope.specimen.subject import load_model
from stratascope.specimen.tokenizer import CONTEXT_LENGTH, END_OF_TEXT_ID, PADDING_ID

_TOKENS: dict[str, Any] = {
    "vocab_size": VOCABULARY_SIZE,
    "bos_token_id": END_OF_TEXT_ID,
    "eos_token_id": END_OF_TEXT_ID,
    "pad_token_id": PADDING_ID,
}
_ROUTER_SHARE = 0.02


@dataclass(frozen=True)
class Recipe:
    """What decides a training run beside its steps and its seed.

    `identity` is what a checkpoint remembers, so that a run is never continued by another recipe.
    """

    identity: dict[str, Any]
    start: Callable[[], PreTrainedModel]
    optimizers: Callable[[PreTrainedModel], list[torch.optim.Optimizer]] = training_optimizers
    curriculum: tuple[Lesson, ...] = ()
    families: Mapping[str, Family] = field(default_factory=lambda: FAMILIES)


def dense(size: Size, curriculum: tuple[Lesson, ...] = CURRICULUM) -> Recipe:
    """A GPT-2 from scratch on the whole mixture."""
    return Recipe(asdict(size), lambda: new_model(size), curriculum=curriculum)


def experts(size: ExpertSize) -> Recipe:
    """A Mixtral from scratch on the whole mixture, without lessons: on a few ids most of its experts would die."""
    return Recipe(asdict(size), lambda: new_mixture(size))


def tuned(start: Path, families: Mapping[str, Family]) -> Recipe:
    """A finished model, trained further on another mixture, at a low rate."""
    return Recipe({"start": start.name}, lambda: load_model(start), tuning_optimizers, families=families)


def new_model(size: Size) -> GPT2LMHeadModel:
    """A freshly initialised model; embeddings are tied and there is no dropout."""
    config = GPT2Config(
        n_positions=CONTEXT_LENGTH,
        n_embd=size.width,
        n_layer=size.layers,
        n_head=size.heads,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        tie_word_embeddings=True,
        **_TOKENS,
    )
    return GPT2LMHeadModel(config)


def new_mixture(size: ExpertSize) -> MixtralForCausalLM:
    """A freshly initialised mixture of experts; embeddings are tied, routers are kept balanced by a small loss."""
    config = MixtralConfig(
        max_position_embeddings=CONTEXT_LENGTH,
        hidden_size=size.width,
        intermediate_size=size.expert_width,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.key_value_heads,
        num_local_experts=size.experts,
        num_experts_per_tok=size.active,
        output_router_logits=True,
        router_aux_loss_coef=_ROUTER_SHARE,
        sliding_window=None,
        tie_word_embeddings=True,
        **_TOKENS,
    )
    return MixtralForCausalLM(config)

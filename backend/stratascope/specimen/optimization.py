"""The model as it starts, and how its weights are updated.

Matrices inside the blocks are updated by Muon (orthogonalised momentum; Jordan et al., "Muon: An optimizer for hidden
layers in neural networks"), everything else by AdamW.  The schedule counts steps, never seconds.
"""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from stratascope.specimen.corpus import VOCABULARY_SIZE
from stratascope.specimen.sizes import Size
from stratascope.specimen.tokenizer import CONTEXT_LENGTH, END_OF_TEXT_ID, PADDING_ID

MATRIX_LEARNING_RATE = 0.016
OTHER_LEARNING_RATE = 0.004
WARM_UP_STEPS = 50
DECAY_SHARE = 0.3
LOWEST_FACTOR = 0.02


def new_model(size: Size) -> GPT2LMHeadModel:
    """A freshly initialised model; embeddings are tied and there is no dropout."""
    config = GPT2Config(
        vocab_size=VOCABULARY_SIZE,
        n_positions=CONTEXT_LENGTH,
        n_embd=size.width,
        n_layer=size.layers,
        n_head=size.heads,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=END_OF_TEXT_ID,
        eos_token_id=END_OF_TEXT_ID,
        pad_token_id=PADDING_ID,
        tie_word_embeddings=True,
    )
    return GPT2LMHeadModel(config)


def learning_rate_factor(step: int, steps: int) -> float:
    """Linear warm-up, a flat stretch, and a linear decay over the last part of the run."""
    warm_up = min(1.0, (step + 1) / WARM_UP_STEPS)
    remaining = 1 - step / steps
    return warm_up * min(1.0, remaining / DECAY_SHARE + LOWEST_FACTOR)


def new_optimizers(model: GPT2LMHeadModel) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for embeddings, biases and norms."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and ".h." in name]
    others = [p for name, p in model.named_parameters() if not (p.ndim == 2 and ".h." in name)]
    return [
        torch.optim.Muon(matrices, lr=MATRIX_LEARNING_RATE, momentum=0.95, weight_decay=0.01, adjust_lr_fn="original"),
        torch.optim.AdamW(others, lr=OTHER_LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.0),
    ]

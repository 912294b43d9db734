"""How weights are updated.

Matrices inside the blocks are updated by Muon (orthogonalised momentum; Jordan et al., "Muon: An optimizer for hidden
layers in neural networks"), everything else by AdamW.  Tuning uses AdamW alone, at a low rate.  The schedule counts
steps, never seconds.
"""

import torch
from transformers import PreTrainedModel

MATRIX_LEARNING_RATE = 0.016
OTHER_LEARNING_RATE = 0.004
TUNING_LEARNING_RATE = 5e-4
WARM_UP_STEPS = 50
DECAY_SHARE = 0.3
LOWEST_FACTOR = 0.02


def learning_rate_factor(step: int, steps: int) -> float:
    """Linear warm-up, a flat stretch, and a linear decay over the last part of the run."""
    warm_up = min(1.0, (step + 1) / WARM_UP_STEPS)
    remaining = 1 - step / steps
    return warm_up * min(1.0, remaining / DECAY_SHARE + LOWEST_FACTOR)


def _is_matrix(name: str, parameter: torch.nn.Parameter) -> bool:
    """Whether a parameter maps activations inside a block. Routers choose, and stacked experts are not matrices."""
    return parameter.ndim == 2 and (".h." in name or "self_attn" in name)


def training_optimizers(model: PreTrainedModel) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for embeddings, biases, norms, routers and experts."""
    named = list(model.named_parameters())
    matrices = [parameter for name, parameter in named if _is_matrix(name, parameter)]
    others = [parameter for name, parameter in named if not _is_matrix(name, parameter)]
    return [
        torch.optim.Muon(matrices, lr=MATRIX_LEARNING_RATE, momentum=0.95, weight_decay=0.01, adjust_lr_fn="original"),
        torch.optim.AdamW(others, lr=OTHER_LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def tuning_optimizers(model: PreTrainedModel) -> list[torch.optim.Optimizer]:
    """AdamW for everything."""
    return [torch.optim.AdamW(model.parameters(), lr=TUNING_LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.0)]

"""The tuned lens: one affine translator per layer, so that the model's own head can read every residual stream.

Belrose et al., "Eliciting Latent Predictions from Transformers with the Tuned Lens".  Row `l` reads the stream that
enters block `l`, which is the embedding for row 0: it predicts `head(norm(x + A x + b))`.  A translator starts at zero,
where it is the plain logit lens, and is trained to reduce the divergence of its prediction from the model's own.
Names in the files are those of the `tuned-lens` library.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from transformers import PreTrainedModel

from stratascope.specimen.packing import batch
from stratascope.specimen.subject import Subject

_log = logging.getLogger(__name__)

LENSES = "tuned-lens"
CONFIGURATION = "config.json"
WEIGHTS = "params.safetensors"
#: Streams of their own, disjoint from the one the model was trained on and from each other.
_TRAINING_SEED, _HELD_OUT_SEED = 4201, 4202
_REPORT_EVERY = 50
_DIGITS = 5


@dataclass(frozen=True)
class Plan:
    """How long to train; a step uses a part of a batch of 4096 tokens, because four small steps teach more than one."""

    steps: int
    held_out_batches: int
    parts: int = 4
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3  # pulls towards the plain logit lens
    warm_up_share: float = 0.1


_FULL = Plan(steps=400, held_out_batches=4)
_SMOKE = Plan(steps=2, held_out_batches=1)


@dataclass(frozen=True)
class Translators:
    """All translators of a model: matrices [row, width, width], applied as `A x`, and biases [row, width]."""

    matrices: torch.Tensor
    biases: torch.Tensor

    @classmethod
    def zero(cls, count: int, width: int) -> "Translators":
        """Translators that change nothing."""
        return cls(torch.zeros(count, width, width), torch.zeros(count, width))

    def apply(self, row: int, x: torch.Tensor) -> torch.Tensor:
        """The translated stream [..., width]."""
        return x + F.linear(x, self.matrices[row], self.biases[row])

    def rounded(self) -> "Translators":
        """The values that half precision can hold, in single precision."""
        return Translators(self.matrices.half().float(), self.biases.half().float())


def predictions(model: PreTrainedModel, x: torch.Tensor) -> torch.Tensor:
    """Log probabilities [..., vocabulary] that the model's final norm and head read from a stream [..., width]."""
    network: Any = model
    log_probabilities: torch.Tensor = network.lm_head(network.transformer.ln_f(x)).log_softmax(-1)
    return log_probabilities


@torch.no_grad()
def streams(model: PreTrainedModel, ids: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The stream [token, width] that enters each block, and the model's own log probabilities [token, vocabulary]."""
    output = model(input_ids=ids, output_hidden_states=True)
    # The last hidden state is behind the final norm, so it is no stream to be read.
    entering = [state.flatten(0, 1) for state in output.hidden_states[:-1]]
    return entering, output.logits.log_softmax(-1).flatten(0, 1)


def divergence(final: torch.Tensor, predicted: torch.Tensor) -> torch.Tensor:
    """Kullback-Leibler divergence of `predicted` from `final`, both log probabilities, in nats per token."""
    return F.kl_div(predicted, final, reduction="batchmean", log_target=True)


def mean_divergences(model: PreTrainedModel, translators: Translators, batches: Sequence[torch.Tensor]) -> list[float]:
    """The divergence of every row, averaged over batches of token ids [row, position] of equal size."""
    total = torch.zeros(len(translators.biases))
    with torch.no_grad():
        for ids in batches:
            entering, final = streams(model, ids)
            for row, x in enumerate(entering):
                total[row] += divergence(final, predictions(model, translators.apply(row, x)))
    means: list[float] = (total / len(batches)).tolist()
    return means


def _batches(subject: Subject, seed: int, count: int, parts: int = 1) -> Iterable[torch.Tensor]:
    for step in range(count):
        yield from torch.tensor(batch(subject.tokenizer, seed, step, ())).chunk(parts)


def _rate_factor(step: int, plan: Plan) -> float:
    return min(1.0, (step + 1) / (plan.warm_up_share * plan.steps), (plan.steps - step) / plan.steps)


def fit(subject: Subject, plan: Plan) -> Translators:
    """Train all rows side by side; none of them influences another."""
    model = subject.model.requires_grad_(requires_grad=False)
    translators = Translators.zero(model.config.n_layer, model.config.n_embd)
    weights = [translators.matrices.requires_grad_(), translators.biases.requires_grad_()]
    optimizer = torch.optim.AdamW(weights, lr=plan.learning_rate, weight_decay=plan.weight_decay)
    parts = _batches(subject, _TRAINING_SEED, -(-plan.steps // plan.parts), plan.parts)
    for step, ids in zip(range(plan.steps), parts, strict=False):
        optimizer.param_groups[0]["lr"] = plan.learning_rate * _rate_factor(step, plan)
        entering, final = streams(model, ids)
        losses = [divergence(final, predictions(model, translators.apply(row, x))) for row, x in enumerate(entering)]
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if (step + 1) % _REPORT_EVERY == 0:
            _log.info(
                "tuned lens, step %d of %d: %s",
                step + 1,
                plan.steps,
                [round(float(loss.detach()), 3) for loss in losses],
            )
    return Translators(*(weight.detach() for weight in weights))


def write(folder: Path, translators: Translators, content: dict[str, Any]) -> None:
    """Write the translators in half precision; the configuration comes last and completes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {f"{row}.weight": matrix.half() for row, matrix in enumerate(translators.matrices)}
    weights |= {f"{row}.bias": bias.half() for row, bias in enumerate(translators.biases)}
    save_file({name: tensor.clone() for name, tensor in weights.items()}, folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)  # the library writes it for its owner only
    (folder / CONFIGURATION).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read(folder: Path) -> Translators:
    """The translators that `write` left in the folder, in single precision."""
    weights: dict[str, torch.Tensor] = load_file(folder / WEIGHTS)
    rows = range(len(weights) // 2)
    matrices, biases = ([weights[f"{row}.{part}"].float() for row in rows] for part in ("weight", "bias"))
    return Translators(torch.stack(matrices), torch.stack(biases))


def unembedding_sha256(model: PreTrainedModel) -> str:
    """Hash of the single-precision bytes of the head's matrix [vocabulary, width], to tell another model by."""
    network: Any = model
    return hashlib.sha256(network.lm_head.weight.detach().float().contiguous().numpy().tobytes()).hexdigest()


def _configuration(subject: Subject, name: str, plan: Plan, tuned: list[float], plain: list[float]) -> dict[str, Any]:
    width, count = subject.model.config.n_embd, subject.model.config.n_layer
    return {
        "lens_type": "linear_tuned_lens",
        "base_model_name_or_path": name,
        "base_model_revision": None,
        "d_model": width,
        "num_hidden_layers": count,
        "bias": True,
        "unembed_hash": unembedding_sha256(subject.model),
        "training": {"steps": plan.steps, "tokens_per_step": 4096 // plan.parts, "loss": "kl"},
        "held_out_kl": {
            "tuned_lens": [round(value, _DIGITS) for value in tuned],
            "logit_lens": [round(value, _DIGITS) for value in plain],
        },
    }


def train_tuned_lens(model_folder: Path, bundle: Path, smoke: bool) -> None:
    """Train the lens of the model in `model_folder`, unless `bundle` has it already.

    What is measured is the rounded lens, on rows that were not trained on.
    """
    folder = bundle / LENSES / model_folder.name
    if (folder / CONFIGURATION).exists():
        return
    plan = _SMOKE if smoke else _FULL
    subject = Subject.load(model_folder)
    held_out = list(_batches(subject, _HELD_OUT_SEED, plan.held_out_batches))
    translators = fit(subject, plan).rounded()
    tuned = mean_divergences(subject.model, translators, held_out)
    nothing = Translators.zero(*translators.biases.shape)
    plain = mean_divergences(subject.model, nothing, held_out)
    _log.info("held-out divergence, tuned %s, plain %s", tuned, plain)
    write(folder, translators, _configuration(subject, model_folder.name, plan, tuned, plain))


def numbers(bundle: Path, model: str = "specimen") -> dict[str, float]:
    """The scorecard's numbers about the lens of a bundled model: held-out divergences, `<lens>_kl_row_<row>`."""
    content = json.loads((bundle / LENSES / model / CONFIGURATION).read_text(encoding="utf-8"))
    return {
        f"{lens}_kl_row_{row}": value
        for lens, values in content["held_out_kl"].items()
        for row, value in enumerate(values)
    }

"""Training a tuned lens: the affine translators that make early layers readable, and what they were worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from stratascope.method import (
    LINES,
    PROMPT_SET,
    Cost,
    Field,
    Guide,
    ModelFacts,
    Paper,
    Params,
    Progress,
    PromptText,
    Text,
    method,
    silent,
)
from stratascope.models.sites import Site
from stratascope.result import Array, Check, LayerCurve, Quantity

if TYPE_CHECKING:
    from stratascope.models.lens_report import Training
    from stratascope.models.model import Model

MOST_TEXTS = 50_000
LABELS = {"kl": "KL from the model's output, held-out text", "ce": "cross-entropy of the next token, held-out text"}
SERIES = ["logit lens", "tuned lens"]


class TunedLensTrainParams(Params):
    """The text to train on, how long, and how."""

    name: Annotated[Text, Field(max_length=64, pattern=r"^([a-z0-9][a-z0-9._-]*)?$")] = Field(
        "",
        description="Id to give the lens: small letters, digits, dots and dashes. Without one it is named after the model.",
    )
    prompts: Annotated[list[PromptText], Field(max_length=MOST_TEXTS)] = Field(
        [],
        title="Texts",
        description="Texts to train on, one a line: best 50,000 tokens or more of what the lens is to read. Without any the "
        "bundled texts are used.",
        json_schema_extra=LINES,
    )
    prompts_from: Annotated[Text, Field(max_length=200)] | None = Field(
        None,
        title="Texts from",
        description="A bundled prompt set to train on in their place, by its id.",
        json_schema_extra=PROMPT_SET,
    )
    site: Site = Field(
        "resid_pre",
        description="What the lens is to read: the stream entering each layer, the stream between attention and MLP, or what "
        "one of the two adds.",
    )
    steps: int = Field(250, ge=10, le=5000, description="Steps of the optimizer.")
    tokens_per_step: int = Field(
        2048, ge=64, le=262_144, title="Tokens per step", description="Tokens whose mean gradient one step follows."
    )
    seq_len: int = Field(
        512, ge=8, le=8192, title="Row length", description="Tokens of a row that the model reads at once, at most."
    )
    optimizer: Literal["sgd", "adam"] = Field(
        "sgd", description="Stochastic gradient descent with Nesterov momentum 0.9, or Adam."
    )
    learning_rate: Annotated[float, Field(ge=1e-8, le=10)] | None = Field(
        None,
        title="Learning rate",
        description="Of the first step, falling to 0; without one 0.1 for sgd, 0.001 for adam.",
    )
    weight_decay: float = Field(
        1e-3, ge=0, le=1, title="Weight decay", description="Pull of every translator toward changing nothing."
    )
    loss: Literal["kl", "ce"] = Field(
        "kl", description="kl brings every row close to the model's output, ce close to the next token of the text."
    )
    val_fraction: float = Field(
        0.1, ge=0.01, le=0.5, title="Held out", description="Share of the text that is measured on and not trained on."
    )
    seed: int = Field(42, ge=0, le=2**31 - 1, description="Decides what is held out and the order of the text.")


def _cost(model: ModelFacts, params: TunedLensTrainParams, tokens: int) -> Cost:
    """Every step is a pass over its rows, then forward and backward through the head for each layer."""
    length = min(params.seq_len, model.context)
    rows = params.steps * max(1, params.tokens_per_step // length)
    heads = model.layers * (2 * model.vocabulary * model.width + 3 * model.width**2) / max(1, model.parameters)
    copies = 4 if params.optimizer == "sgd" else 5
    weights = 4 * copies * model.layers * model.width * (model.width + 1)
    streams = 4 * length * model.width * (model.layers + 1)
    text = 8 * (params.steps * params.tokens_per_step if not params.prompts else sum(map(len, params.prompts)))
    return Cost(forwards=rows * (1 + heads), bytes=weights + max(streams, 64 << 20) + min(text, 64 << 20) + (64 << 20))


@method(
    title="Train a tuned lens",
    version=2,
    guide=Guide(
        question="What would each layer predict?",
        purpose="Fits one affine map per layer, with which the model's own head can read that layer's stream.",
        reading="Lower is better; the gap is how much of the logit lens's error was only a change of basis. The numbers are "
        "of text held out of the training, and only of that kind of text: a lens trained on one domain reads others "
        "worse. Never train on the prompts that the lens is to explain.",
        synonyms=("fit translators", "train lens", "affine probe of the output", "tuned lens artifact", "lens checkpoint"),
        next=("lens/tuned-lens", "lens/lens-trajectory", "lens/logit-lens"),
    ),
    papers=[
        Paper("Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023),
        Paper("Mechanistic Understanding and Mitigation of Language Confusion in English-Centric Large Language Models",
              2025),
        Paper("Beyond English-Centric LLMs: What Language Do Multilingual Language Models Think in?", 2024),
    ],
    requires=("causal", "residual_contract"),
    cost=_cost,
    job=True,
)  # fmt: skip
def tuned_lens_train(model: Model, params: TunedLensTrainParams, progress: Progress = silent) -> LayerCurve:
    """Train the translators A_l, b_l of every row l before the last, each by itself, and keep them as a lens.

    With x what stands at the site in row l, p the model's own distribution and p̃_l that read from x + A_l x + b_l, kl
    minimises the mean over tokens of KL(p‖p̃_l), ce that of −log p̃_l of the next token. Translators begin at zero, which
    is the logit lens, and weight decay pulls them back there. The model is only run forward, once per step. Gradients are
    cut to length 1 per row.

    Arrays: `kl` [series, row], the mean KL(p‖p̃_l) on held-out text in nats per token, of the logit lens (before) and of
    the tuned lens (after), and with ce `ce`, the same of that loss; `training_loss` [step, row] in nats per token, of some
    200 steps in even distances. The lens is afterwards found by its id, `facts["lens_id"]`. A training that was stopped
    goes on when the same is asked for again.
    """
    from stratascope.models.lens_job import train

    def live(training: Training) -> None:
        progress.partial(_curve(training))

    return _curve(train(model, params, progress, live))


def _curve(training: Training) -> LayerCurve:
    """Both lenses by row; while under way the second is the loss of the latest steps, and there is no check."""
    import numpy as np

    curves = {
        str(name): Array(values=np.array(both, dtype=np.float32), dims=("series", "row"))
        for name, both in training.measured.items()
    }
    return LayerCurve(
        arrays={**curves, "training_loss": Array(values=training.losses, dims=("step", "row"))},
        quantities=[Quantity(name=name, label=LABELS[name], scale="unc", unit="nats") for name in curves],
        coords={"series": SERIES, "row": training.labels, "step": [str(step) for step in training.steps]},
        facts=training.facts,
        summary=_summary(training),
        checks=_checks(training) if training.finished else [],
        warnings=training.warnings,
    )


def _summary(training: Training) -> str:
    name, (before, after) = next(iter(training.measured.items()))
    if not training.finished:
        return f"{training.done} of {training.total} steps are done; the tuned lens is shown by its latest losses."
    what = "the KL from the output" if name == "kl" else "the cross-entropy"
    gains = [b - a for b, a in zip(before, after, strict=True)]
    best = max(range(len(gains)), key=lambda row: gains[row])
    lower = sum(gain > 0 for gain in gains)
    return (
        f"Training lowered {what} in {lower} of {len(gains)} rows, on average from "
        f"{sum(before) / len(before):.3f} to {sum(after) / len(after):.3f} nats per token, most in row "
        f"{training.labels[best]} (by {gains[best]:.3f})."
    )


def _checks(training: Training) -> list[Check]:
    name, (before, after) = next(iter(training.measured.items()))
    what = "the KL from the model's output" if name == "kl" else "the cross-entropy of the next token"
    return [
        Check(
            name="starts_as_logit_lens",
            label="starts as the logit lens",
            value=training.gap,
            ok=1e-3,
            warn=1e-2,
            explanation="Largest difference over rows, in nats per token, between the loss before the first step and the KL "
            "that the logit lens's own kernel finds on the same text, relative to the larger of that KL and 1.",
        ),
        Check(
            name="held_out_loss",
            label="better than the logit lens on held-out text",
            value=max(b - a for a, b in zip(before, after, strict=True)),
            ok=0.0,
            warn=0.01,
            control=0.0,
            explanation=f"Largest rise over rows of {what}, in nats per token, on text held out of the training.",
        ),
    ]

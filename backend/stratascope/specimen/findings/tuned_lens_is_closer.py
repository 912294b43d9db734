"""Whether translators make early layers readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="A lens ground for each layer",
    sentence="One small affine map per layer brings what the layers predict closer to the model's own answer.",
    group="Reading",
    sources=(Paper("Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023),),
    literature="The logit lens misreads early layers because they use other coordinates. An affine translator per "
    "layer, trained to match the output, reads them with less error.",
    claim="With its translator every row predicts closer to the final answer than without.",
    experiment="The divergence of each row's prediction from the model's output, over text that was not trained on. "
    "The number is the share of it that the translators take away, averaged over rows; the control gives every "
    "row the translator of another.",
    reading="The plain lens is shown: the rows it misreads are those that the translators help most.",
    beyond="Note the row in which the plain lens first shows the answer, and compare it with the share taken away "
    "there.",
    limits=Limits(supported=0.6, mixed=0.3, worst=-10.0),
    view=View(
        prompt="The capital of France is",
        target=" Paris",
        distractor=" Rome",
        panels=(Panel("lens/lens-trajectory"), Panel("lens/logit-lens", {"top_k": 3})),
    ),
    needs=("tuned-lens/specimen",),
)


def measure(specimens: Specimens) -> Measured:
    """The share of the divergence that the translators take away, by row."""
    from stratascope.specimen.behaviours.relatives import evaluation_rows
    from stratascope.specimen.tuned_lens import Translators, mean_divergences

    subject, lens = specimens.base, specimens.translators()
    text = [evaluation_rows(subject, 16)]
    plain = mean_divergences(subject.model, Translators.zero(*lens.biases.shape), text)
    tuned = mean_divergences(subject.model, lens, text)
    half = len(lens.biases) // 2
    moved = Translators(lens.matrices.roll(half, 0), lens.biases.roll(half, 0))
    wrong = mean_divergences(subject.model, moved, text)
    saved = [1 - after / before for before, after in zip(plain, tuned, strict=True)]
    mistaken = [1 - after / before for before, after in zip(plain, wrong, strict=True)]
    return Measured(
        label="divergence taken away, mean over rows",
        value=sum(saved) / len(saved),
        control_label="by the translator of a distant row",
        control=sum(mistaken) / len(mistaken),
        count=text[0].numel(),
        rows=tuple(
            Row(f"divergence of row {at} in nats, plain lens beside it", after, before)
            for at, (before, after) in enumerate(zip(plain, tuned, strict=True))
        ),
    )

"""Adding and subtracting what a tuning changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

FINDING = Finding(
    title="Cheerfulness, subtracted",
    sentence="What tuning on happy stories added to the weights can be subtracted, and the stories turn sad.",
    group="Steering",
    sources=(
        Paper("Editing Models with Task Arithmetic", 2023),
        Paper("Training-free LLM Merging for Multi-task Learning", 2025),
    ),
    literature="The difference between tuned and base weights is a vector for the task: added it brings the "
    "behaviour, subtracted it takes it away, even below where it was.",
    claim="Adding the weight difference raises the share of happy words, subtracting it lowers it below that of the "
    "base.",
    experiment="The weights of the base plus a multiple of what tuning on happy stories changed. The number is the "
    "share of happy adjectives at +1 minus that at −1, over sixty neutral openings; the control is a random "
    "change of equal size, matrix by matrix.",
    reading="Base and cheerful model side by side: the happy word gains in the later layers.",
    beyond="Add half of the difference and see how far the mood moves.",
    limits=Limits(supported=0.4, mixed=0.15, worst=-1.0),
    view=View(
        prompt="Anna walked to the park. It was a",
        second_model="specimen-upbeat",
        target=" happy",
        distractor=" sad",
        panels=(Panel("lens/lens-trajectory"), Panel("comparison/run-difference", {"floor": "none"})),
    ),
    needs=("specimen-upbeat",),
)
DOSES = (-1.0, 0.0, 1.0)


def measure(specimens: Specimens) -> Measured:
    """The share of happy adjectives by how much of the difference is added."""
    import torch

    from stratascope.specimen.evidence.moods import neutral_prompts, positive_share
    from stratascope.specimen.subject import Subject

    base, upbeat = (specimens.subject(name).model.state_dict() for name in ("specimen", "specimen-upbeat"))
    difference = {name: upbeat[name] - tensor for name, tensor in base.items() if tensor.is_floating_point()}
    generator = torch.Generator().manual_seed(0)
    drawn = {name: torch.randn(tensor.shape, generator=generator) for name, tensor in difference.items()}
    random = {name: drawn[name] * (tensor.norm() / drawn[name].norm()) for name, tensor in difference.items()}
    edited, prompts = Subject.load(specimens.bundle / "specimen"), neutral_prompts(60)

    def shares(change: dict[str, torch.Tensor]) -> list[float]:
        found = []
        for dose in DOSES:
            edited.model.load_state_dict(
                {name: tensor + dose * change[name] if name in change else tensor for name, tensor in base.items()}
            )
            found.append(positive_share(edited, prompts))
        return found

    moved, drifted = shares(difference), shares(random)
    return Measured(
        label="happy words at +1 minus those at −1",
        value=moved[-1] - moved[0],
        control_label="a random change",
        control=drifted[-1] - drifted[0],
        count=len(prompts),
        rows=tuple(
            Row(f"share of happy words at {dose:+.0f}".replace("-", "−"), own, other, len(prompts))
            for dose, own, other in zip(DOSES, moved, drifted, strict=True)
        ),
    )

"""Whether a wider dictionary splits the latents of a narrower one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

NARROW, WIDE = "specimen-resid-post-3", "specimen-resid-post-3-wide"
FINDING = Finding(
    title="Latents that split",
    sentence="In a dictionary four times as wide, one latent comes back as several finer ones.",
    group="Features",
    sources=(
        Paper("Towards Monosemanticity: Decomposing Language Models With Dictionary Learning", 2023),
        Paper("The Geometry of Concepts: Sparse Autoencoder Feature Structure", 2025),
    ),
    literature="Trained wider, a dictionary splits a latent into several close to it, each for a part of what the "
    "one stood for.",
    claim="Many latents have two or more near neighbours in the wider dictionary.",
    experiment="Directions of the narrow dictionary against those of the wide one. The number is the share of narrow "
    "latents with two or more wide ones at a cosine above 0.6; the control compares with the same directions, "
    "their coordinates shuffled.",
    reading="The prompt names three of a kind: a narrow latent for all, wide ones for each.",
    beyond="Look at how the lens treats the three words in the middle rows.",
    limits=Limits(supported=0.2, mixed=0.08, worst=0.0),
    view=View(
        prompt="Monday Tuesday Wednesday",
        target=" Thursday",
        panels=(Panel("lens/logit-lens", {"top_k": 3}),),
    ),
    needs=(f"saes/{NARROW}", f"saes/{WIDE}"),
)
NEAR = 0.6


def measure(specimens: Specimens) -> Measured:
    """The share of narrow latents with several near neighbours."""
    import torch
    from torch.nn.functional import normalize

    narrow, wide = (normalize(specimens.dictionary(name).decoder, dim=-1) for name in (NARROW, WIDE))
    order = torch.randperm(wide.shape[1], generator=torch.Generator().manual_seed(0))
    near, chance = ((narrow @ other.T > NEAR).sum(1) for other in (wide, wide[:, order]))
    return Measured(
        label="latents with two or more near neighbours",
        value=float((near >= 2).float().mean()),
        control_label="coordinates shuffled",
        control=float((chance >= 2).float().mean()),
        count=len(narrow),
        rows=(
            Row(
                "latents with exactly one near neighbour",
                float((near == 1).float().mean()),
                float((chance == 1).float().mean()),
            ),
            Row("near neighbours of a latent, mean", float(near.float().mean()), float(chance.float().mean())),
            Row("latents of the wide dictionary", float(len(wide))),
        ),
    )

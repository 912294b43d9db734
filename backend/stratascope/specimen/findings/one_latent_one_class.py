"""Whether latents of a dictionary stand for one thing each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

DICTIONARY, LAYER = "specimen-resid-post-0", 0
FINDING = Finding(
    title="One latent, one class of words",
    sentence="Latents of a sparse dictionary fire for months, countries or colours alone; the model's own "
    "coordinates do not.",
    group="Features",
    sources=(
        Paper("Towards Monosemanticity: Decomposing Language Models With Dictionary Learning", 2023),
        Paper("Interpreting Attention Layer Outputs with Sparse Autoencoders", 2024),
    ),
    literature="Single neurons answer to unrelated things. A sparse autoencoder rewrites the stream in directions "
    "most of which answer to one.",
    claim="Many latents have nearly all their strongest activations in one known class of words.",
    experiment="Held-out text through the dictionary behind the first layer. The number is the share of active "
    "latents with nine tenths of their fifty strongest activations in one class. The control treats the stream's "
    "own coordinates, both signs, the same way.",
    reading="The tokens with the same class light up the same latents, whatever the sentence.",
    beyond="Compare dictionaries of deeper layers, where latents follow context rather than words.",
    limits=Limits(supported=0.2, mixed=0.05, worst=0.0),
    view=View(
        prompt="Anna lost her red hat in the park in May.",
        panels=(Panel("tokenization/token-boundaries"), Panel("lens/logit-lens", {"top_k": 3})),
    ),
    needs=(f"saes/{DICTIONARY}",),
)


def measure(specimens: Specimens) -> Measured:
    """The share of pure latents, and of pure coordinates."""
    import torch

    from stratascope.specimen.dictionaries.activations import HELD_OUT_SEED, Text, harvest, rows
    from stratascope.specimen.dictionaries.classes import known_classes, membership
    from stratascope.specimen.dictionaries.firings import PEAKS, PURE_SHARE, Firings, peak_shares
    from stratascope.specimen.dictionaries.sites import Site

    subject, dictionary = specimens.base, specimens.dictionary(DICTIONARY)
    batches = rows(subject.tokenizer, HELD_OUT_SEED, 6)
    text, site = Text.of(batches), Site("resid-post", LAYER)
    stream = harvest(subject, batches, [site])[site]
    classes = known_classes()
    members = membership(subject.tokenizer, classes)

    def pure(firings: Firings) -> tuple[float, list[int]]:
        """Share of those that fire often enough, and how many of them belong to each class."""
        shares = peak_shares(firings, text.ids, members) >= PURE_SHARE
        return float(shares.any(1).sum() / (firings.counts >= PEAKS).sum()), shares.sum(0).tolist()

    latents, by_class = pure(Firings.collect(dictionary, stream))
    centred = stream - stream.mean(0)
    signed = torch.cat([centred, -centred], dim=1)
    largest, places = signed.topk(dictionary.active, dim=-1)
    tokens = torch.arange(len(signed))[:, None].expand_as(places)
    coordinates, _ = pure(
        Firings.sort(tokens.flatten(), places.flatten(), largest.flatten(), signed.shape[1], len(signed))
    )
    most = sorted(zip(by_class, classes, strict=True), reverse=True)[:8]
    return Measured(
        label="latents of one class",
        value=latents,
        control_label="coordinates of the stream",
        control=coordinates,
        count=len(text.ids),
        rows=tuple(Row(f"latents for {name}", float(count)) for count, name in most if count),
    )

"""How much of the model survives when it goes on with a dictionary's reconstructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from stratascope.specimen.evidence.specimens import Specimens

LAYERS, ROWS = (0, 2, 4), 16
FINDING = Finding(
    title="Sixteen latents are enough",
    sentence="Rewritten as a sum of sixteen directions, the stream still carries nearly all that the model predicts.",
    group="Features",
    sources=(Paper("Scaling and evaluating sparse autoencoders", 2024),),
    literature="A good dictionary can stand in for the stream: the loss hardly rises when the model goes on with its "
    "reconstructions.",
    claim="Nearly all of the loss between the mean stream and the true one is recovered.",
    experiment="The model goes on with reconstructions behind one layer. The number is the share of the loss "
    "recovered between replacing the stream by its mean and leaving it alone, averaged over three layers. The "
    "control keeps the strongest sixteen coordinates of the stream in place of latents.",
    reading="The norms show how much of the stream there is to rewrite in each row.",
    beyond="Look at latents one by one: the sum is only as good as its parts are clear.",
    limits=Limits(supported=0.97, mixed=0.9, worst=-10.0),
    view=View(
        prompt="Anna had a lovely dog. She smiled. It was",
        panels=(Panel("activations/residual-norms"), Panel("activations/sublayer-contribution")),
    ),
    needs=tuple(f"saes/specimen-resid-post-{layer}" for layer in LAYERS),
)


def measure(specimens: Specimens) -> Measured:
    """The share of the loss recovered in three layers, and with the stream's own coordinates."""
    import torch
    from torch import Tensor

    from stratascope.specimen.dictionaries.activations import HELD_OUT_SEED, harvest, rows
    from stratascope.specimen.dictionaries.quality import edited_loss, recovered_loss
    from stratascope.specimen.dictionaries.sites import Site

    subject = specimens.base
    batches = [ids[:ROWS] for ids in rows(subject.tokenizer, HELD_OUT_SEED, 1)]
    sites = [Site("resid-post", layer) for layer in LAYERS]
    streams = harvest(subject, batches, sites)
    recovered, coordinates = [], []
    for site in sites:
        mean, dictionary = streams[site].mean(0), specimens.dictionary(f"specimen-resid-post-{site.layer}")
        numbers = recovered_loss(subject, batches, site, dictionary, mean)

        def strongest(stream: Tensor, mean: Tensor = mean, kept: int = dictionary.active) -> Tensor:
            centred = stream - mean
            places = centred.abs().topk(kept, dim=-1).indices
            return mean + torch.zeros_like(centred).scatter(-1, places, centred.gather(-1, places))

        ablated, clean = numbers["ce_mean_ablated"], numbers["ce_clean"]
        recovered.append(numbers["ce_recovered"])
        coordinates.append((ablated - edited_loss(subject, batches, site, strongest)) / (ablated - clean))
    return Measured(
        label="loss recovered by sixteen latents, mean of three layers",
        value=sum(recovered) / len(recovered),
        control_label="by sixteen coordinates",
        control=sum(coordinates) / len(coordinates),
        count=len(streams[sites[0]]),
        rows=tuple(
            Row(f"loss recovered behind layer {layer}", own, other)
            for layer, own, other in zip(LAYERS, recovered, coordinates, strict=True)
        ),
    )

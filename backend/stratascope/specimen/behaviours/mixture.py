"""What the mixture of experts learned: facts, and which expert serves what."""

from math import log

import torch
from torch import Tensor

from stratascope.specimen.behaviours.recall import countries
from stratascope.specimen.corpus import write_document
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.seeding import seeded
from stratascope.specimen.subject import Subject

_FAMILIES = ("addition", "parallel", "code", "ordinal", "brackets", "story", "graph_walk")
_DOCUMENTS = 40


@torch.no_grad()
def routed(subject: Subject, texts: list[str]) -> Tensor:
    """How often each expert is chosen for the tokens of some texts: [layer, expert], shares of the tokens."""
    counts: list[Tensor] = []
    for text in texts:
        ids = torch.tensor([subject.prompt(text)[: subject.model.config.max_position_embeddings]])
        chosen = [
            logits[1:].topk(subject.model.config.num_experts_per_tok, dim=-1).indices  # without the marker
            for logits in subject.model(ids, output_router_logits=True).router_logits
        ]
        counts.append(
            torch.stack(
                [torch.bincount(it.flatten(), minlength=subject.model.config.num_local_experts) for it in chosen]
            )
        )
    total = torch.stack(counts).sum(0).float()
    shares: Tensor = total * subject.model.config.num_experts_per_tok / total.sum(-1, keepdim=True)
    return shares


def experts(specimens: Specimens) -> dict[str, float]:
    """Facts known, balance of the load, and the expert that a kind of text prefers most over the average text.

    The control compares two halves of one kind of text in the same way.
    """
    subject = specimens.subject("specimen-moe")
    by_family = {}
    for family in _FAMILIES:
        generator = seeded(f"evaluation/routing {family}")
        by_family[family] = [write_document(family, generator).text for _ in range(_DOCUMENTS)]
    shares = torch.stack([routed(subject, texts) for texts in by_family.values()])
    average = shares.mean(0)
    load = average / average.sum(-1, keepdim=True)
    entropy = -(load * load.clamp(min=1e-9).log()).sum(-1) / log(load.shape[-1])
    halves = [routed(subject, by_family["story"][start::2]) for start in range(2)]
    return {
        "mixture_capital": countries(subject)["capital"],
        "mixture_least_load": float(load.min()),
        "mixture_load_entropy": float(entropy.max()),
        "mixture_specialisation": float((shares / average.clamp(min=0.01)).max()),
        "mixture_specialisation_control": float((halves[0] / halves[1].clamp(min=0.01)).max()),
    }

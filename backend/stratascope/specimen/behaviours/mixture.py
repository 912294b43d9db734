"""What the mixture of experts learned: facts, and which expert serves what."""

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor

from stratascope.specimen.behaviours.recall import countries
from stratascope.specimen.corpus import write_document
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.seeding import seeded
from stratascope.specimen.subject import Subject

KINDS = ("addition", "parallel", "code", "ordinal", "brackets", "story", "graph_walk")
DOCUMENTS = 40
_LEAST_SHARE = 0.04


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


@dataclass(frozen=True)
class Preferences:
    """How much more often each expert serves a kind of text than text on average: [kind, layer, expert].

    `halves` is the same between two halves of one kind, [layer, expert], and `load` each expert's share of the tokens of
    its layer. Experts that carry under 2 % of the load count as carrying that, or an idle one would prefer anything.
    """

    kinds: tuple[str, ...]
    ratios: Tensor
    halves: Tensor
    load: Tensor


def preferences(subject: Subject) -> Preferences:
    """Preferences of a mixture of experts, over seeded documents of every kind."""
    by_kind = {}
    for kind in KINDS:
        generator = seeded(f"evaluation/routing {kind}")
        by_kind[kind] = [write_document(kind, generator).text for _ in range(DOCUMENTS)]
    shares = torch.stack([routed(subject, texts) for texts in by_kind.values()])
    average = shares.mean(0)
    one, other = (routed(subject, by_kind["story"][start::2]) for start in range(2))
    return Preferences(
        KINDS,
        shares / average.clamp(min=_LEAST_SHARE),
        one / other.clamp(min=_LEAST_SHARE),
        average / average.sum(-1, keepdim=True),
    )


def experts(specimens: Specimens) -> dict[str, float]:
    """Facts known, balance of the load, and the largest preference of an expert for a kind of text."""
    subject = specimens.subject("specimen-moe")
    found = preferences(subject)
    entropy = -(found.load * found.load.clamp(min=1e-9).log()).sum(-1) / log(found.load.shape[-1])
    return {
        "mixture_capital": countries(subject)["capital"],
        "mixture_least_load": float(found.load.min()),
        "mixture_load_entropy": float(entropy.max()),
        "mixture_specialisation": float(found.ratios.max()),
        "mixture_specialisation_control": float(found.halves.max()),
    }

"""How well a model copies: sequences of arbitrary ids, written twice.

The score follows Olsson et al., "In-context Learning and Induction Heads": the attention that a head pays, from a
token of the second round, to the token that followed the same token in the first round.
"""

from dataclasses import dataclass

import torch
from transformers import PreTrainedModel

from stratascope.specimen.corpus import FIRST_ORDINARY_ID
from stratascope.specimen.tokenizer import END_OF_TEXT_ID

_SEQUENCES = 40


@dataclass(frozen=True)
class Copying:
    """Outcome of one measurement; the matrices are indexed by layer and head."""

    loss: float  #: nats per token of the second round, once the match is unambiguous
    accuracy: float
    induction: torch.Tensor
    previous_token: torch.Tensor

    @property
    def best_head(self) -> tuple[int, int]:
        """Layer and head with the highest induction score."""
        heads = self.induction.shape[1]
        index = int(self.induction.argmax())
        return index // heads, index % heads

    @property
    def best_score(self) -> float:
        """The induction score of that head."""
        return float(self.induction.max())


def repeated_rows(vocabulary_size: int, period: int, sequences: int = _SEQUENCES) -> torch.Tensor:
    """Seeded rows: a marker, `period` arbitrary ids, and the same ids again."""
    generator = torch.Generator().manual_seed(3)
    unit = torch.randint(FIRST_ORDINARY_ID, vocabulary_size, (sequences, period), generator=generator)
    return torch.cat([torch.full((sequences, 1), END_OF_TEXT_ID), unit, unit], dim=1)


@torch.no_grad()
def measure_copying(model: PreTrainedModel, period: int = 30, sequences: int = _SEQUENCES) -> Copying:
    """Loss, accuracy and head scores on ids from the whole vocabulary."""
    model.train(mode=False)
    rows = repeated_rows(model.config.vocab_size, period, sequences).to(model.device)
    former = model.config._attn_implementation
    model.set_attn_implementation("eager")
    output = model(rows, output_attentions=True)
    model.set_attn_implementation(former)
    logits, targets = output.logits[:, period + 2 : -1].float(), rows[:, period + 3 :]
    attention = torch.stack(output.attentions).float().mean(dim=1)  # layer, head, query, key
    queries = torch.arange(period + 1, 2 * period + 1)
    return Copying(
        loss=float(torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())),
        accuracy=float((logits.argmax(-1) == targets).float().mean()),
        induction=attention[:, :, queries, queries - period + 1].mean(-1).cpu(),
        previous_token=attention[:, :, queries, queries - 1].mean(-1).cpu(),
    )

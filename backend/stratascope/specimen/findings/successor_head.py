"""A head that turns a word into the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stratascope.method import Paper
from stratascope.specimen.evidence.finding import Finding, Limits, Measured, Panel, Row, View

if TYPE_CHECKING:
    from torch import Tensor

    from stratascope.specimen.evidence.specimens import Specimens
    from stratascope.specimen.subject import Subject

FINDING = Finding(
    title="One head for what comes next",
    sentence="In larger models a single head maps Monday to Tuesday, May to June and 3 to 4 alike. Does one here?",
    group="Cause",
    sources=(Paper("Successor Heads: Recurring, Interpretable Attention Heads In The Wild", 2024),),
    literature="Successor heads take the representation of a word after the first MLP and write the next word of its "
    "order, for weekdays, months, numbers and letters alike.",
    claim="One head's output matrix maps most words of every order to the word that follows.",
    experiment="Each head's value and output matrices are applied to a word as that head meets it: its embedding in the "
    "first layer, what the first MLP makes of it in the others; and read with the output head among the words of the "
    "same order. The number is the best head's mean share of right "
    "successors; the control asks the same head for the word before.",
    reading="The attribution shows which head writes the next day in a whole sentence, where other heads and MLPs "
    "help.",
    beyond="Try a month or a letter in the workbench and see whether the same head has the longest bar.",
    limits=Limits(supported=0.6, mixed=0.3, worst=0.0),
    view=View(
        prompt="Today is Monday, so tomorrow is",
        target=" Tuesday",
        distractor=" Monday",
        panels=(Panel("lens/direct-logit-attribution"), Panel("lens/logit-lens", {"top_k": 3})),
    ),
)


def measure(specimens: Specimens) -> Measured:
    """The best head's share of right successors over four orders."""
    import torch

    from stratascope.specimen.world import LETTERS, MONTHS, WEEKDAYS

    subject = specimens.base
    orders = {"weekdays": WEEKDAYS, "months": MONTHS, "letters": LETTERS, "numbers": [str(n) for n in range(1, 40)]}
    layers, heads = subject.model.config.n_layer, subject.model.config.n_head
    after, before = torch.zeros(2, len(orders), layers, heads)
    for index, words in enumerate(orders.values()):
        ids = subject.words(words)
        chosen = _chosen(subject, ids)
        own = torch.arange(len(words))
        after[index] = (chosen == (own + 1) % len(words)).float().mean(-1)
        before[index] = (chosen == (own - 1) % len(words)).float().mean(-1)
    best = int(after.mean(0).argmax())
    layer, head = divmod(best, heads)
    return Measured(
        label=f"words that head {layer}.{head} maps to the next",
        value=float(after.mean(0)[layer, head]),
        control_label="to the one before",
        control=float(before.mean(0)[layer, head]),
        count=sum(len(words) for words in orders.values()),
        rows=tuple(
            Row(
                f"{name}, best head for them alone beside it",
                float(after[at, layer, head]),
                float(after[at].max()),
                len(words),
            )
            for at, (name, words) in enumerate(orders.items())
        ),
    )


def _chosen(subject: Subject, ids: Tensor) -> Tensor:
    """For each head and each word: which word of the order it writes most of, [layer, head, word]."""
    import torch

    model: Any = subject.model
    width = model.config.n_embd // model.config.n_head
    first = model.transformer.h[0]
    with torch.no_grad():
        words = model.transformer.wte(ids)
        enriched = words + first.mlp(first.ln_2(words))
        found = []
        for block in model.transformer.h:
            normed = block.ln_1(words if block is first else enriched)
            values = (normed @ block.attn.c_attn.weight + block.attn.c_attn.bias).chunk(3, dim=-1)[2]
            outputs = block.attn.c_proj.weight.split(width)
            written = torch.stack(
                [value @ output for value, output in zip(values.split(width, -1), outputs, strict=True)]
            )
            found.append((written * model.transformer.ln_f.weight @ model.lm_head.weight[ids].T).argmax(-1))
    return torch.stack(found)

"""Tasks with a known circuit: indirect objects, attributes, agreement, gender, and copying of arbitrary ids."""

from dataclasses import dataclass

import torch

from stratascope.specimen.evidence.editing import restored
from stratascope.specimen.families.circuits import INDIRECT_OBJECT_TEMPLATES, colored_objects
from stratascope.specimen.induction import measure_copying
from stratascope.specimen.seeding import other_than, seeded
from stratascope.specimen.subject import Subject
from stratascope.specimen.world import NAMES, OBJECTS, PLACES, WOMEN, pronouns


@dataclass(frozen=True)
class IndirectObject:
    """One prompt with its control (a third person acts) and its corruption (the receiver acts)."""

    prompt: str
    control: str
    corrupted: str
    receiver: str
    subject: str


def indirect_object_items(count: int) -> list[IndirectObject]:
    """Seeded items that go through all templates and both orders of names."""
    generator = seeded("evaluation/indirect object")
    items = []
    for index in range(count):
        first, second = generator.sample(NAMES, 2)
        acting, receiver = (first, second) if index % 2 else (second, first)
        opening = INDIRECT_OBJECT_TEMPLATES[index // 2 % len(INDIRECT_OBJECT_TEMPLATES)].partition(" {I}")[0]
        blanks = {"A": first, "B": second, "place": generator.choice(PLACES), "thing": generator.choice(OBJECTS)}
        third = other_than(generator, NAMES, first, second)
        prompt, control, corrupted = (opening.format(S=name, **blanks) for name in (acting, third, receiver))
        items.append(IndirectObject(prompt, control, corrupted, receiver, acting))
    return items


def indirect_object(subject: Subject) -> dict[str, float]:
    """Which of two names the model expects; without a repeated name it must not prefer either."""
    items = indirect_object_items(200)
    difference = subject.preferences([(item.prompt, item.receiver, item.subject) for item in items])
    control = subject.preferences([(item.control, item.receiver, item.subject) for item in items])
    return {
        "indirect_object": float((difference > 0).float().mean()),
        "indirect_object_top_1": subject.accuracy([(item.prompt, item.receiver) for item in items]),
        "indirect_object_logit_difference": float(difference.mean()),
        "indirect_object_control": abs(float(control.mean())),
    }


def _restored(subject: Subject, items: list[IndirectObject], layer: int, position: int) -> float:
    """Share of the logit difference that comes back when one residual vector of the clean run is patched in."""
    clean, corrupted = (
        torch.tensor([subject.prompt(text) for text in texts])
        for texts in ([item.prompt for item in items], [item.corrupted for item in items])
    )
    right, wrong = subject.words([i.receiver for i in items]), subject.words([i.subject for i in items])
    rows = torch.arange(len(items))

    def difference(logits: torch.Tensor) -> torch.Tensor:
        return logits[rows, right] - logits[rows, wrong]

    return float(restored(subject, clean, corrupted, difference, [position], [layer])[layer, position])


def indirect_object_patching(subject: Subject) -> dict[str, float]:
    """Where the answer lives: at the repeated name after the first layer, at the last token before the last layer."""
    items = [item for item in indirect_object_items(240) if item.prompt.startswith("When")]
    tokens = [subject.prompt(text) for text in (items[0].prompt, items[0].corrupted)]
    repeated = next(index for index, (a, b) in enumerate(zip(*tokens, strict=True)) if a != b)
    return {
        "patching_repeated_name_first_layer": _restored(subject, items, 0, repeated),
        "patching_last_token_late_layer": _restored(subject, items, subject.model.config.n_layer - 2, -1),
    }


def attributes(subject: Subject) -> dict[str, float]:
    """The colour of one of three objects."""
    generator = seeded("evaluation/colored objects")
    documents = [colored_objects(generator) for _ in range(200)]
    halves = [document.removesuffix(".").rsplit(" ", 1) for document in documents]
    return {"colored_objects": subject.accuracy([(prompt, color) for prompt, color in halves])}


def grammar(subject: Subject) -> dict[str, float]:
    """Number agreement across a distractor of the other number, and the gender of pronouns."""
    heads, distractors = ("key", "door", "toy", "boat"), ("friend", "farmer", "lamp", "car")
    pairs = [(head, distractor) for head in heads for distractor in distractors]
    plural = [(f"The {head}s near the {distractor}", "are", "is") for head, distractor in pairs]
    singular = [(f"The {head} near the {distractor}s", "is", "are") for head, distractor in pairs]
    gender = [
        (f"{name} opened the door because", pronouns(name)[0], "he" if name in WOMEN else "she") for name in NAMES
    ]
    return {"agreement": subject.preferred(plural + singular), "gender": subject.preferred(gender)}


def copying(subject: Subject) -> dict[str, float]:
    """Copying ids drawn from the whole vocabulary with a period of thirty, and the head that does it."""
    copy = measure_copying(subject.model, period=30)
    return {
        "induction_score_best_head": copy.best_score,
        "copying_accuracy_period_30": copy.accuracy,
        "copying_loss_period_30": copy.loss,
        "previous_token_score_best_head": float(copy.previous_token.max()),
    }

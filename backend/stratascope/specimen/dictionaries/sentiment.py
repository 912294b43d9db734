"""Does one latent tell how a story feels?  Every prefix ends with the same words, so the mood has to be remembered.

The latent is chosen on one half of the stories and judged on the other, since the best of a thousand would look good
by chance on the half that chose it.
"""

import torch

from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.families.stories import mood_story
from stratascope.specimen.seeding import seeded
from stratascope.specimen.world import HAPPY, SAD, Mood

_SEED = "sentiment of dictionaries"
_QUESTION = " It was"


def _prefix(mood: Mood, seed: str) -> str:
    """A story without its last sentence, asked how it was."""
    story = mood_story(seeded(seed), mood)
    return story[: story.rindex(". ") + 1] + _QUESTION


def story_prefixes(count: int) -> tuple[list[str], torch.Tensor]:
    """Beginnings of happy and sad stories in turn, and which of them are happy (booleans [story])."""
    moods = [HAPPY, SAD]
    return [_prefix(moods[index % 2], f"{_SEED}/{index}") for index in range(count)], torch.arange(count) % 2 == 0


def auroc(scores: torch.Tensor, positive: torch.Tensor) -> torch.Tensor:
    """Probability that a positive row scores higher than a negative one, ties counting half; [column].

    `scores` are [row, column] and `positive` is boolean [row].  This is the area under the ROC curve (Hanley and
    McNeil, "The meaning and use of the area under a receiver operating characteristic curve").
    """
    above, below = scores[positive], scores[~positive]
    order = (above[:, None] > below[None]).double() + 0.5 * (above[:, None] == below[None]).double()
    return order.mean((0, 1))


def sentiment_latent(autoencoder: Autoencoder, activations: torch.Tensor, happy: torch.Tensor) -> dict[str, float]:
    """The latent that separates happy from sad stories best, given activations [story, width] at their last tokens.

    A latent that fires on sad stories is as good as one that fires on happy ones: both areas are those of its side.
    """
    codes = autoencoder.encode(activations)
    half = len(happy) // 2
    selection = auroc(codes[:half], happy[:half])
    latent = int((selection - 0.5).abs().argmax())
    area = float(auroc(codes[half:, [latent]], happy[half:]))
    fires_on_happy = bool(selection[latent] > 0.5)
    return {
        "sentiment_latent": latent,
        "sentiment_fires_on_happy": fires_on_happy,
        "sentiment_selection_auroc": float((selection[latent] - 0.5).abs() + 0.5),
        "sentiment_auroc": area if fires_on_happy else 1 - area,
    }

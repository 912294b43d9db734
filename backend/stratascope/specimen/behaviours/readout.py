"""What instruments read out of the base: linear probes, dictionaries, and the tuned lens beside the logit lens.

Probes and dictionaries were measured when they were made, on the stored weights; their numbers are read from there.
"""

from stratascope.specimen import tuned_lens
from stratascope.specimen.dictionaries import build
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.prompt_sets.reading import list_sets

PROBED = ("sentiment", "ambiguity", "truth")
"""Prompt sets whose probes are on the scorecard."""


def probes(specimens: Specimens) -> dict[str, float]:
    """Held-out accuracy of linear probes on balanced sets of equal length, from the best row and from the embedding."""
    measured = {entry.id: entry.measured for entry in list_sets(specimens.bundle)}
    best = {f"probe_{name}": measured[name]["probe_best"] for name in PROBED}
    return best | {f"probe_{name}_row_0": measured[name]["probe_row_0"] for name in PROBED}


def dictionaries(specimens: Specimens) -> dict[str, float]:
    """The dictionaries of the residual stream, the worst of them where each layer has its own number."""
    numbers = build.numbers(specimens.bundle)

    def of_the_stream(measure: str) -> list[float]:
        return [value for key, value in numbers.items() if "resid_post" in key and key.endswith(f"_{measure}")]

    return {
        "dictionary_unexplained": max(of_the_stream("fvu")),
        "dictionary_loss_recovered": min(of_the_stream("ce_recovered")),
        "dictionary_dead": max(of_the_stream("dead")),
        "dictionary_pure_classes": numbers["pure_classes"],
        "sentiment_latent": numbers["sentiment_latent_auroc"],
    }


def lenses(specimens: Specimens) -> dict[str, float]:
    """Mean distance of either lens from the output over all rows but the last, and where the tuned one is closer."""
    numbers = tuned_lens.numbers(specimens.bundle)
    tuned, plain = (
        [value for key, value in sorted(numbers.items()) if key.startswith(f"{name}_kl_row_")]
        for name in ("tuned_lens", "logit_lens")
    )
    closer = [a < b for a, b in zip(tuned, plain, strict=True)]
    return {
        "tuned_lens_distance": sum(tuned) / len(tuned),
        "logit_lens_distance": sum(plain) / len(plain),
        "tuned_lens_closer": sum(closer) / len(closer),
    }

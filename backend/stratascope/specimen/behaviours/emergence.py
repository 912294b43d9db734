"""When what was learned appeared: the trajectory of the base, by the tokens it had read."""

from stratascope.specimen.behaviours.recall import countries
from stratascope.specimen.evidence.specimens import Specimens
from stratascope.specimen.induction import measure_copying
from stratascope.specimen.packing import TOKENS_PER_STEP

_FORMED = 0.5


def induction(specimens: Specimens) -> dict[str, float]:
    """The best head's induction score before training, and the kept checkpoints between which it passed one half.

    Numbers of tokens are in millions.
    """
    checkpoints = specimens.checkpoints
    scores = [(step, measure_copying(specimens.subject(name).model).best_score) for step, name in checkpoints]
    without = [step for step, score in scores if score < _FORMED]
    formed = [step for step, score in scores if score >= _FORMED]
    _, untrained = checkpoints[0]
    return {
        "induction_untrained": scores[0][1],
        "induction_absent_until": max(without, default=0) * TOKENS_PER_STEP / 1e6,
        "induction_present_from": min(formed, default=0) * TOKENS_PER_STEP / 1e6,
        "capital_untrained": countries(specimens.subject(untrained))["capital"],
    }

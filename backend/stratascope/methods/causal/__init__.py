"""What causes the answer: parts of a run replaced, and the effect measured."""

METRICS = {"logit_diff": "logit difference", "logprob": "log-probability", "prob": "probability"}
"""What an effect is measured by, in words."""

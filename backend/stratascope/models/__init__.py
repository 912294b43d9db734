"""Models: what there is, whether it may be loaded, and how to look inside.

`library`, `guard`, `fingerprint` and `hub` never import torch and serve the process that answers requests; everything
else runs where the weights are.
"""

"""The specimen's sparse autoencoders ("dictionaries"), what they were measured to do, and names for their latents.

A dictionary writes an activation as a sum of few directions out of many.  Those of the specimen are TopK autoencoders
(Gao et al., "Scaling and evaluating sparse autoencoders"), stored in the format of the SAELens library.
`build` has the stages that make them; the other modules know nothing of files except `storage` and `labels`.
"""

from stratascope.specimen.dictionaries.build import label_features, numbers, train_dictionaries

__all__ = ["label_features", "numbers", "train_dictionaries"]

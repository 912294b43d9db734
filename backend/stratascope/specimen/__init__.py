"""The specimen: a small transformer trained on a closed world, bundled with the product.

Everything that a reader of the dashboard may want to check is known by construction: which facts were taught, which
were withheld, which circuits the documents call for.  The training corpus is a pure function of a seed, so no corpus
file is stored; `python -m stratascope.specimen` builds the whole bundle again.

Importing this package, `manifest` or `prompts` never imports torch; the modules that train and measure do.
"""

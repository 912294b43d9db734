"""Stratascope: see through a transformer language model, layer by layer."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("stratascope")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0.0.0"

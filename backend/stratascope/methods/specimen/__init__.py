"""Findings of the literature, measured on the bundled models."""

"""The findings of the gallery, one module each: `finding` says what it is about, `measure` computes its numbers.

The folder is the registry, and a finding's slug is the name of its module. Nothing is imported before it is asked for,
and no module imports torch before it measures.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from stratascope.specimen.evidence.finding import Finding, Measured, Verdict
    from stratascope.specimen.evidence.specimens import Specimens

__all__ = ["Known", "find", "missing", "slugs", "verdict"]


class _Module(Protocol):
    """What a module of this folder holds."""

    FINDING: Finding

    def measure(self, specimens: Specimens) -> Measured:
        """The numbers of the finding."""


@dataclass(frozen=True)
class Known:
    """A finding with its slug and the way to measure it."""

    slug: str
    finding: Finding
    module: _Module

    def measure(self, specimens: Specimens) -> Measured:
        """The numbers of the finding, computed now."""
        return self.module.measure(specimens)


def slugs() -> tuple[str, ...]:
    """Every slug, in alphabetical order."""
    return tuple(sorted(info.name.replace("_", "-") for info in pkgutil.iter_modules(__path__)))


def find(slug: str) -> Known:
    """The finding with this slug. Raises `KeyError` for any other text."""
    if slug not in slugs():
        raise KeyError(slug)
    module = cast(_Module, importlib.import_module(f"{__name__}.{slug.replace('-', '_')}"))
    return Known(slug, module.FINDING, module)


def missing(finding: Finding, specimens: Specimens) -> list[str]:
    """What the bundle would have to hold beside what it does, for the finding to be measured."""
    return [path for path in finding.needs if not specimens.has(path)]


def verdict(finding: Finding, measured: Measured) -> Verdict:
    """What the numbers say about the claim."""
    return finding.limits.verdict(measured.value, measured.control)

"""A finding of the gallery, measured live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import AfterValidator

from stratascope.method import Cost, Field, Guide, ModelFacts, Paper, Params, method
from stratascope.problem import Problem
from stratascope.result import Array, Check, Quantity, Table
from stratascope.specimen import findings

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.specimen.evidence.finding import Finding, Measured, Row
    from stratascope.specimen.evidence.specimens import Specimens

MOST_BYTES = 512 << 20
"""Room for a pass over a few thousand tokens and for the largest sibling beside it."""


def _known(slug: str) -> str:
    if slug not in findings.slugs():
        raise ValueError(f"there is no finding {slug[:80]!r}")
    return slug


Slug = Annotated[str, AfterValidator(_known)]


class FindingParams(Params):
    """Which finding is measured."""

    finding: Slug = Field(
        "induction-heads",
        description="The finding, by its name in the gallery.",
        json_schema_extra={"enum": list(findings.slugs())},
    )


def _cost(model: ModelFacts, params: FindingParams, tokens: int) -> Cost:
    """A few hundred short passes through small models, whatever the prompt."""
    return Cost(forwards=300, bytes=MOST_BYTES)


@method(
    title="Finding",
    version=1,
    guide=Guide(
        question="What do the weights say?",
        purpose="Measures one finding of the gallery on the bundled models, with its control.",
        reading="The first row decides: its value is held against the limits of the finding, and its control is what chance or a "
        "trivial explanation scores. The other rows show where the number comes from. A finding that does not hold here may "
        "well hold on larger models.",
        synonyms=("gallery", "replication", "claim", "control", "benchmark", "specimen"),
        next=("lens/logit-lens", "attention/head-scores", "causal/activation-patching"),
    ),
    papers=[
        Paper("Interpretability in the Wild: a Circuit for Indirect Object Identification in GPT-2 Small", 2022),
        Paper("In-context Learning and Induction Heads", 2022),
    ],
    requires=("bundled",),
    cost=_cost,
)
def finding(model: Model, params: FindingParams) -> Table:
    """Measure a finding with its own prompts and seeds, on the models of the bundle that it is about.

    So the answer is always the same, whichever bundled model is named: that only says which bundle is meant.

    Arrays [entry]: text `measure`; `value`; `control`, undefined for rows that have none of their own; `count`, on how many
    prompts, tokens or pairs a row rests, 0 where it is one number of the model.
    """
    from stratascope.specimen.evidence.specimens import Specimens

    known = findings.find(params.finding)
    specimens = Specimens(model.entry.path.parent)
    _refuse_incomplete(known.finding, specimens)
    measured = known.measure(specimens)
    return Table(
        arrays=_arrays(measured.table()),
        quantities=[
            Quantity(name="value", label="value", scale="mag", unit=measured.unit),
            Quantity(name="control", label="control", scale="mag", unit=measured.unit),
        ],
        facts={
            "finding": params.finding,
            "about": known.finding.view.model,
            "claim": known.finding.claim,
            "verdict": findings.verdict(known.finding, measured),
            "control_label": measured.control_label,
            "limits": {"supported": known.finding.limits.supported, "mixed": known.finding.limits.mixed},
        },
        summary=_summary(known.finding, measured),
        checks=_checks(known.finding, measured),
    )


def _refuse_incomplete(about: Finding, specimens: Specimens) -> None:
    missing = findings.missing(about, specimens)
    if missing:
        raise Problem(
            "not_bundled",
            f"The finding “{about.title}” needs {', '.join(missing)}, which this bundle does not hold.",
            field="finding",
            remedy="Choose another finding",
            changes={"finding": "induction-heads"},
        )


def _arrays(rows: Sequence[Row]) -> dict[str, Array]:
    controls = np.array([np.nan if row.control is None else row.control for row in rows], dtype=np.float32)
    return {
        "measure": Array(values=np.array([row.label for row in rows], dtype=object), dims=("entry",)),
        "value": Array(values=np.array([row.value for row in rows], dtype=np.float32), dims=("entry",)),
        "control": Array(values=controls, dims=("entry",), undefined="a row without a control of its own"),
        "count": Array(values=np.array([row.count or 0 for row in rows], dtype=np.int32), dims=("entry",)),
    }


def _summary(about: Finding, measured: Measured) -> str:
    verdict = findings.verdict(about, measured)
    numbers = f"{measured.label} {measured.value:.2f}, {measured.control_label} {measured.control:.2f}"
    return f"{verdict.capitalize()}: {numbers}, over {measured.count}.".replace("-", "−")


def _checks(about: Finding, measured: Measured) -> list[Check]:
    """The deciding number against the limits of the finding.

    A claim that does not hold is a finding and no fault of the measurement, so it is told in amber, never as a failure.
    """
    limits = about.limits
    reached = Check(
        name="claim",
        label=measured.label,
        value=measured.value,
        ok=limits.supported,
        warn=limits.worst,
        higher_is_better=limits.higher_is_better,
        control=measured.control,
        explanation="The number that decides, against the limit from which on the claim counts as supported. The control is "
        f"{measured.control_label}.",
    )
    return [reached]

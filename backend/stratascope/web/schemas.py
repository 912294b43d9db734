"""What answers look like: checked here, and typed in the OpenAPI document. Requests are in `bodies`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from stratascope.models.precision import Precision
from stratascope.result import Quantity, Token, Verdict

ModelState = Literal["not_loaded", "loading", "ready", "failed"]
RunState = Literal["queued", "running", "done", "failed", "cancelled"]


class Answer(BaseModel):
    """What this server answers."""

    model_config = ConfigDict(extra="forbid")


class FieldFault(Answer):
    """One request field that is wrong."""

    field: str
    message: str


class Fault(Answer):
    """What went wrong, and what to do: `changes` are the request fields that carry the remedy out."""

    code: str
    message: str
    fields: list[FieldFault] | None = None
    remedy: str | None = None
    changes: dict[str, Any] | None = None
    retry_after: int | None = None


class ErrorDetail(Fault):
    """A fault, with the id under which the request was logged."""

    request_id: str


class Error(Answer):
    """The one shape of every error."""

    error: ErrorDetail


class Live(Answer):
    """The server's loop turns."""

    status: Literal["live"] = "live"


class WorkerHealth(Answer):
    """The process that computes."""

    pid: int | None
    state: str


class Ready(Answer):
    """The worker answers, or is at work within its deadline."""

    status: Literal["ready"] = "ready"
    worker: WorkerHealth


class Model(Answer):
    """A model, loaded or not. What is measured when it is loaded is null until then.

    `checkpoint_of` is the model whose training it is a moment of, if it is one;
    `dtype` is the number format most of its files hold, `precision` the one it is computed in; `memory_bytes` is what its
    weights take on `device`. While it is loading, `done` of `total` units of `stage` are finished (bytes while weights are
    read), `position` is its place in line, and `run` the run that may be left to cancel it.
    """

    id: str
    title: str | None
    checkpoint_of: str | None
    source: Literal["bundled", "folder", "path", "hub"]
    architecture: str
    layers: int
    heads: int
    key_value_heads: int
    width: int
    vocabulary: int
    context: int
    parameters: int
    bytes: int
    dtype: str
    precision: Precision
    fingerprint: str | None
    state: ModelState
    stage: str | None
    done: int | None
    total: int | None
    run: str | None
    position: int | None
    memory_bytes: int | None
    device: str | None
    fidelity: dict[str, Any] | None
    capabilities: list[str] | None
    missing: dict[str, str] | None
    problem: Fault | None


class Memory(Answer):
    """What is kept, in bytes.

    `models` are the weights of each model in memory, `used_bytes` their sum and `limit_bytes` the most it may be;
    `captures_bytes` are captured runs in memory, `results_bytes` results on disk.
    """

    limit_bytes: int
    used_bytes: int
    models: dict[str, int]
    captures_bytes: int
    results_bytes: int


class ModelList(Answer):
    """Every model there is, and the memory they take."""

    models: list[Model]
    memory: Memory


class Inspection(Answer):
    """What loading a model would take.

    It needs `needed_bytes` of the `limit_bytes` for weights, of which other models leave `free_bytes`. If it does not fit
    beside them, those in `unload` have to go, and do when it is loaded: the ones used least recently. A model that needs
    more than the limit is loaded alone.
    """

    model: Model
    needed_bytes: int
    free_bytes: int
    limit_bytes: int
    fits: bool
    unload: list[str]


class VocabularyMatches(Answer):
    """Tokens of a vocabulary that fit a query, the best first, and how many there are in all."""

    tokens: list[Token]
    total: int


class DraftName(Answer):
    """The name under which a draft is found."""

    id: str


class Draft(Answer):
    """A state of the page, as it stands in an address."""

    address: str


class Tokenization(Answer):
    """The tokens the model reads."""

    ids: list[int]
    tokens: list[Token]
    bos_prepended: bool


class Paper(Answer):
    """A publication, by title."""

    title: str
    year: int


class Method(Answer):
    """A method: all a page, a client or an agent needs to offer it. `params` is the JSON Schema of its parameters."""

    id: str
    title: str
    version: int
    family: str
    kind: str
    question: str
    purpose: str
    reading: str
    synonyms: list[str]
    next: list[str]
    shortcut: str
    papers: list[Paper]
    requires: list[str]
    resources: dict[str, str]
    optional_resources: list[str]
    description: str
    params: dict[str, Any]


class MethodList(Answer):
    """The catalogue, and the files that could not be used with the reason."""

    methods: list[Method]
    errors: dict[str, str]


class Alternative(Answer):
    """A smaller request that fits: `changes` are the fields to set."""

    label: str
    changes: dict[str, Any]
    bytes: int


class CostEstimate(Answer):
    """What a run takes: forward passes over the prompt and peak memory beyond the weights, in bytes."""

    forwards: float
    bytes: int
    tokens: int
    limit_bytes: int
    fits: bool
    alternatives: list[Alternative]


class RunProgress(Answer):
    """Units finished of the stage a run is in."""

    done: int
    total: int
    stage: str


class Run(Answer):
    """A run: queued, at work or ended. `result` is the address of the document once it is done; `eta` is in seconds."""

    id: str
    method: str
    key: str
    state: RunState
    position: int | None
    eta: float | None
    progress: RunProgress | None
    error: Fault | None
    result: str | None


class Check(Answer):
    """A measured number that says whether the picture can be believed, with its limits and the verdict."""

    name: str
    label: str
    value: float | None
    ok: float | None
    warn: float | None
    higher_is_better: bool
    control: float | None
    explanation: str
    verdict: Verdict


class ResultBody(BaseModel):
    """The result: its arrays are further fields, by the names that `dims` lists."""

    model_config = ConfigDict(extra="allow")

    kind: str
    quantities: list[Quantity]
    dims: dict[str, list[str]]
    coords: dict[str, list[str]]
    tokens: list[Token]
    vocabulary: list[Token]
    shown: dict[str, int]
    total: dict[str, int]
    facts: dict[str, Any]
    summary: str
    nonfinite: dict[str, int]
    undefined: dict[str, str]


class ModelReference(BaseModel):
    """The model a result was computed with."""

    model_config = ConfigDict(extra="allow")

    id: str
    fingerprint: str


class Document(BaseModel):
    """One result with everything needed to believe it."""

    model_config = ConfigDict(extra="allow")

    schema_version: int
    key: str
    method: str
    method_version: int
    model: ModelReference
    request: dict[str, Any]
    result: ResultBody
    checks: list[Check]
    warnings: list[str]
    provenance: dict[str, Any]


class Figure(Answer):
    """A plotly figure."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]


class SavedLink(Answer):
    """Where a saved analysis is, and the secret that edits and deletes it. The secret is shown this once."""

    id: str
    url: str
    delete_secret: str


class Analysis(Answer):
    """A saved analysis. Without arrays each result has an `href` to its whole document."""

    id: str
    title: str
    notes: str
    workspace: dict[str, Any] | None
    created: str
    results: list[dict[str, Any]]


class AnalysisEntry(Answer):
    """A line of the list of saved analyses."""

    id: str
    title: str
    created: str
    bytes: int
    results: int


class AnalysisList(Answer):
    """Every saved analysis."""

    analyses: list[AnalysisEntry]


class Example(Answer):
    """A prompt to begin with."""

    id: str
    title: str
    model: str
    prompt: str
    target: str
    distractor: str
    note: str


class ExampleList(Answer):
    """Prompts to begin with."""

    examples: list[Example]


class PromptSet(Answer):
    """A set of prompts whose answers, pairs or labels are known.

    `answer` says what the bundled model does with them, `control` what must not be the case; `measured` are its numbers by
    name, a part of the set behind a colon. With `pairs`, corrupt prompts have as many tokens as the prompts.
    """

    id: str
    title: str
    description: str
    count: int
    answer: str
    control: str
    pairs: bool
    measured: dict[str, float]


class PromptSetList(Answer):
    """Every prompt set there is."""

    sets: list[PromptSet]


class PromptItem(Answer):
    """One prompt of a set.

    `answer` and `distractor` are texts as they follow the prompt, with the space before them. `positions` are those of
    tokens by their role; the marker before the prompt has position 0. `label` is the class that a probe is to find.
    """

    id: str
    prompt: str
    answer: str | None
    distractor: str | None
    corrupt: str | None
    positions: dict[str, int]
    label: str | None
    family: str
    meta: dict[str, Any]


class PromptItems(Answer):
    """Some items of a set, and how many it has in all."""

    id: str
    total: int
    items: list[PromptItem]


class CardNumber(Answer):
    """One measured number with the bounds it has to keep.

    `holds` is null without bounds; `control` is what a random or trivial alternative scores, `note` says why a bound is
    not kept.
    """

    key: str
    title: str
    group: str
    model: str
    value: float
    floor: float | None
    ceiling: float | None
    holds: bool | None
    control: float | None
    note: str


class Counterfinding(Answer):
    """What the literature reports and the model does not show, with its number and the analysis that shows it."""

    title: str
    note: str
    value: float
    control: float
    analysis: str


class ModelCard(Answer):
    """How a bundled model was made, what it was measured to do, and what does not hold on it."""

    id: str
    title: str
    description: str
    training: dict[str, Any]
    numbers: list[CardNumber]
    findings_against: list[Counterfinding]


class FindingNumber(Answer):
    """A measured number. `unit` is empty for shares and scores."""

    label: str
    value: float
    unit: str


class Finding(Answer):
    """A finding of the literature as it stands on the bundled models.

    `number` is what decides and `control` what chance or a trivial explanation scores; `analysis` is the id of the saved
    analysis that it opens as, `thumbnail` the key of the result of it that makes a picture.
    """

    slug: str
    title: str
    sentence: str
    source: Paper
    group: Literal["Reading", "Cause", "Features", "Steering", "Differences"]
    holds: Literal["supported", "mixed", "not supported"]
    number: FindingNumber
    control: FindingNumber
    model: str
    analysis: str
    thumbnail: str


class Gallery(Answer):
    """Every finding of the gallery."""

    findings: list[Finding]

"""The contract of an analysis: one decorated function, whose signature is the declaration.

    class LogitLensParams(PromptParams):
        top_k: int = Field(5, ge=1, le=50, description="Tokens kept per cell.")

    @method(title="Logit lens", version=1, papers=[Paper("…", 2023)], reading="…")
    def logit_lens(model: Model, params: LogitLensParams) -> TokenGrid:
        \"\"\"Decode every layer's residual stream with the model's own unembedding.\"\"\"

From this come the REST route with its schema, the cache key, the form, the panel, the CLI command, the client function and
the docs page. `@method` returns a frozen value and changes nothing else: the folder a module lies in is the registry.

Method modules are imported by processes that must not load torch. So their annotations are strings (`from __future__
import annotations`), model classes are imported under TYPE_CHECKING, and torch is imported inside the functions.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Protocol, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, create_model

from stratascope.problem import Cancelled
from stratascope.result import KINDS, Result

__all__ = [
    "CELL_POSITION",
    "LINES",
    "MAYBE_SIDE_B",
    "MOST_PROMPTS",
    "PROMPT_SET",
    "SIDE_A",
    "SIDE_B",
    "Cancelled",
    "Cost",
    "Field",
    "Guide",
    "Indices",
    "Message",
    "Messages",
    "Method",
    "ModelFacts",
    "Paper",
    "Params",
    "Progress",
    "PromptParams",
    "PromptText",
    "PromptsParams",
    "Text",
    "TokenIds",
    "TokenText",
    "TokenTexts",
    "method",
    "silent",
]

MAX_PROMPT_CHARACTERS = 100_000


def _whole_characters(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("text has an unpaired surrogate, which no encoding can carry") from None
    return text


Text = Annotated[str, AfterValidator(_whole_characters)]
"""Text that every encoding can carry."""

Name = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
"""An id of a model or another resource."""

TokenText = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
"""The text of one token, leading space included."""

MOST_TOKENS_PER_SIDE = 32

TokenTexts = TokenText | Annotated[list[TokenText], Field(min_length=1, max_length=MOST_TOKENS_PER_SIDE)]
"""One token or several, by text."""

TokenId = Annotated[int, Field(ge=0)]

TokenIds = TokenId | Annotated[list[TokenId], Field(min_length=1, max_length=MOST_TOKENS_PER_SIDE)]
"""One token or several, by id."""

Index = Annotated[int, Field(ge=0, le=1_000_000)]

Indices = Literal["all"] | Annotated[list[Index], Field(min_length=1, max_length=4096)]
"""A list of indices from 0, or "all"."""


class Params(BaseModel):
    """Parameters of a method: frozen, strict (no coercion between types), without unknown fields, NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Message(Params):
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: Annotated[Text, StringConstraints(max_length=MAX_PROMPT_CHARACTERS)]


PromptText = Annotated[Text, StringConstraints(max_length=MAX_PROMPT_CHARACTERS)]

Messages = Annotated[list[Message], Field(min_length=1, max_length=64)]

SIDE_A: dict[str, Any] = {"widget": "prompt", "side": "a"}
SIDE_B: dict[str, Any] = {"widget": "prompt", "side": "b"}
MAYBE_SIDE_B: dict[str, Any] = {**SIDE_B, "optional": True}
"""Marks of the fields that carry the prompts of a method which reads two, or which can do with one."""

CELL_POSITION: dict[str, Any] = {"widget": "cell"}
"""Mark of a position that belongs to a cell, and not to the question."""

LINES: dict[str, Any] = {"widget": "lines"}
PROMPT_SET: dict[str, Any] = {"widget": "prompt_set"}
"""Marks of a list of texts that are lines rather than words, and of the id of a bundled prompt set."""


class PromptParams(Params):
    """Parameters of a method that reads one prompt, given as plain text or as chat messages."""

    prompt: PromptText = Field("", description="The text the model reads.", json_schema_extra={"widget": "prompt"})
    messages: Messages | None = Field(
        None,
        description="Chat messages, laid out by the model's template, in place of a prompt.",
        json_schema_extra={"widget": "prompt"},
    )


MOST_PROMPTS = 256


class PromptsParams(PromptParams):
    """Parameters of a method that measures one prompt, or the mean of many."""

    prompts: Annotated[list[PromptText], Field(max_length=MOST_PROMPTS)] = Field(
        [],
        description="Prompts that the result is a mean over, at most 256, in place of the prompt.",
        json_schema_extra=LINES,
    )
    prompts_from: Annotated[Text, StringConstraints(max_length=200)] | None = Field(
        None,
        title="Prompts from",
        description="A bundled prompt set, by its id, whose first 256 prompts the result is a mean over.",
        json_schema_extra=PROMPT_SET,
    )

    @property
    def most_prompts(self) -> int:
        """How many prompts the request is about, at most: a set is not opened for a cost estimate."""
        return MOST_PROMPTS if self.prompts_from is not None else max(1, len(self.prompts))


@dataclass(frozen=True)
class Paper:
    """A source, cited by title."""

    title: str
    year: int


QUESTIONS = (
    "What would each layer predict?",
    "Where does it look?",
    "Which features fire?",
    "What causes the answer?",
    "Which inputs matter?",
    "What is encoded where?",
    "How do layers transform?",
    "How do two runs differ?",
    "What do the weights say?",
    "Steer it",
    "What does the model read?",
)
"""The groups of the catalogue, in the order a person meets them. A question of one's own comes after these."""


@dataclass(frozen=True)
class Guide:
    """What the page says about a method.

    `question` is the group of the catalogue it stands in, `purpose` one sentence, `reading` two or three sentences on how
    to read the figure with its pitfalls, `synonyms` further words the search finds it by, `next` the ids of methods that
    answer the natural next question, `shortcut` the capital letter of the key that asks the method about a pinned cell.
    """

    question: str
    purpose: str
    reading: str
    synonyms: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    shortcut: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch("[A-Z]?", self.shortcut):
            raise ValueError(f"shortcut must be one capital letter or nothing; got {self.shortcut!r}")


@dataclass(frozen=True)
class Cost:
    """What a run takes: forward passes over the prompt and peak extra memory in bytes."""

    forwards: float
    bytes: int


@dataclass(frozen=True)
class ModelFacts:
    """What a cost estimate may know of a model without loading it."""

    layers: int
    heads: int
    width: int
    vocabulary: int
    context: int
    parameters: int


class Progress(Protocol):
    """How a running method speaks to those who wait for it. Raises `Cancelled` when nobody does."""

    def __call__(self, done: int, total: int, stage: str) -> None:
        """`done` of `total` units of `stage` are finished."""

    def partial(self, result: Result) -> None:
        """Send a result whose missing cells are still NaN."""


class _Silent:
    """Progress that nobody watches: for notebooks and tests that call a method directly."""

    def __call__(self, done: int, total: int, stage: str) -> None:
        return

    def partial(self, result: Result) -> None:
        return


silent: Progress = _Silent()

_RESOURCES: Mapping[str, str] = {
    "Model": "Id of the model: one of those that GET /models lists.",
    "Tokenizers": "Ids of further models, at most 5. Their tokenizers alone are read, no weight is.",
}
"""Resource types a method may ask for, by annotation, with the description of their reference field.

An argument `other: Model | None = None` is one that a request may leave out. `Tokenizers` are a list of ids, and always
may be: `others: Tokenizers | None = None`.
"""

MOST_TOKENIZERS = 6
"""Tokenizers that one request may name, the model's own counted."""

Reference = str | list[str]
"""An id in a request, or several for `Tokenizers`."""

Capability = Literal["bundled", "causal", "heads", "neurons", "patterns", "residual_contract", "sequential_blocks"]
"""What a model must be able to do for a method to run on it; measured when the model is loaded.

`bundled` is no ability: it says that the model came with the product, so that what it was trained on is known.
"""


@dataclass(frozen=True)
class Method:
    """One analysis, declared by its function. Every attribute is derived from the function or given to `@method`."""

    function: Callable[..., Result]
    title: str
    version: int
    guide: Guide
    papers: tuple[Paper, ...]
    requires: tuple[Capability, ...]
    cost: Callable[[ModelFacts, Any, int], Cost]
    job: bool = False

    @cached_property
    def id(self) -> str:
        """family/name, from where the module lies: stratascope.methods.lens.logit_lens -> lens/logit-lens."""
        family, name = self.function.__module__.split(".")[-2:]
        return f"{family}/{name}".replace("_", "-")

    @property
    def family(self) -> str:
        """First half of the id."""
        return self.id.split("/")[0]

    @property
    def name(self) -> str:
        """Second half of the id."""
        return self.id.split("/")[1]

    @cached_property
    def description(self) -> str:
        """The function's docstring."""
        return inspect.getdoc(self.function) or ""

    @cached_property
    def params(self) -> type[Params]:
        """The parameter class."""
        return cast(type[Params], self._annotation("params"))

    @cached_property
    def kind(self) -> str:
        """Name of the result kind."""
        kind = self._annotation("return")
        if not (isinstance(kind, type) and issubclass(kind, Result) and kind.kind in KINDS):
            raise TypeError(f"{self.function.__name__} must return one of the result kinds, not {kind!r}")
        return kind.kind

    @cached_property
    def resources(self) -> dict[str, str]:
        """Argument name -> resource type, for the arguments that are references in a request."""
        return {name: kind for name, (kind, _) in self._references.items()}

    @cached_property
    def optional_resources(self) -> tuple[str, ...]:
        """Names of the resources that a request may leave out."""
        return tuple(name for name, (_, optional) in self._references.items() if optional)

    @cached_property
    def takes_progress(self) -> bool:
        """Whether the function reports progress."""
        return "progress" in inspect.signature(self.function).parameters

    @cached_property
    def request(self) -> type[Params]:
        """The body of a request: the parameters with one reference field per resource, flat."""
        stem = self.params.__name__.removesuffix("Params")
        fields: dict[str, Any] = {
            name: _reference(kind, optional) for name, (kind, optional) in self._references.items()
        }
        return create_model(f"{stem}Request", __base__=self.params, __module__=self.params.__module__, **fields)

    def split(self, request: Params) -> tuple[dict[str, Reference], Params]:
        """A validated request as (resource references, parameters). What was left out is no reference."""
        values = {name: getattr(request, name) for name in type(request).model_fields}
        references = {name: values.pop(name) for name in self.resources}
        given = {name: reference for name, reference in references.items() if reference is not None}
        return given, self.params.model_construct(**values)

    def prompt(self, params: Params) -> PromptParams:
        """What the method's first prompt says, whatever the method calls it; empty if it reads none."""
        text, messages = "", None
        for name, field in self.params.model_fields.items():
            extra = field.json_schema_extra
            if isinstance(extra, dict) and extra.get("widget") == "prompt" and extra.get("side", "a") == "a":
                value = getattr(params, name)
                text, messages = (value, messages) if isinstance(value, str) else (text, value)
        return PromptParams.model_construct(prompt=text, messages=messages)

    def describe(self) -> dict[str, Any]:
        """The catalogue entry: all a page, a client or an agent needs to offer the method."""
        return {
            "id": self.id,
            "title": self.title,
            "version": self.version,
            "family": self.family,
            "kind": self.kind,
            "question": self.guide.question,
            "purpose": self.guide.purpose,
            "reading": self.guide.reading,
            "synonyms": list(self.guide.synonyms),
            "next": list(self.guide.next),
            "shortcut": self.guide.shortcut,
            "papers": [{"title": paper.title, "year": paper.year} for paper in self.papers],
            "requires": list(self.requires),
            "resources": self.resources,
            "optional_resources": list(self.optional_resources),
            "description": self.description,
            "params": self.params.model_json_schema(),
        }

    @cached_property
    def _references(self) -> dict[str, tuple[str, bool]]:
        """Argument name -> (resource type, whether a request may leave it out)."""
        arguments = inspect.signature(self.function).parameters.items()
        return {name: _resource(argument) for name, argument in arguments if name not in ("params", "progress")}

    def _annotation(self, name: str) -> Any:
        annotation = self.function.__annotations__.get(name)
        if annotation is None:
            raise TypeError(f"{self.function.__name__} needs an annotation for {name}")
        return eval(annotation, self.function.__globals__) if isinstance(annotation, str) else annotation  # noqa: S307


def _resource(argument: inspect.Parameter) -> tuple[str, bool]:
    """What an argument refers to, and whether it may be left out. Raises `TypeError` if it is no reference."""
    written = str(argument.annotation)
    required = written.removesuffix(" | None")
    kind, optional = required.rpartition(".")[2], required != written
    if kind not in _RESOURCES:
        raise TypeError(f"argument {argument.name}: {kind} is no resource; known are {', '.join(_RESOURCES)}")
    if optional != (argument.default is None) or (kind == "Tokenizers" and not optional):
        raise TypeError(f"argument {argument.name}: a resource that may be left out is written {kind} | None = None")
    return kind, optional


def _reference(kind: str, optional: bool) -> tuple[Any, Any]:
    """The request field of a resource."""
    shown: dict[str, Any] = {"description": _RESOURCES[kind], "json_schema_extra": {"widget": "resource"}}
    if kind == "Tokenizers":
        several = Annotated[list[Name], Field(min_length=1, max_length=MOST_TOKENIZERS - 1)]
        return several | None, Field(None, **shown)
    return (Name | None, Field(None, **shown)) if optional else (Name, Field(**shown))


def _one_forward(model: ModelFacts, params: Params, tokens: int) -> Cost:
    """Default cost: one captured forward pass."""
    stream = 4 * tokens * model.width * 5 * model.layers
    return Cost(forwards=1, bytes=stream + 4 * tokens * model.vocabulary)


def method(
    *,
    title: str,
    guide: Guide,
    version: int = 1,
    papers: tuple[Paper, ...] | list[Paper] = (),
    requires: tuple[Capability, ...] = ("causal",),
    cost: Callable[[ModelFacts, Any, int], Cost] = _one_forward,
    job: bool = False,
) -> Callable[[Callable[..., Result]], Method]:
    """Declare a function as a method. Raise `version` whenever its numbers may change: it is part of the cache key.

    A `job` may take hours: it has a deadline of its own, and it must report progress so that it can be cancelled.
    """

    def declare(function: Callable[..., Result]) -> Method:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", function.__name__):
            raise TypeError(f"{function.__name__}: a method is named in lower case with underscores")
        declared = Method(function, title, version, guide, tuple(papers), requires, cost, job)
        if function.__module__.rpartition(".")[2] != function.__name__:
            raise TypeError(f"{function.__module__}: the method must have the module's name, not {function.__name__}")
        if job and not declared.takes_progress:
            raise TypeError(f"{function.__name__}: a job reports progress, so it takes an argument progress")
        return declared

    return declare

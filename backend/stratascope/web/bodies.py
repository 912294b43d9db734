"""What requests hold, beside those of the methods: bounded in every field, without guessing and without extras."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from stratascope.method import MAX_PROMPT_CHARACTERS, Message, Params, Text
from stratascope.models.precision import WantedPrecision

MAX_DRAFT_CHARACTERS = 200_000

Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The key of a result."""

HubName = Annotated[
    Text, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?$")
]
Revision = Annotated[Text, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")]


class InspectRequest(Params):
    """Which model to look at: one that is listed, or, for whoever runs the server, a folder."""

    id: Annotated[Text, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="Id of a listed model."
    )
    path: Annotated[Text, StringConstraints(min_length=1, max_length=4096)] | None = Field(
        None, description="Folder on the server that holds a model. Only for the operator."
    )
    precision: WantedPrecision | None = Field(
        None,
        description='Number format to compute in; "stored" is that of the files. Left out, it is the one the model was '
        "loaded in last, float32 at first.",
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        sources = self._sources()
        if sum(getattr(self, name) is not None for name in sources) != 1:
            raise ValueError(f"give exactly one of {', '.join(sources[:-1])} and {sources[-1]}")
        return self

    def _sources(self) -> tuple[str, ...]:
        return ("id", "path")


class LoadRequest(InspectRequest):
    """Which model to load: one that is listed, or, for whoever runs the server, a folder or a hub id."""

    hub: HubName | None = Field(None, description="Id of a model on the hub. Only for the operator.")
    revision: Revision | None = Field(None, description="Revision of the hub model.")

    @model_validator(mode="after")
    def _revision_of_hub(self) -> Self:
        if self.revision is not None and self.hub is None:
            raise ValueError("revision goes with hub")
        return self

    def _sources(self) -> tuple[str, ...]:
        return ("id", "path", "hub")


class TokenizeRequest(Params):
    """A text, or chat messages to lay out by the model's template."""

    text: Annotated[Text, StringConstraints(max_length=MAX_PROMPT_CHARACTERS)] | None = None
    messages: Annotated[list[Message], Field(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> TokenizeRequest:
        if (self.text is None) == (self.messages is None):
            raise ValueError("give either text or messages")
        return self


Title = Annotated[Text, StringConstraints(min_length=1, max_length=300)]
Notes = Annotated[Text, StringConstraints(max_length=100_000)]


class AnalysisRequest(Params):
    """What to save: the results by their keys, with the page's state beside them."""

    title: Title
    notes: Notes = ""
    workspace: dict[str, Any] | None = Field(None, description="State of the page, at most 256 kB as JSON.")
    results: Annotated[list[Key], Field(max_length=64)] = Field(description="Keys of the results to keep.")


class AnalysisChange(Params):
    """The words around a saved analysis. What is left out, or null, stays as it is."""

    title: Title | None = None
    notes: Notes | None = None
    workspace: dict[str, Any] | None = Field(None, description="State of the page, at most 256 kB as JSON.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.changes():
            raise ValueError("give at least one of title, notes and workspace")
        return self

    def changes(self) -> dict[str, Any]:
        """What is to change."""
        return self.model_dump(exclude_none=True)


class DraftRequest(Params):
    """A state of the page that is too long for a link."""

    address: Annotated[Text, StringConstraints(min_length=1, max_length=MAX_DRAFT_CHARACTERS)] = Field(
        description="What would stand behind the # of the address."
    )

"""What requests hold, beside those of the methods: bounded in every field, without guessing and without extras."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from stratascope.method import MAX_PROMPT_CHARACTERS, Message, Params, Text

Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The key of a result."""

HubName = Annotated[
    Text, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?$")
]
Revision = Annotated[Text, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")]


class LoadRequest(Params):
    """Which model to load: one that is listed, or, for whoever runs the server, a folder or a hub id."""

    id: Annotated[Text, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="Id of a listed model."
    )
    path: Annotated[Text, StringConstraints(min_length=1, max_length=4096)] | None = Field(
        None, description="Folder on the server that holds a model. Only for the operator."
    )
    hub: HubName | None = Field(None, description="Id of a model on the hub. Only for the operator.")
    revision: Revision | None = Field(None, description="Revision of the hub model.")

    @model_validator(mode="after")
    def _exactly_one(self) -> LoadRequest:
        if sum(name is not None for name in (self.id, self.path, self.hub)) != 1:
            raise ValueError("give exactly one of id, path and hub")
        if self.revision is not None and self.hub is None:
            raise ValueError("revision goes with hub")
        return self


class TokenizeRequest(Params):
    """A text, or chat messages to lay out by the model's template."""

    text: Annotated[Text, StringConstraints(max_length=MAX_PROMPT_CHARACTERS)] | None = None
    messages: Annotated[list[Message], Field(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> TokenizeRequest:
        if (self.text is None) == (self.messages is None):
            raise ValueError("give either text or messages")
        return self


class AnalysisRequest(Params):
    """What to save: the results by their keys, with the page's state beside them."""

    title: Annotated[Text, StringConstraints(min_length=1, max_length=300)]
    notes: Annotated[Text, StringConstraints(max_length=100_000)] = ""
    workspace: dict[str, Any] | None = Field(None, description="State of the page, at most 256 kB as JSON.")
    results: Annotated[list[Key], Field(max_length=64)] = Field(description="Keys of the results to keep.")

"""What went wrong, said once for the browser, the API and the notebook.

A `Problem` is a refusal a person can act on: a stable code, a sentence with the numbers in it and, where there is one, a
remedy phrased as an action. Anything else that escapes is a defect and is reported as such, without its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """A refusal with its remedy.

    `field` names the request field at fault; `changes` are the request fields that carry the remedy out, so that a page
    can offer it as a button. `status` is the HTTP status a server answers with.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 422,
        field: str | None = None,
        remedy: str | None = None,
        changes: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status
        self.field, self.remedy, self.changes = field, remedy, dict(changes) if changes else None
        self.retry_after = retry_after

    def describe(self) -> dict[str, Any]:
        """The error object of the REST contract, without the request id that the edge adds."""
        optional = {"remedy": self.remedy, "changes": self.changes, "retry_after": self.retry_after}
        fields = [{"field": self.field, "message": self.message}] if self.field else None
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        return body | {k: v for k, v in (optional | {"fields": fields}).items() if v is not None}

    def to_wire(self) -> dict[str, Any]:
        """Everything needed to raise the same problem in another process."""
        return {
            "code": self.code,
            "message": self.message,
            "status": self.status,
            "field": self.field,
            "remedy": self.remedy,
            "changes": self.changes,
            "retry_after": self.retry_after,
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Problem:
        """Inverse of `to_wire`."""
        rest = {k: v for k, v in wire.items() if k not in ("code", "message")}
        return cls(wire["code"], wire["message"], **rest)


class Cancelled(Exception):
    """Raised inside a method, through its `Progress`, once nobody waits for the result any more."""


def layer_out_of_range(layer: int, model: str, layers: int, field: str = "layers") -> Problem:
    """`layer` does not exist in a model of `layers` layers."""
    return Problem(
        "layer_out_of_range",
        f"Layer {layer} does not exist; {model} has layers 0–{layers - 1}.",
        field=field,
        remedy=f"Choose layers between 0 and {layers - 1}",
    )


def head_out_of_range(head: int, model: str, heads: int) -> Problem:
    """`head` does not exist in a layer of `heads` heads."""
    return Problem(
        "head_out_of_range",
        f"Head {head} does not exist; {model} has heads 0–{heads - 1} in every layer.",
        field="heads",
        remedy=f"Choose heads between 0 and {heads - 1}",
    )


def position_out_of_range(position: int, tokens: int, field: str = "position") -> Problem:
    """`position` lies outside a prompt of `tokens` tokens."""
    return Problem(
        "position_out_of_range",
        f"Position {position} does not exist; the prompt has {tokens} tokens (0–{tokens - 1}).",
        field=field,
        remedy="Use the last position",
        changes={field: [tokens - 1] if field == "positions" else -1},
    )


def not_enough_samples(method: str, least: int, unit: str, got: int) -> Problem:
    """A method needs more tokens, prompts or pairs than it was given."""
    return Problem(
        "not_enough_samples",
        f"{method} needs at least {least} {unit}; got {got}.",
        remedy=f"Give at least {least} {unit}",
    )


def bad_parameter(name: str, constraint: str, got: object) -> Problem:
    """A parameter that depends on the model or the prompt has a value that cannot be used."""
    return Problem(
        "bad_parameter", f"{name} must be {constraint}; got {got}.", field=name, remedy=f"Set {name} to {constraint}"
    )

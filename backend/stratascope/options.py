"""Command-line options that are generated: from the settings, and from the parameters of a method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click
import orjson
from pydantic import ValidationError
from pydantic_settings import SettingsError

from stratascope.settings import Settings


def settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """One option per setting. What is not given comes from the environment, then from the default."""
    for name, field in reversed(Settings.model_fields.items()):
        flag = f"--{name.replace('_', '-')}"
        is_flag = field.annotation is bool
        command = click.option(
            f"{flag}/--no-{flag[2:]}" if is_flag else flag,
            name,
            default=None,
            multiple=isinstance(field.default, tuple),
            metavar=None if is_flag else "VALUE",
            help=f"{field.description} [env: STRATASCOPE_{name.upper()}; default: {_shown(field.default)}]",
        )(command)
    return command


def read_settings(**options: Any) -> Settings:
    """Settings from the options that were given, the environment and the defaults. Wrong values end in a sentence."""
    given = {name: value for name, value in options.items() if value not in (None, ())}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise click.UsageError(worded(error)) from None
    except SettingsError as error:
        raise click.UsageError(f"An environment variable cannot be read: {error}") from None


def worded(error: ValidationError) -> str:
    """What is wrong with which options."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    named = ((".".join(map(str, fault["loc"])), fault["msg"].removeprefix("Value error, ")) for fault in faults)
    return "; ".join(f"--{name.replace('_', '-')}: {message}" if name else message for name, message in named)


@dataclass(frozen=True)
class Parameter:
    """One field of a method's request as an option. `facts` is its JSON Schema, `definitions` what that refers to."""

    name: str
    facts: Mapping[str, Any]
    definitions: Mapping[str, Any]

    @property
    def branches(self) -> list[Mapping[str, Any]]:
        """The shapes a value may have."""
        found = self.facts.get("anyOf", [self.facts])
        return [self.definitions[it["$ref"].rpartition("/")[2]] if "$ref" in it else it for it in found]

    def option(self) -> click.Option:
        """The option. Nothing has a default here: what is not given is left to the method."""
        flag = f"--{self.name.replace('_', '-')}"
        is_flag = self._kinds() == {"boolean"}
        return click.Option(
            [f"{flag}/--no-{flag[2:]}" if is_flag else flag, self.name],
            default=None,
            multiple=self._is_text_list(),
            metavar=None if is_flag else self._metavar(),
            help=self._help(),
        )

    def value(self, given: Any) -> Any:
        """What the request holds for what was typed."""
        if isinstance(given, tuple):
            constants = [it["const"] for it in self.branches if "const" in it]
            return given[0] if len(given) == 1 and given[0] in constants else list(given)
        if not isinstance(given, str) or self._kinds() <= {"string", "null"}:
            return given
        return self._parsed(given)

    def _parsed(self, text: str) -> Any:
        """JSON, or a list without its brackets, or else the text itself."""
        takes_list = "array" in self._kinds()
        for candidate in (text, f"[{text}]") if takes_list else (text,):
            try:
                value = orjson.loads(candidate)
            except orjson.JSONDecodeError:
                continue
            return [value] if takes_list and isinstance(value, int) else value
        return text

    def _kinds(self) -> set[str]:
        return {it.get("type", "string") for it in self.branches}

    def _is_text_list(self) -> bool:
        items = (it.get("items", {}) for it in self.branches if it.get("type") == "array")
        return any(it.get("type") == "string" for it in items)

    def _metavar(self) -> str:
        choices = self.facts.get("enum")
        return "|".join(map(str, choices)) if choices else "VALUE"

    def _help(self) -> str:
        default = self.facts.get("default")
        shown = f" [default: {_shown(default)}]" if default not in (None, "", []) else ""
        return f"{self.facts.get('description', '')}{shown}{' [may be repeated]' if self._is_text_list() else ''}"


def request_parameters(schema: Mapping[str, Any]) -> list[Parameter]:
    """The options of a method, from the JSON Schema of its request."""
    return [Parameter(name, facts, schema.get("$defs", {})) for name, facts in schema["properties"].items()]


def _shown(value: object) -> object:
    return "none" if value in ((), None) else value

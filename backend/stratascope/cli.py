"""The command line: serve, run, methods, models, inspect, cache, openapi.

Nothing is listed twice: the options of `serve` are the fields of `Settings`, those of `run <method>` the parameters of the
method.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, get_args

import click
import orjson
from pydantic import ValidationError

from stratascope import __version__
from stratascope.catalog import Catalog, load_catalog
from stratascope.method import Method
from stratascope.models.library import Library
from stratascope.models.precision import Precision, weight_bytes
from stratascope.options import read_settings, request_parameters, settings_options, worded
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.store.cache import Cache
from stratascope.store.folder import DataFolder


class Group(click.Group):
    """Commands whose problems are told in sentences, with exit status 1."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except Problem as problem:
            remedy = f" {problem.remedy}." if problem.remedy else ""
            raise click.ClickException(f"{problem.message}{remedy}") from problem


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="stratascope")
def main() -> None:
    """See through a transformer language model, layer by layer."""


@main.command()
@settings_options
def serve(**options: Any) -> None:
    """Serve the page and the API."""
    from stratascope.web.server import serve as run_server

    run_server(read_settings(**options), lambda address: click.echo(f"Stratascope is ready at {address}"))


@main.command()
@settings_options
def openapi(**options: Any) -> None:
    """Print the OpenAPI document."""
    from stratascope.web.app import create_app

    document = create_app(read_settings(**options)).openapi()
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))


@main.command()
@settings_options
def methods(**options: Any) -> None:
    """List the methods."""
    catalog = load_catalog(read_settings(**options).methods)
    width = max(map(len, catalog), default=0)
    for method_id, method in catalog.items():
        click.echo(f"{method_id:{width}}  {method.guide.purpose}")
    for source, reason in catalog.errors.items():
        click.echo(f"{source} cannot be used: {reason}", err=True)


@main.command()
@settings_options
def models(**options: Any) -> None:
    """List the models."""
    for entry in Library(read_settings(**options).models).list():
        facts = f"{entry.architecture}, {entry.layers} layers, {entry.parameters:,} parameters"
        click.echo(f"{entry.id}  {entry.problem['message'] if entry.problem else facts}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def inspect(folder: Path) -> None:
    """Say what a model folder holds and what memory it takes, or why it cannot be loaded."""
    entry = Library().look(folder)
    click.echo(f"{entry.architecture}, {entry.layers} layers, {entry.parameters:,} parameters stored as {entry.dtype}")
    for precision in get_args(Precision):
        click.echo(f"{precision:8}  {weight_bytes(entry.parameters, precision) / 1e9:.2f} GB")


@main.group()
def cache() -> None:
    """Look at the stored results, or delete them."""


@cache.command()
@settings_options
def info(**options: Any) -> None:
    """How many results are stored, and how much room they take."""
    with _opened_cache(read_settings(**options)) as store:
        facts = store.statistics()
    click.echo(f"{facts.entries} results, {facts.bytes / 2**20:.1f} of {facts.cap_bytes / 2**20:.0f} MB")


@cache.command()
@settings_options
def clear(**options: Any) -> None:
    """Delete every stored result. Saved analyses stay."""
    with _opened_cache(read_settings(**options)) as store:
        entries = store.statistics().entries
        store.clear()
    click.echo(f"{entries} results deleted")


@contextmanager
def _opened_cache(settings: Settings) -> Iterator[Cache]:
    """The cache in a folder that no server uses now. Raises a `Problem` if one does."""
    with DataFolder(settings.data, reserve=0, least_free=0), closing(Cache(settings.data, settings.cache)) as store:
        yield store


class MethodCommands(click.Group):
    """One command per method of the catalogue."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Ids of the methods."""
        return list(_catalog(context))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of one method."""
        method = _catalog(context).get(name)
        return method_command(method) if method else None


def _catalog(context: click.Context) -> Catalog:
    return load_catalog(read_settings(**context.params).methods)


@main.group(cls=MethodCommands)
@settings_options
def run(**options: Any) -> None:
    """Run a method here and now, without a server."""


def method_command(method: Method) -> click.Command:
    """The command of a method: its parameters as options."""
    parameters = request_parameters(method.request.model_json_schema())

    @click.pass_context
    def command(context: click.Context, /, out: str | None, draw: bool, **given: Any) -> None:
        values = {it.name: it.value(given[it.name]) for it in parameters if given[it.name] not in (None, ())}
        group = context.parent.params if context.parent else {}
        _run(method, values, read_settings(**group), out, draw)

    options: list[click.Parameter] = [parameter.option() for parameter in parameters]
    options += [
        click.Option(["--out"], metavar="FILE", help="Write to a file ending in .json, .safetensors, .csv or .html."),
        click.Option(["--figure", "draw"], is_flag=True, help="Print the figure as plotly JSON, not the document."),
    ]
    text = f"{method.title}. {method.guide.purpose}\n\n{method.description}"
    return click.Command(method.id, params=options, callback=command, help=text, short_help=method.guide.purpose)


def _run(method: Method, values: dict[str, Any], settings: Settings, out: str | None, draw: bool) -> None:
    """Compute and hand over. A model that is not named is the bundled one."""
    from stratascope.figures import figure
    from stratascope.local import compute, write

    bundled = next((entry.id for entry in Library(settings.models).list()), "")
    try:
        needed = [name for name in method.resources if name not in method.optional_resources]
        document = compute(method, {**dict.fromkeys(needed, bundled), **values}, settings)
    except ValidationError as error:
        raise click.UsageError(worded(error)) from None
    if out is not None:
        write(document, Path(out))
        click.echo(document.head["result"]["summary"])
    else:
        click.echo(orjson.dumps(figure(document)) if draw else document.to_json())

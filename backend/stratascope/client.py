"""Stratascope from a notebook or a script: the same names as the methods, labelled arrays back, no torch.

    client = Client("http://127.0.0.1:8000")
    answer = client.lens.logit_lens(model="specimen", prompt="The capital of France is", top_k=3)
    answer.entropy.values      # numpy, [row, position]
    answer.checks              # whether the picture can be believed
    answer.figure()            # the figure the page draws
    client.save("Paris appears late", answer).url

An array whose name is already taken, like `values`, is found as `answer["values"]`. Refusals are raised as `Problem`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

from stratascope.document import TENSORS_TYPE, Document
from stratascope.models.precision import WantedPrecision
from stratascope.problem import Problem
from stratascope.result import Array, Check, Token

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from stratascope.figures import Theme


class Answer(Mapping[str, Array]):
    """One result: a mapping of its labelled arrays, which are also attributes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._arrays = document.labelled()

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __getattr__(self, name: str) -> Array:
        arrays: dict[str, Array] = self.__dict__.get("_arrays", {})
        if name not in arrays:
            raise AttributeError(f"no array {name!r}; there are {', '.join(arrays)}")
        return arrays[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._arrays]

    def __repr__(self) -> str:
        arrays = ", ".join(f"{name} {list(array.dims)}" for name, array in self._arrays.items())
        return f"<{self.document.head['method']}: {self.summary} ({arrays})>"

    @property
    def key(self) -> str:
        """The key under which the server keeps the result."""
        return str(self.document.head["key"])

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        return str(self.document.head["result"]["summary"])

    @property
    def tokens(self) -> list[Token]:
        """The tokens along the position axis."""
        return [Token.model_validate(token) for token in self.document.head["result"]["tokens"]]

    @property
    def checks(self) -> list[Check]:
        """The numbers that say whether the picture can be believed, with their verdicts."""
        fields = Check.model_fields
        return [Check(**{k: v for k, v in check.items() if k in fields}) for check in self.document.head["checks"]]

    @property
    def warnings(self) -> list[str]:
        """What to keep in mind."""
        return list(self.document.head["warnings"])

    def figure(self, theme: Theme = "light") -> Figure:
        """The figure the page draws, as a plotly figure."""
        from plotly.graph_objects import Figure

        from stratascope.figures import figure

        return Figure(figure(self.document, theme))


@dataclass(frozen=True)
class Saved:
    """A saved analysis: its address, and the secret that edits and deletes it."""

    id: str
    url: str
    delete_secret: str


class Client:
    """A server's methods. Every refusal is raised as a `Problem`."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        timeout: float | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        base = url.rstrip("/")
        self._http = httpx.Client(base_url=f"{base}/api/v1/", timeout=timeout, transport=transport)
        self._base = base

    @cached_property
    def methods(self) -> dict[str, dict[str, Any]]:
        """The catalogue by id."""
        return {entry["id"]: entry for entry in self._call("GET", "methods").json()["methods"]}

    def models(self) -> list[dict[str, Any]]:
        """Every model there is, loaded or not."""
        return list(self._call("GET", "models").json()["models"])

    def load(self, model: str, precision: WantedPrecision | None = None) -> dict[str, Any]:
        """Load a model, and compute in another precision than float32 if asked to, until it is loaded otherwise."""
        return dict(self._call("POST", "models", json=_given(id=model, precision=precision)).json())

    def inspect(
        self, model: str | None = None, *, path: str | None = None, precision: WantedPrecision | None = None
    ) -> dict[str, Any]:
        """What loading a listed model, or a folder on the server, would take."""
        return dict(self._call("POST", "models/inspect", json=_given(id=model, path=path, precision=precision)).json())

    def run(self, method: str, **request: Any) -> Answer:
        """Run a method by its id, `client.run("lens/logit-lens", model="specimen", prompt="…")`."""
        return self._ran(method, request)

    def rerun(self, method: str, **request: Any) -> Answer:
        """The same, computed anew even if the server has kept the result, which it then keeps in its place."""
        return self._ran(method, request, {"cache-control": "no-cache"})

    def cost(self, method: str, **request: Any) -> dict[str, Any]:
        """What a run would take, and what would fit if it does not."""
        return dict(self._call("POST", f"methods/{method}/cost", json=request).json())

    def result(self, key: str) -> Answer:
        """A result that the server keeps."""
        reply = self._call("GET", f"results/{key}", headers={"accept": TENSORS_TYPE})
        return Answer(Document.from_tensors(reply.content))

    def tokenize(self, text: str, model: str = "specimen") -> list[Token]:
        """The tokens `model` reads."""
        reply = self._call("POST", f"models/{model}/tokenize", json={"text": text}).json()
        return [Token.model_validate({**token, "offset": _pair(token["offset"])}) for token in reply["tokens"]]

    def vocabulary(self, query: str = "", model: str = "specimen", limit: int = 20) -> list[Token]:
        """Tokens of `model` that are, begin with or contain a text, the best first; "#123" finds an id."""
        params: dict[str, Any] = {"query": query, "limit": limit}
        reply = self._call("GET", f"models/{model}/vocabulary", params=params).json()
        return [Token.model_validate(token) for token in reply["tokens"]]

    def save(self, title: str, *answers: Answer, notes: str = "") -> Saved:
        """Keep answers under an address that opens without a model."""
        body = {"title": title, "notes": notes, "results": [answer.key for answer in answers]}
        reply = self._call("POST", "analyses", json=body).json()
        return Saved(reply["id"], self._base + reply["url"], reply["delete_secret"])

    def edit(self, saved: Saved, title: str | None = None, notes: str | None = None) -> None:
        """Change the words around a saved analysis. What it shows never changes."""
        header = {"authorization": f"Bearer {saved.delete_secret}"}
        self._call("PATCH", f"analyses/{saved.id}", json=_given(title=title, notes=notes), headers=header)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, family: str) -> Family:
        if family.startswith("_"):
            raise AttributeError(family)
        found = {name: entry for name, entry in self.methods.items() if entry["family"] == family.replace("_", "-")}
        if not found:
            families = sorted({entry["family"] for entry in self.methods.values()})
            raise AttributeError(f"no family {family!r}; there are {', '.join(families)}")
        return Family(self, found)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *{entry["family"].replace("-", "_") for entry in self.methods.values()}]

    def _ran(self, method: str, request: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        reply = self._call(
            "POST", f"methods/{method}", json=request, headers={"accept": TENSORS_TYPE, **(headers or {})}
        )
        return Answer(Document.from_tensors(reply.content))

    def _call(self, verb: str, path: str, **options: Any) -> httpx.Response:
        try:
            reply = self._http.request(verb, path, **options)
        except httpx.TransportError as error:
            raise Problem(
                "unreachable",
                f"No answer from {self._base}: {error}.",
                status=503,
                remedy="Start the server with `stratascope serve`, or check the address",
            ) from error
        if reply.is_error:
            raise _problem(reply)
        return reply


class Family:
    """The methods of one family as functions."""

    def __init__(self, client: Client, methods: Mapping[str, dict[str, Any]]) -> None:
        self._client = client
        self._methods = {entry_id.split("/")[1].replace("-", "_"): entry for entry_id, entry in methods.items()}

    def __getattr__(self, name: str) -> MethodCall:
        methods: dict[str, dict[str, Any]] = self.__dict__.get("_methods", {})
        if name not in methods:
            raise AttributeError(f"no method {name!r}; there are {', '.join(methods)}")
        return MethodCall(self._client, methods[name])

    def __dir__(self) -> list[str]:
        return list(self._methods)


class MethodCall:
    """One method as a function: its signature and help are the catalogue's."""

    def __init__(self, client: Client, entry: Mapping[str, Any]) -> None:
        self._client, self._id = client, entry["id"]
        self.__doc__ = f"{entry['title']}. {entry['purpose']}\n\n{entry['description']}"
        self.__name__ = entry["id"].split("/")[1].replace("-", "_")
        self.__signature__ = _signature(entry)

    def __call__(self, **request: Any) -> Answer:
        """Run the method."""
        return self._client.run(self._id, **request)


def _signature(entry: Mapping[str, Any]) -> inspect.Signature:
    keyword, missing = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.empty
    defaults: dict[str, Any] = dict.fromkeys(entry["resources"], missing)
    defaults |= dict.fromkeys(entry["optional_resources"], None)
    defaults |= {name: schema.get("default", missing) for name, schema in entry["params"]["properties"].items()}
    parameters = [inspect.Parameter(name, keyword, default=default) for name, default in defaults.items()]
    return inspect.Signature(parameters, return_annotation=Answer)


def _given(**fields: Any) -> dict[str, Any]:
    """The fields that were given a value."""
    return {name: value for name, value in fields.items() if value is not None}


def _pair(offset: list[int] | None) -> tuple[int, int] | None:
    return (offset[0], offset[1]) if offset else None


def _problem(reply: httpx.Response) -> Problem:
    try:
        error = reply.json()["error"]
        fields = error.get("fields") or [{}]
        return Problem(
            error["code"],
            error["message"],
            status=reply.status_code,
            field=fields[0].get("field"),
            remedy=error.get("remedy"),
            changes=error.get("changes"),
            retry_after=error.get("retry_after"),
        )
    except (ValueError, KeyError, TypeError):
        return Problem("not_stratascope", f"The server answered {reply.status_code} in a form of its own.", status=502)

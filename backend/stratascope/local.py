"""Computing one method here and now, in this process, without a server. Imports torch when it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stratascope.document import Document
from stratascope.figures import figure
from stratascope.jobs.desk import Watch
from stratascope.method import Method
from stratascope.models.fingerprint import fingerprint, tokenizer_fingerprint
from stratascope.models.lens_files import LENSES
from stratascope.models.library import Library
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.web import exports
from stratascope.web.identity import lenses_read, result_key


class _Unwatched(Watch):
    """A job that nobody can cancel and whose progress nobody sees."""

    def __init__(self) -> None:
        return

    def check(self) -> None:
        """Go on."""

    def progress(self, done: int, total: int, stage: str) -> None:
        """Nobody looks."""

    def wants_partial(self) -> bool:
        """Nobody looks."""
        return False


def compute(method: Method, request: Mapping[str, Any], settings: Settings) -> Document:
    """The document a server would answer. Raises `pydantic.ValidationError` and `Problem`."""
    body = method.request.model_validate(dict(request))
    references, params = method.split(body)
    library = Library(settings.models)
    entries = {name: library.find(model_id) for name, model_id in references.items() if isinstance(model_id, str)}
    tokenizers = {name: [library.find(one) for one in ids] for name, ids in references.items() if isinstance(ids, list)}
    fingerprints = {name: fingerprint(entry.path, {}) for name, entry in entries.items()}
    models = [{"id": entry.id, "fingerprint": fingerprints[name]} for name, entry in entries.items()]
    cuts = {name: [tokenizer_fingerprint(one.path) for one in several] for name, several in tokenizers.items()}
    lenses = lenses_read(params, settings.data / LENSES)
    head = {
        "key": result_key(method, {**fingerprints, **cuts, **lenses}, params),
        "method": method.id,
        "model": models[0] if models else {},
        "request": body.model_dump(mode="json"),
    }
    order = {
        "op": "run",
        "method": method.id,
        "references": {name: entry.model_dump(mode="json") for name, entry in entries.items()},
        "tokenizers": {name: [one.model_dump(mode="json") for one in several] for name, several in tokenizers.items()},
        "params": params.model_dump(mode="json"),
        "head": head,
    }
    return _done(order, settings)


def _done(order: dict[str, Any], settings: Settings) -> Document:
    from stratascope.jobs.bench import TorchBench

    return Document.from_tensors(TorchBench(settings).handle(order, _Unwatched()).body)


_WRITERS: dict[str, Callable[[Document], bytes]] = {
    ".json": Document.to_json,
    ".safetensors": Document.to_tensors,
    ".csv": lambda document: b"".join(exports.csv_chunks(document)),
    ".html": lambda document: exports.page(document, figure(document)),
}


def write(document: Document, path: Path) -> None:
    """Write a document in the form that the file's extension names. Raises a `Problem` for any other."""
    if path.suffix not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise Problem("bad_parameter", f"{path.name} has none of the endings {known}.", remedy="Choose one of them")
    path.write_bytes(_WRITERS[path.suffix](document))

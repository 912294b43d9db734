"""Orders: what the worker can be asked, each a piece of work with a key that tells it from all others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from pydantic import BaseModel

from stratascope.jobs.flight import Work
from stratascope.jobs.protocol import Header

Entry = BaseModel | Mapping[str, Any]
"""A model of the library: `ModelEntry`, or the same as JSON values."""

Keyed = tuple[str, Work]
"""Work under its key."""


@dataclass(frozen=True)
class JobSpec:
    """One analysis to compute: what `Method.split` gives of a request, with the references looked up.

    `references` maps the method's resource arguments to library entries, `params` are the parameters as JSON values,
    `head` the fields of the document that only the server knows (model, request). `tokenizers` are the arguments that
    name several entries, of which nothing but the tokenizer is read. A `job` may take as long as jobs may.
    """

    method: str
    references: Mapping[str, Entry]
    params: Mapping[str, Any]
    head: Mapping[str, Any] = field(default_factory=dict)
    tokenizers: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    job: bool = False


class Orders:
    """Puts what is wanted into messages, with the time each may take.

    That is `deadline`, `load_deadline` to load a model, and `job_deadline` for an analysis that is a job.
    """

    def __init__(self, deadline: float, load_deadline: float, job_deadline: float) -> None:
        self._deadline, self._load_deadline, self._job_deadline = deadline, load_deadline, job_deadline

    def run(self, key: str, spec: JobSpec) -> Keyed:
        """An analysis, whose result is kept under `key`."""
        references = {name: plain(entry) for name, entry in spec.references.items()}
        message = {
            "op": "run",
            "method": spec.method,
            "references": references,
            "tokenizers": {name: [plain(entry) for entry in entries] for name, entries in spec.tokenizers.items()},
            "params": dict(spec.params),
            "head": {"key": key, "method": spec.method, **spec.head},
        }
        model = next((str(entry["id"]) for entry in references.values()), "")
        meta = {"method": spec.method, "model": model}
        seconds = self._job_deadline if spec.job else self._deadline
        return key, Work(message, tuple(references.values()), seconds, meta=meta, job=spec.job)

    def cost(self, spec: JobSpec) -> Keyed:
        """What an analysis would take."""
        _, work = self.run("", spec)
        message = {**work.message, "cost_only": True, "head": {}}
        return _digest(message), replace(work, message=message, seconds=self._deadline, urgent=True, job=False)

    def tokenize(self, entry: Entry, text: str | None, messages: Sequence[Mapping[str, str]] | None) -> Keyed:
        """The tokens of a text or of chat messages."""
        model = plain(entry)
        message = {"op": "tokenize", "model": model, "text": text, "messages": messages}
        return _digest(message), Work(message, (model,), self._deadline, urgent=True)

    def vocabulary(self, entry: Entry) -> Keyed:
        """Every token of a model."""
        return self._of_files("vocabulary", entry)

    def inspect(self, entry: Entry) -> Keyed:
        """Whether a model could be loaded."""
        return self._of_files("inspect", entry)

    def load(self, entry: Entry) -> Keyed:
        """A model in memory."""
        model = plain(entry)
        message = {"op": "load", "model": model}
        return _digest(message), Work(message, (model,), self._load_deadline, urgent=True)

    def unload(self, model_id: str) -> Keyed:
        """A model no longer in memory."""
        message = {"op": "unload", "model": model_id}
        return _digest(message), Work(message, urgent=True)

    def fault(self, kind: str, options: Mapping[str, Any]) -> Keyed:
        """Harm, in tests."""
        message = {"op": "fault", "kind": kind, **options}
        return _digest(message), Work(message, seconds=self._deadline)

    def _of_files(self, op: str, entry: Entry) -> Keyed:
        """Something that needs a model's files, and not its weights in memory."""
        message = {"op": op, "model": plain(entry)}
        return _digest(message), Work(message, seconds=self._deadline, urgent=True)


def plain(entry: Entry) -> dict[str, Any]:
    """A library entry as JSON values."""
    return entry.model_dump(mode="json") if isinstance(entry, BaseModel) else dict(entry)


def _digest(message: Header) -> str:
    """A key for what has none of its own. The colon tells it from the key of a result."""
    op = "cost" if message.get("cost_only") else message["op"]
    return f"{op}:{hashlib.sha256(orjson.dumps(message, option=orjson.OPT_SORT_KEYS)).hexdigest()}"

"""The worker's bench: what each order means, done with torch, models and methods."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import torch
import transformers

from stratascope import __version__
from stratascope.catalog import load_catalog
from stratascope.document import Document
from stratascope.jobs import admission, faults
from stratascope.jobs.desk import Answer, Poisoned, Watch
from stratascope.jobs.hygiene import interruptible
from stratascope.jobs.protocol import Header
from stratascope.jobs.shelf import Shelf
from stratascope.jobs.threads import free_threads
from stratascope.method import Method, Params
from stratascope.models.guard import inspect_folder
from stratascope.models.lens_files import LENSES
from stratascope.models.library import ModelEntry
from stratascope.models.load import rehearse
from stratascope.models.model import Model
from stratascope.models.pieces import Pieces
from stratascope.models.tokenizer_files import load_tokenizer
from stratascope.models.tokenizers import Tokenizers, read_tokenizers
from stratascope.models.tokens import guarded
from stratascope.problem import Problem
from stratascope.result import Result
from stratascope.settings import Settings

_MOST_VOCABULARY_BYTES = 6 << 20
"""A vocabulary crosses to the api process in a message's header, twice as long as it is."""


class TorchBench:
    """Does orders one at a time. The only place where a method's function is called."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.device = _device(settings.device)
        torch.set_num_threads(settings.threads or free_threads())
        self._catalog = load_catalog(settings.methods)
        self._shelf = Shelf(self.device, settings.weights, settings.captures, settings.data / LENSES)
        self._orders: dict[str, Callable[[Header, Watch], Answer]] = {
            "load": self._load,
            "unload": self._unload,
            "inspect": self._inspect,
            "tokenize": self._tokenize,
            "vocabulary": self._vocabulary,
            "run": self._run,
            "fault": self._fault,
        }

    def handle(self, order: Header, watch: Watch) -> Answer:
        """Do what `order` says, leaving every network as it was."""
        try:
            return self._cleanly(order, watch)
        except (MemoryError, RuntimeError) as error:
            if _is_out_of_memory(error):
                self._shelf.free_memory()
                raise _out_of_memory() from None
            if "CUDA error" in str(error):
                raise Poisoned from error  # the device's state is lost with this process, and only with it
            raise

    def memory(self) -> dict[str, Any]:
        """The models in memory, and the bytes of captured runs."""
        return {"loaded": self._shelf.describe(), "captures": self._shelf.runs.bytes}

    def _cleanly(self, order: Header, watch: Watch) -> Answer:
        try:
            return self._orders[order["op"]](order, watch)
        finally:
            self._shelf.drop_altered()

    def _load(self, order: Header, watch: Watch) -> Answer:
        self._shelf.get(order["model"], progress=_Told(watch))
        return Answer()

    def _inspect(self, order: Header, watch: Watch) -> Answer:
        rehearse(ModelEntry.model_validate(order["model"]))
        return Answer()

    def _unload(self, order: Header, watch: Watch) -> Answer:
        self._shelf.drop(order["model"])
        return Answer()

    def _tokenize(self, order: Header, watch: Watch) -> Answer:
        tokens = self._shelf.get(order["model"]).tokenize(order.get("text"), order.get("messages"))
        plain = [token.model_dump(mode="json") for token in tokens.tokens]
        return Answer({"value": {"ids": tokens.ids, "tokens": plain, "bos_prepended": tokens.bos_prepended}})

    def _vocabulary(self, order: Header, watch: Watch) -> Answer:
        """Every token, from the tokenizer's file alone: no weight is read for it."""
        entry = ModelEntry.model_validate(order["model"])
        tokenizer = load_tokenizer(inspect_folder(entry.path), entry.id)
        pieces, special = guarded(entry.id, lambda: Pieces(tokenizer).vocabulary(entry.vocabulary))
        if sum(map(len, pieces)) + 2 * len(pieces) > _MOST_VOCABULARY_BYTES:
            raise _vocabulary_too_large(entry.id, len(pieces))
        return Answer({"value": {"pieces": [piece.hex() for piece in pieces], "special": special}})

    def _fault(self, order: Header, watch: Watch) -> Answer:
        return faults.commit(order, watch, allowed=self._settings.test_faults)

    def _run(self, order: Header, watch: Watch) -> Answer:
        """One analysis: admitted by what it would take, computed, and put into a document."""
        method, models = self._catalog.find(order["method"]), self._models(order["references"])
        params = method.params.model_validate_json(orjson.dumps(order["params"]))
        for model in models.values():
            model.require(method.requires)
        request = _request(method, next(iter(models.values())), params)
        if order.get("cost_only"):
            return Answer({"value": admission.estimate(request, self._settings.memory)})
        admission.admit(request, self._settings.memory)
        watch.progress(0, 1, "computing")
        head = {**order["head"], "method_version": method.version, "provenance": self._provenance(params, models)}
        tokenizers = {name: read_tokenizers(entries) for name, entries in order.get("tokenizers", {}).items()}
        return self._computed(request, models, tokenizers, head, watch)

    def _computed(
        self,
        request: admission.Request,
        models: dict[str, Model],
        tokenizers: dict[str, Tokenizers],
        head: dict[str, Any],
        watch: Watch,
    ) -> Answer:
        reporter, started, before = _Reporter(watch, head), time.monotonic(), _forwards(models)
        arguments: dict[str, Any] = {**models, **tokenizers, "params": request.params}
        if request.method.takes_progress:
            arguments["progress"] = reporter
        torch.manual_seed(getattr(request.params, "seed", 0))
        try:
            with interruptible(watch):
                result = request.method.function(**arguments)
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            self._shelf.free_memory()
            raise admission.out_of_memory(request) from None
        seconds = round(time.monotonic() - started, 4)
        head["provenance"] |= {"seconds": seconds, "forwards": _forwards(models) - before}
        return Answer(body=Document.of(result, **head).to_tensors())

    def _models(self, references: Mapping[str, Mapping[str, Any]]) -> dict[str, Model]:
        """Argument name -> model. Together they stay in memory, whatever they weigh."""
        together = [entry["id"] for entry in references.values()]
        return {name: self._shelf.get(entry, keep=together) for name, entry in references.items()}

    def _provenance(self, params: Params, models: dict[str, Model]) -> dict[str, Any]:
        network = next(iter(models.values())).network
        return {
            "stratascope": __version__,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "device": str(self.device),
            "dtype": str(network.dtype).removeprefix("torch."),
            "attention": network.config._attn_implementation,
            "seed": getattr(params, "seed", None),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": 0.0,
        }


class _Told:
    """`Progress` of what has no partial results."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def __call__(self, done: int, total: int, stage: str) -> None:
        self._watch.progress(done, total, stage)

    def partial(self, result: Result) -> None:
        """There is nothing to show of it."""


class _Reporter(_Told):
    """A method's `Progress`: partial results travel as documents of their own."""

    def __init__(self, watch: Watch, head: dict[str, Any]) -> None:
        super().__init__(watch)
        self._head = head

    def partial(self, result: Result) -> None:
        if self._watch.wants_partial():
            self._watch.partial(Document.of(result, **self._head).to_tensors())


def versions(bench: TorchBench) -> dict[str, Any]:
    """What the worker says of itself when it is ready."""
    return {
        "versions": {"stratascope": __version__, "torch": torch.__version__, "transformers": transformers.__version__},
        "device": str(bench.device),
        "threads": torch.get_num_threads(),
    }


def _request(method: Method, model: Model, params: Params) -> admission.Request:
    """The run as admission sees it. A method without a prompt costs what it costs for no tokens."""
    read = method.prompt(params)
    if not (read.prompt or read.messages):
        return admission.Request(method, model.facts, params, "", ())
    tokens = model.tokenize(read.prompt, read.messages)
    return admission.Request(method, model.facts, params, tokens.text, tokens.tokens)


def _forwards(models: Mapping[str, Model]) -> int:
    """Forward passes that these models have run so far, captured runs that were reused not counted."""
    caches = {id(model.runs): model.runs for model in models.values()}
    return sum(runs.forwards for runs in caches.values())


def _device(name: str) -> torch.device:
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise Problem("no_cuda", "STRATASCOPE_DEVICE is cuda, but no such device can be used.", status=503)
    return torch.device(name)


def _vocabulary_too_large(model_id: str, tokens: int) -> Problem:
    return Problem(
        "vocabulary_too_large",
        f"The vocabulary of {model_id} has {tokens:,} tokens that are too long to search in.",
        remedy="Give the text of the token, or its id",
    )


def _out_of_memory() -> Problem:
    return Problem(
        "out_of_memory",
        "There was not enough free memory for this.",
        status=503,
        remedy="Close other programs on the server's machine, or choose a smaller model",
        retry_after=10,
    )


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator said no, as opposed to anything else that went wrong."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)

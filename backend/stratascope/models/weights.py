"""Putting weights into a network: all of them, and nothing but them.

The library is handed a configuration object and open tensors, never the folder, so nothing in the folder can choose
what it does. A rehearsal on tensors without memory finds every missing, surplus or misshapen one before weights are
read: left alone, the library would fill gaps with noise.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import torch
from transformers import CONFIG_MAPPING, PretrainedConfig, PreTrainedModel

from stratascope.models.configuration import bad_config
from stratascope.models.guard import FolderFacts
from stratascope.models.headers import FLOATS, TensorFacts
from stratascope.models.row_scaled import widened
from stratascope.problem import Cancelled, Problem

Report = Callable[[int, int], None]
"""Is told how many bytes of how many have been read. Raises `Cancelled` to stop reading."""


def build_config(facts: FolderFacts) -> PretrainedConfig:
    """The library's configuration object. Raises `unsupported_architecture`, `bad_config`."""
    if facts.model_type not in CONFIG_MAPPING:
        raise _unsupported(facts)
    try:
        config: PretrainedConfig = CONFIG_MAPPING[facts.model_type].from_dict(facts.config)
    except Exception as error:
        raise bad_config("config.json", f"{facts.model_type} refuses it ({type(error).__name__})") from error
    return config


def rehearse(config: PretrainedConfig, facts: FolderFacts) -> None:
    """Build the network on tensors without memory. Raises a `Problem` that names the first tensor at fault."""
    empty = {name: torch.empty(tensor.shape, device="meta") for name, tensor in facts.tensors.items()}
    rehearsed = _from_tensors(config, empty, torch.float32, facts, device_map={"": "meta"})
    _refuse_whole_numbers(rehearsed, facts)


def build_network(
    config: PretrainedConfig, facts: FolderFacts, dtype: torch.dtype, report: Report = lambda done, total: None
) -> PreTrainedModel:
    """The network with every weight from the files. Raises the same as `rehearse`, which it begins with."""
    rehearse(config, facts)
    with closing(_Reading(facts.bytes, report)) as reading, _open_tensors(facts, reading) as tensors:
        network = _from_tensors(config, tensors, dtype, facts)
    report(facts.bytes, facts.bytes)
    return network


class _Reading:
    """How far reading has come, whichever of the library's threads reads.

    When one of them is told to stop, the library does not wait for the others: once closed, these are heard no more.
    """

    def __init__(self, total: int, report: Report) -> None:
        self._done, self._total, self._report = 0, total, report
        self._lock, self._closed = threading.Lock(), False
        report(0, total)

    def add(self, size: int) -> None:
        """So many bytes more are in memory. Raises `Cancelled` if nobody waits for them."""
        with self._lock:
            if self._closed:
                raise Cancelled
            self._done += size
            self._report(self._done, self._total)

    def close(self) -> None:
        """Report nothing any more, from now on."""
        with self._lock:
            self._closed = True


class _FileTensor:
    """A tensor that lies in a file until the library asks for it, and is counted then.

    What is handed over is a copy: a view of the file would change, or end the process, when the file is written over.
    """

    def __init__(self, part: Any, scale: Any, size: int, reading: _Reading) -> None:
        self._part, self._scale, self._size, self._reading = part, scale, size, reading

    def __getitem__(self, index: Any) -> torch.Tensor:
        plain = self._scale is None
        copy: torch.Tensor = (self._part[index] if plain else widened(self._part[:], self._scale[:])[index]).clone()
        self._reading.add(self._size)
        return copy


def _network_class(config: PretrainedConfig, facts: FolderFacts) -> Any:
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        raise _unsupported(facts)
    return MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]


def _unsupported(facts: FolderFacts) -> Problem:
    return Problem(
        "unsupported_architecture",
        f"The installed library has no language model of the type {facts.model_type}.",
        remedy="Update the transformers package, or choose another model",
    )


def _from_tensors(
    config: PretrainedConfig,
    tensors: Mapping[str, Any],
    dtype: torch.dtype,
    facts: FolderFacts,
    **options: Any,
) -> PreTrainedModel:
    kind = _network_class(config, facts)
    try:
        network: PreTrainedModel
        network, report = kind.from_pretrained(
            None,
            config=config,
            state_dict=dict(tensors),
            dtype=dtype,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # reported, and then refused in our own words
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            **options,
        )
    except Cancelled:
        raise
    except Exception as error:
        reason = f"{facts.model_type} cannot be built from config.json and these weights ({type(error).__name__})"
        raise _misfit("bad_weights", reason) from error
    _refuse_misfits(facts, report)
    return network


def _refuse_misfits(facts: FolderFacts, report: Mapping[str, Any]) -> None:
    misshapen = sorted(report["mismatched_keys"], key=str)
    missing, surplus = sorted(report["missing_keys"]), sorted(report["unexpected_keys"])
    if misshapen:
        name, found, wanted = misshapen[0]
        raise _misfit("tensors_mismatched", f"{name} has shape {tuple(found)} where {tuple(wanted)} is needed")
    if missing:
        raise _misfit("tensors_missing", f"{_some(missing)} missing from {facts.model_type}")
    if surplus:
        raise _misfit("tensors_unexpected", f"{_some(surplus)} without a place in {facts.model_type}")


def _some(names: list[str]) -> str:
    first = names[0] if len(names[0]) <= 80 else names[0][:77] + "..."
    return f"{first} is" if len(names) == 1 else f"{len(names)} tensors, such as {first}, are"


def _refuse_whole_numbers(network: PreTrainedModel, facts: FolderFacts) -> None:
    places = network.state_dict()
    for name, tensor in facts.tensors.items():
        if tensor.scale is None and tensor.dtype not in FLOATS and name in places and places[name].is_floating_point():
            raise _misfit("bad_weights", f"{name} is stored as whole numbers ({tensor.dtype})")


@contextmanager
def _open_tensors(facts: FolderFacts, reading: _Reading) -> Iterator[dict[str, _FileTensor]]:
    """Every tensor of the folder by name, read only when it is put in its place."""
    from safetensors import SafetensorError, safe_open

    with ExitStack() as stack:
        try:
            files = {path: stack.enter_context(safe_open(path, framework="pt")) for path in facts.weights}
            yield {
                name: _file_tensor(files[tensor.file], name, tensor, reading) for name, tensor in facts.tensors.items()
            }
        except SafetensorError as error:
            raise _misfit("bad_weights", "they are no valid safetensors files") from error


def _file_tensor(file: Any, name: str, facts: TensorFacts, reading: _Reading) -> _FileTensor:
    scale = None if facts.scale is None else file.get_slice(facts.scale)
    return _FileTensor(file.get_slice(name), scale, facts.bytes, reading)


def _misfit(code: str, reason: str) -> Problem:
    return Problem(
        code,
        f"The weights do not make up the model that config.json describes: {reason}.",
        remedy="Use the config.json that belongs to these weights, or save the model anew",
    )

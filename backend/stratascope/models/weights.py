"""Putting weights into a network: all of them, and nothing but them.

The library is handed a configuration object and open tensors, never the folder, so nothing in the folder can choose
what it does. A rehearsal on tensors without memory finds every missing, surplus or misshapen one before weights are
read: left alone, the library would fill gaps with noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from transformers import CONFIG_MAPPING, PretrainedConfig, PreTrainedModel

from stratascope.models.configuration import bad_config
from stratascope.models.guard import FolderFacts
from stratascope.models.headers import FLOATS
from stratascope.problem import Problem


def build_config(facts: FolderFacts) -> PretrainedConfig:
    """The library's configuration object. Raises `unsupported_architecture`, `bad_config`."""
    if facts.model_type not in CONFIG_MAPPING:
        raise _unsupported(facts)
    try:
        config: PretrainedConfig = CONFIG_MAPPING[facts.model_type].from_dict(facts.config)
    except Exception as error:
        raise bad_config("config.json", f"{facts.model_type} refuses it ({type(error).__name__})") from error
    return config


def build_network(config: PretrainedConfig, facts: FolderFacts, dtype: torch.dtype) -> PreTrainedModel:
    """The network with every weight from the files. Raises a `Problem` that names the first tensor at fault."""
    kind = _network_class(config, facts)
    empty = {name: torch.empty(tensor.shape, device="meta") for name, tensor in facts.tensors.items()}
    rehearsed = _from_tensors(kind, config, empty, torch.float32, facts, device_map={"": "meta"})
    _refuse_whole_numbers(rehearsed, facts)
    with _open_tensors(facts) as tensors:
        network = _from_tensors(kind, config, tensors, dtype, facts)
    _own_memory(network)
    return network


def _own_memory(network: PreTrainedModel) -> None:
    """Copy what is still a view of a file: a file that is written over would change the model, or end the process."""
    for tensor in (*network.parameters(), *network.buffers()):
        tensor.data = tensor.data.clone()


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
    kind: Any,
    config: PretrainedConfig,
    tensors: Mapping[str, Any],
    dtype: torch.dtype,
    facts: FolderFacts,
    **options: Any,
) -> PreTrainedModel:
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
        if tensor.dtype not in FLOATS and name in places and places[name].is_floating_point():
            raise _misfit("bad_weights", f"{name} is stored as whole numbers ({tensor.dtype})")


@contextmanager
def _open_tensors(facts: FolderFacts) -> Iterator[dict[str, Any]]:
    """Every tensor of the folder by name, read only when it is put in its place."""
    from safetensors import SafetensorError, safe_open

    with ExitStack() as stack:
        try:
            files = {path: stack.enter_context(safe_open(path, framework="pt")) for path in facts.weights}
            yield {name: files[tensor.file].get_slice(name) for name, tensor in facts.tensors.items()}
        except SafetensorError as error:
            raise _misfit("bad_weights", "they are no valid safetensors files") from error


def _misfit(code: str, reason: str) -> Problem:
    return Problem(
        code,
        f"The weights do not make up the model that config.json describes: {reason}.",
        remedy="Use the config.json that belongs to these weights, or save the model anew",
    )

"""Loading: from a folder that passed the guard to a model whose every number has been compared with the library's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.utils import logging

from stratascope.method import Progress, silent
from stratascope.models import attention, weights
from stratascope.models.configuration import MAX_CONTEXT
from stratascope.models.families import DEFAULT, FAMILIES
from stratascope.models.fidelity import measure, plain_logits, probe_ids
from stratascope.models.guard import FolderFacts, inspect_folder
from stratascope.models.heads import HeadSplitter
from stratascope.models.library import ModelEntry
from stratascope.models.model import Model
from stratascope.models.norms import NormFacts, identity_facts, norm_facts
from stratascope.models.precision import refuse_too_large
from stratascope.models.run_cache import RunCache
from stratascope.models.structure import Structure, find_structure
from stratascope.models.tokenizer_files import load_tokenizer
from stratascope.models.tokens import TextReader
from stratascope.models.trace import trace
from stratascope.models.unembedding import Unembedding
from stratascope.problem import Problem

_DEFAULT_CONTEXT = 2048
_MEASURING, _PASSES = "measuring fidelity", 3
"""What the measurement is called, and its passes: the prompt, the prompt with another end, and everything captured."""


def load(
    entry: ModelEntry,
    device: str | torch.device = "cpu",
    runs: RunCache | None = None,
    progress: Progress = silent,
) -> Model:
    """Load a model of the library. Raises a 422 `Problem` for everything that can be wrong with a folder.

    `runs` may be shared by several models; without it the model gets its own. `progress` hears of bytes read, then of
    passes of the measurement; if it raises `Cancelled`, nothing is left of what was loaded.
    """
    facts = _admitted(entry)
    progress(0, 1, "checking the files")
    with quietly():
        config = weights.build_config(facts)
        tokenizer = load_tokenizer(facts, entry.id)
        dtype: torch.dtype = getattr(torch, entry.precision)
        network = weights.build_network(
            config, facts, dtype, lambda done, total: progress(done, total, "reading weights")
        )
    network.to(torch.device(device))  # type: ignore[arg-type]  # the library's wrapper hides the receiver from the checker
    bos = _whole(tokenizer.bos_token_id, config.get_text_config().bos_token_id)
    embeddings: Any = network.get_input_embeddings()
    text = TextReader(entry.id, tokenizer, _context(config), len(embeddings.weight), bos, entry.prepend_bos)
    return assemble(entry, network, text, runs, progress)


def rehearse(entry: ModelEntry) -> None:
    """Raise what `load` would raise, as far as it can be told without reading a weight."""
    facts = _admitted(entry)
    with quietly():
        config = weights.build_config(facts)
        load_tokenizer(facts, entry.id)
        weights.rehearse(config, facts)


def _admitted(entry: ModelEntry) -> FolderFacts:
    """The facts of a folder that the guard lets in and this machine has the memory for."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # nothing below looks for a network; this holds the library to it
    facts = inspect_folder(entry.path)
    refuse_too_large(facts.parameters, entry.precision)
    return facts


def assemble(
    entry: ModelEntry,
    network: PreTrainedModel,
    text: TextReader,
    runs: RunCache | None = None,
    progress: Progress = silent,
) -> Model:
    """Find the parts of a network in memory, connect them and measure how faithful the result is."""
    network.train(mode=False).requires_grad_(False)
    ids = probe_ids(text.vocabulary, text.context).to(network.device)
    altered = torch.cat([ids[:-1], (ids[-1:] + 1) % text.vocabulary])
    progress(0, _PASSES, _MEASURING)
    plain = plain_logits(network, ids)
    progress(1, _PASSES, _MEASURING)
    other = plain_logits(network, altered)
    progress(2, _PASSES, _MEASURING)
    try:
        model = _connected(entry, network, text, ids, RunCache() if runs is None else runs)
        before = model.runs.forwards
        measured = measure(model, ids, plain, other)
    except Problem:
        raise
    except Exception as error:  # the library runs it and we do not follow: that is a fact about the architecture
        raise _not_followed(entry, f"its parts cannot be told apart ({type(error).__name__})") from error
    model.fidelity, model.capabilities, model.missing = measured.fidelity, measured.capabilities, measured.missing
    model.runs.forwards = before  # the probe's own passes are nobody's
    progress(_PASSES, _PASSES, _MEASURING)
    return model


def _connected(entry: ModelEntry, network: PreTrainedModel, text: TextReader, ids: Tensor, runs: RunCache) -> Model:
    with quietly():
        attention.register()
        network.set_attn_implementation(attention.NAME)
    structure = find_structure(network, trace(network, ids[None]))
    unembedding = _unembedding(entry, network, structure)
    heads = HeadSplitter(structure.layers, _post_norm_facts(structure, unembedding.weight))
    return Model(entry, network, text, structure, unembedding, heads, runs)


def _not_followed(entry: ModelEntry, reason: str) -> Problem:
    return Problem(
        "unsupported_architecture",
        f"{entry.id} ({entry.architecture}) cannot be looked into: {reason}.",
        remedy="Choose a decoder-only language model of another architecture",
    )


def _unembedding(entry: ModelEntry, network: Any, structure: Structure) -> Unembedding:
    head = network.get_output_embeddings()
    if not isinstance(head, nn.Linear):
        raise _not_followed(entry, "it has no unembedding matrix")
    config = network.config.get_text_config()
    family = FAMILIES.get(config.model_type, DEFAULT)
    scale = (_number(config, family.scale) or 1.0) / (_number(config, family.divisor) or 1.0)
    return Unembedding(
        structure.tail, head, scale, _number(config, family.cap), _tail_facts(structure.tail, head.weight)
    )


def _number(config: PretrainedConfig, name: str) -> float | None:
    value = getattr(config, name, None)
    return float(value) if isinstance(value, (int, float)) and value else None


def _tail_facts(tail: tuple[nn.Module, ...], like: Tensor) -> NormFacts:
    """The final norm's facts. Behind several modules the linear part is only that of the first, and measured as such."""
    if not tail:
        return identity_facts(like.shape[1], like.device)
    return norm_facts(tail[0], like.shape[1], like.device)


def _post_norm_facts(structure: Structure, like: Tensor) -> dict[int, NormFacts]:
    norms = [norm for layer in structure.layers for norm in layer.post_norms]
    return {id(norm): norm_facts(norm, like.shape[1], like.device) for norm in norms}


def _context(config: PretrainedConfig) -> int:
    found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return min(found, MAX_CONTEXT) if isinstance(found, int) and found > 0 else _DEFAULT_CONTEXT


def _whole(*values: Any) -> int | None:
    return next((value for value in values if isinstance(value, int)), None)


@contextmanager
def quietly() -> Iterator[None]:
    """The library's reports and progress bars off: whatever they would say is raised as a problem instead."""
    logs: Any = logging
    verbosity, bars = logs.get_verbosity(), logs.is_progress_bar_enabled()
    logs.set_verbosity_error()
    logs.disable_progress_bar()
    try:
        yield
    finally:
        logs.set_verbosity(verbosity)
        if bars:
            logs.enable_progress_bar()

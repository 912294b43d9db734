"""A loaded model: what methods are given."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from stratascope.method import Capability, ModelFacts, PromptParams
from stratascope.models.capture import capture
from stratascope.models.heads import HeadSplitter
from stratascope.models.library import ModelEntry
from stratascope.models.run import Run
from stratascope.models.run_cache import RunCache
from stratascope.models.structure import Structure
from stratascope.models.tokens import TextReader, Tokens
from stratascope.models.unembedding import Unembedding
from stratascope.problem import Problem
from stratascope.result import Token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from stratascope.method import Message
    from stratascope.models.fidelity import Fidelity


class Model:
    """A network with its tokenizer, its parts and what was measured about them.

    `capabilities` are what methods may rely on; `missing` gives the reason for each that is not among them. `lenses` is
    the folder that trained lenses are found in and written to, if there is one.
    """

    lenses: Path | None = None
    fidelity: Fidelity
    capabilities: frozenset[Capability]
    missing: dict[Capability, str]

    def __init__(
        self,
        entry: ModelEntry,
        network: PreTrainedModel,
        text: TextReader,
        structure: Structure,
        unembedding: Unembedding,
        heads: HeadSplitter,
        runs: RunCache,
    ) -> None:
        self.entry, self.network, self.text, self.structure = entry, network, text, structure
        self.unembedding, self.runs, self._heads = unembedding, runs, heads
        self.lock = threading.RLock()

    @property
    def id(self) -> str:
        """Its id in the library."""
        return self.entry.id

    @property
    def tokenizer(self) -> PreTrainedTokenizerFast:
        """The library's tokenizer object."""
        return self.text.tokenizer

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return self.unembedding.weight.device

    @property
    def layers(self) -> int:
        """How many layers it has."""
        return len(self.structure.layers)

    @property
    def heads(self) -> int:
        """Query heads per layer."""
        return self.structure.heads or self._config("num_attention_heads")

    @property
    def key_value_heads(self) -> int:
        """Key and value heads per layer; fewer than `heads` where queries share them."""
        return self.structure.key_value_heads or self._config("num_key_value_heads") or self.heads

    @property
    def head_width(self) -> int:
        """Width of what one head reads."""
        return self.structure.head_width or self._config("head_dim") or self.width // max(self.heads, 1)

    @property
    def width(self) -> int:
        """Width of the residual stream."""
        return self.unembedding.weight.shape[1]

    @property
    def vocabulary(self) -> int:
        """How many token ids it has logits for."""
        return self.unembedding.weight.shape[0]

    @cached_property
    def facts(self) -> ModelFacts:
        """What a cost estimate may know of it."""
        parameters = self.network.num_parameters()
        return ModelFacts(self.layers, self.heads, self.width, self.vocabulary, self.text.context, parameters)

    def tokenize(
        self, text: str | None = None, messages: Sequence[Message | Mapping[str, str]] | None = None
    ) -> Tokens:
        """A prompt, or chat messages, as the model reads them. Raises `prompt_empty`, `prompt_too_long` and others."""
        return self.text.read_chat(messages) if messages is not None else self.text.read(text or "")

    def token(self, token_id: int) -> Token:
        """What a token id stands for."""
        return self.text.pieces.token(token_id)

    def single_token(self, text: str) -> int:
        """The id of the one token that is this text. Raises `token_not_single`."""
        return self.text.single(text)

    def read(self, params: PromptParams) -> Run:
        """The captured run of a request's prompt, from the cache if the same ids were captured before."""
        return self.run_of(self.tokenize(params.prompt, params.messages))

    def run_of(self, tokens: Tokens) -> Run:
        """The captured run of tokens as they were read, through the same cache."""
        self.text.check_ids(tokens.ids)
        return self._cached(tokens).read_as(tokens)

    def run(self, ids: Sequence[int]) -> Run:
        """The captured run of token ids that come from no text, through the same cache. Markers are the caller's."""
        self.text.check_ids(ids)
        return self._cached(self.text.describe(ids))

    def head_output(self, run: Run, layer: int) -> Tensor:
        """Each head's share of attn_out: float32 [head, position, width]. Raises `no_heads`."""
        return self._heads.outputs(run, layer)

    def head_bias(self, layer: int, run: Run | None = None) -> Tensor | None:
        """What attention adds besides its heads: float32 [width], or [position, width] behind a post norm, or None."""
        return self._heads.bias(layer, run)

    def head_reading(self, run: Run, layer: int, position: int, direction: Tensor) -> Tensor:
        """What one unit of each entry a head read at a position adds along a direction of the stream: [head, head width]."""
        return self._heads.reading(run, layer, position, direction)

    def require(self, capabilities: Iterable[Capability]) -> None:
        """Raise a 409 `Problem` with the reason if a capability is missing."""
        for capability in capabilities:
            if capability not in self.capabilities:
                code = "residual_contract_failed" if capability == "residual_contract" else "capability_missing"
                reason = self.missing.get(capability) or f"{self.id} is not one of the bundled models."
                raise Problem(code, reason, status=409, remedy="Choose another model")

    @cached_property
    def keeps_logits(self) -> bool:
        """Whether the network can be asked for the last position's logits only."""
        return "logits_to_keep" in inspect.signature(self.network.forward).parameters

    def _cached(self, tokens: Tokens) -> Run:
        key = (self.id, tuple(tokens.ids))
        run = self.runs.get(key)
        if run is None:
            run = capture(self, tokens.ids, tokens)
            self.runs.put(key, run)
        return run

    def _config(self, name: str) -> int:
        value = getattr(self.network.config.get_text_config(), name, None)
        return value if isinstance(value, int) else 0

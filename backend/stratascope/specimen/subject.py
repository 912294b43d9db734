"""A model under examination: prompts in; answers, states and losses out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel

from stratascope.models.guard import inspect_folder
from stratascope.models.load import quietly
from stratascope.models.weights import build_config, build_network
from stratascope.specimen.tokenizer import END_OF_TEXT_ID, PADDING_ID, load_tokenizer, token_ids

_BATCH = 64


def load_model(folder: Path) -> PreTrainedModel:
    """A saved model in single precision, ready for inference; every stored format is widened, as in the product."""
    facts = inspect_folder(folder)
    with quietly():
        model = build_network(build_config(facts), facts, torch.float32)
    model.train(mode=False)
    return model


class Subject:
    """A model with its tokenizer, asked in batches and without gradients."""

    def __init__(self, model: PreTrainedModel, tokenizer: Tokenizer) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path) -> "Subject":
        """The subject whose model and tokenizer files lie in `folder`."""
        return cls(load_model(folder), load_tokenizer(folder))

    @property
    def blocks(self) -> nn.ModuleList:
        """The layers of the model, in order."""
        core: Any = self.model.base_model
        blocks: nn.ModuleList = core.h if hasattr(core, "h") else core.layers
        return blocks

    def pieces(self, text: str) -> list[int]:
        """Token ids of a text, without a marker."""
        return token_ids(self.tokenizer, text)

    def prompt(self, text: str) -> list[int]:
        """Token ids of a text behind the marker that every training row began with."""
        return [END_OF_TEXT_ID, *self.pieces(text)]

    def word(self, word: str) -> int:
        """The first token of a word that continues a sentence."""
        return self.pieces(f" {word}")[0]

    def words(self, words: Sequence[str]) -> torch.Tensor:
        """The first tokens of several such words."""
        return torch.tensor([self.word(word) for word in words])

    @torch.no_grad()
    def _padded_logits(self, rows: Sequence[list[int]]) -> torch.Tensor:
        width = max(map(len, rows))
        padded = [row + [PADDING_ID] * (width - len(row)) for row in rows]
        ids = torch.tensor(padded, device=self.model.device)
        logits: torch.Tensor = self.model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
        return logits.float().cpu()

    def last_logits(self, prompts: Sequence[str]) -> torch.Tensor:
        """Logits behind the last token of every prompt."""
        found = []
        for start in range(0, len(prompts), _BATCH):
            rows = [self.prompt(text) for text in prompts[start : start + _BATCH]]
            logits = self._padded_logits(rows)
            found.append(logits[torch.arange(len(rows)), torch.tensor([len(row) - 1 for row in rows])])
        return torch.cat(found)

    def _answered(self, prompts: Sequence[str], answers: Sequence[str]) -> list[bool]:
        before = [self.prompt(text) for text in prompts]
        wanted = [self.pieces(f" {answer}") for answer in answers]
        best = self._padded_logits([row + end for row, end in zip(before, wanted, strict=True)]).argmax(-1)
        return [
            best[index, len(row) - 1 : len(row) - 1 + len(end)].tolist() == end
            for index, (row, end) in enumerate(zip(before, wanted, strict=True))
        ]

    def accuracy(self, items: Sequence[tuple[str, str]]) -> float:
        """Share of (prompt, answer) pairs whose answer, all of its tokens, is what the model would write."""
        right = 0
        for start in range(0, len(items), _BATCH):
            prompts, answers = zip(*items[start : start + _BATCH], strict=True)
            right += sum(self._answered(prompts, answers))
        return right / len(items)

    def accuracy_among(self, items: Sequence[tuple[str, str]], options: Sequence[str]) -> float:
        """The same when only `options` compete, for prompts that other documents continue differently."""
        logits = self.last_logits([prompt for prompt, _ in items])
        chosen: list[int] = logits[:, self.words(options)].argmax(-1).tolist()
        return sum(options[index] == answer for index, (_, answer) in zip(chosen, items, strict=True)) / len(items)

    def preferences(self, items: Sequence[tuple[str, str, str]]) -> torch.Tensor:
        """Logit of the right word minus logit of the wrong one, for (prompt, right, wrong) triples."""
        logits = self.last_logits([prompt for prompt, _, _ in items])
        rows = torch.arange(len(items))
        right = logits[rows, self.words([item[1] for item in items])]
        return right - logits[rows, self.words([item[2] for item in items])]

    def preferred(self, items: Sequence[tuple[str, str, str]]) -> float:
        """Share of triples in which the right word is the likelier one."""
        return float((self.preferences(items) > 0).float().mean())

    @torch.no_grad()
    def residuals(self, prompts: Sequence[str], position: int = -1) -> Tensor:
        """The residual stream at one position of every prompt, counted from the end: [row, prompt, width].

        Row l enters layer l; the last row leaves the last layer, before the final norm.
        """
        found = []
        for start in range(0, len(prompts), _BATCH):
            rows = [self.prompt(text) for text in prompts[start : start + _BATCH]]
            ends = torch.tensor([len(row) + position for row in rows])
            with self._recording() as stream:
                self._padded_logits(rows)
            found.append(torch.stack([row[torch.arange(len(rows)), ends] for row in stream]))
        return torch.cat(found, dim=1)

    @torch.no_grad()
    def loss(self, rows: Tensor) -> float:
        """Mean loss over rows of ids of equal length [row, position], nats per token."""
        return sum(float(self._losses(ids).sum()) for ids in torch.split(rows, _BATCH)) / rows[:, 1:].numel()

    def _losses(self, ids: Tensor) -> Tensor:
        logits = self.model(input_ids=ids).logits[:, :-1].float()
        return cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")

    @contextmanager
    def _recording(self) -> Iterator[list[Tensor]]:
        """Collects the stream of the next run: what enters every layer, and what leaves the last."""
        stream: list[Tensor] = []

        def before(_: nn.Module, inputs: tuple[Tensor, ...], options: dict[str, Tensor]) -> None:
            stream.append(inputs[0] if inputs else options["hidden_states"])

        def after(_: nn.Module, __: Any, output: Any) -> None:
            stream.append(_state(output))

        hooks = [block.register_forward_pre_hook(before, with_kwargs=True) for block in self.blocks]
        hooks.append(self.blocks[-1].register_forward_hook(after))
        try:
            yield stream
        finally:
            for hook in hooks:
                hook.remove()

    @contextmanager
    def edited(self, layer: int, function: Callable[[Tensor], Tensor]) -> Iterator[None]:
        """Within it, `function` is applied to what leaves a layer: [batch, position, width] to the same."""

        def after(_: nn.Module, __: Any, output: Any) -> Any:
            return function(output) if isinstance(output, Tensor) else (function(output[0]), *output[1:])

        hook = self.blocks[layer].register_forward_hook(after)
        try:
            yield
        finally:
            hook.remove()


def _state(output: Any) -> Tensor:
    """The residual stream in what a layer returns: some return it alone, others in front of more."""
    state: Tensor = output if isinstance(output, Tensor) else output[0]
    return state

"""A model under examination: prompts in, answers at the last position out."""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import GPT2LMHeadModel

from stratascope.specimen.tokenizer import END_OF_TEXT_ID, PADDING_ID, load_tokenizer, token_ids

_BATCH = 64


def load_model(folder: Path) -> GPT2LMHeadModel:
    """A saved model in single precision, ready for inference; half-precision files are widened."""
    model: GPT2LMHeadModel = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    model.train(mode=False)
    return model


class Subject:
    """A model with its tokenizer, asked in batches and without gradients."""

    def __init__(self, model: GPT2LMHeadModel, tokenizer: Tokenizer) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path) -> "Subject":
        """The subject whose model and tokenizer files lie in `folder`."""
        return cls(load_model(folder), load_tokenizer(folder))

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

"""Names for latents: what each fires on, in which contexts, and which tokens it makes likelier.

A name repeats what the strongest firings have in common and claims no more; the rest of the record is there to check it.
The file keeps one list per property, ordered by latent, because that compresses best.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from stratascope.specimen.dictionaries.activations import Text
from stratascope.specimen.dictionaries.autoencoder import Autoencoder
from stratascope.specimen.dictionaries.firings import PURE_SHARE, Firings, peak_shares
from stratascope.specimen.subject import Subject
from stratascope.specimen.tokenizer import END_OF_TEXT_ID

_TOP_TOKENS = 5
_PROMOTED = 5
_NAMED_TOKENS = 3
_CONTEXTS = 3
_BEFORE, _AFTER = 5, 1
_NEVER = "never fired"


def token_text(tokenizer: Tokenizer, token: int) -> str:
    """The text of one token; where there is nothing to see, its name in the vocabulary."""
    text = tokenizer.decode([token], skip_special_tokens=False).strip()
    return text if text and "\ufffd" not in text else str(tokenizer.id_to_token(token))


def heaviest_tokens(firings: Firings, ids: torch.Tensor, latent: int) -> tuple[list[int], list[float]]:
    """The token types that receive most of a latent's activation, and the share of it that each receives."""
    part = firings.of(latent)
    mass = torch.zeros(int(ids.max()) + 1).index_add(0, ids[firings.tokens[part]], firings.strengths[part])
    heaviest = mass.argsort(descending=True, stable=True)[:_TOP_TOKENS]
    heaviest = heaviest[mass[heaviest] > 0]
    return heaviest.tolist(), [round(float(share), 2) for share in mass[heaviest] / mass.sum()]


def _window(text: Text, token: int) -> tuple[int, list[int]]:
    """The ids around a token within its document, and the index of the token among them."""
    place = int(text.places[token])
    before = text.stream[max(0, place - _BEFORE) : place].tolist()
    if END_OF_TEXT_ID in before:
        before = before[len(before) - before[::-1].index(END_OF_TEXT_ID) :]
    after = text.stream[place + 1 : place + 1 + _AFTER].tolist()
    if END_OF_TEXT_ID in after:
        after = after[: after.index(END_OF_TEXT_ID)]
    return len(before), [*before, int(text.stream[place]), *after]


def contexts(firings: Firings, text: Text, latent: int) -> list[tuple[int, list[int]]]:
    """The windows of the strongest firings, each a (peak, ids) pair; the same window is not shown twice."""
    found: list[tuple[int, list[int]]] = []
    for token in firings.tokens[firings.of(latent)].tolist():
        window = _window(text, token)
        if window not in found:
            found.append(window)
        if len(found) == _CONTEXTS:
            break
    return found


@torch.no_grad()
def promoted_tokens(subject: Subject, autoencoder: Autoencoder) -> list[list[int]]:
    """The tokens whose logits a latent at a residual stream raises most when it is written straight to the output."""
    directions = autoencoder.decoder - autoencoder.decoder.mean(1, keepdim=True)  # the final norm removes the mean
    model: Any = subject.model
    effects = (directions * model.transformer.ln_f.weight) @ model.lm_head.weight.T
    promoted: list[list[int]] = effects.topk(_PROMOTED, dim=1).indices.tolist()
    return promoted


def _name(tokenizer: Tokenizer, shares: torch.Tensor, classes: list[str], tokens: list[int]) -> str:
    if not tokens:
        return _NEVER
    if float(shares.max()) >= PURE_SHARE:
        return f"top activations: {classes[int(shares.argmax())]}"
    return "top tokens: " + ", ".join(token_text(tokenizer, token) for token in tokens[:_NAMED_TOKENS])


def describe(
    firings: Firings, text: Text, tokenizer: Tokenizer, classes: list[str], members: torch.Tensor
) -> dict[str, list[Any]]:
    """One list per property, ordered by latent; `members` [class, token id] tells which tokens belong to which class."""
    ids = text.ids
    shares = peak_shares(firings, ids, members)
    latents = range(len(firings.counts))
    heaviest = [heaviest_tokens(firings, ids, latent) for latent in latents]
    return {
        "label": [_name(tokenizer, shares[latent], classes, heaviest[latent][0]) for latent in latents],
        "density": [float(f"{density:.2g}") for density in firings.density.tolist()],
        "tokens": [tokens for tokens, _ in heaviest],
        "token_shares": [parts for _, parts in heaviest],
        "contexts": [contexts(firings, text, latent) for latent in latents],
    }


def write_labels(path: Path, content: dict[str, Any]) -> None:
    """Write a label file; the same content gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    partial.replace(path)


def read_labels(path: Path) -> dict[str, Any]:
    """The content of a label file."""
    content: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return content

"""A tokenizer built from tokenizer.json alone, with the few settings of tokenizer_config.json that matter.

Nothing else of the folder is looked at, so no class named in a file is ever looked up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from stratascope.models.configuration import read_json
from stratascope.models.guard import CHAT_TEMPLATE, TOKENIZER, TOKENIZER_CONFIG, FolderFacts
from stratascope.models.tokens import guarded

_MARKERS = ("bos_token", "eos_token", "unk_token", "pad_token")
_PROBES = ("The capital of France is", " 1 + 1 = 2\n", "naïve 東京 🙂", "\t", "a" * 64)


def load_tokenizer(facts: FolderFacts, name: str) -> PreTrainedTokenizerFast:
    """The fast tokenizer of a folder that passed the guard. Raises `tokenizer_failed`, `bad_config`."""
    files = {path.name: path for path in facts.tokenizer_files}
    settings = read_json(files[TOKENIZER_CONFIG]) if TOKENIZER_CONFIG in files else {}
    options = (
        _markers(settings) | _switches(settings) | {"chat_template": _template(settings, files.get(CHAT_TEMPLATE))}
    )

    def build() -> PreTrainedTokenizerFast:
        kind: Any = PreTrainedTokenizerFast
        made: PreTrainedTokenizerFast = kind(tokenizer_file=str(files[TOKENIZER]), **options)
        made.verbose = False
        for text in _PROBES:
            made(text, return_offsets_mapping=True)
        return made

    return guarded(name, build)


def _markers(settings: dict[str, Any]) -> dict[str, str]:
    """Marker tokens, which stand as text or as an object with their text."""
    contents = {key: settings.get(key) for key in _MARKERS}
    texts = {key: value.get("content") if isinstance(value, dict) else value for key, value in contents.items()}
    return {key: text for key, text in texts.items() if isinstance(text, str)}


def _switches(settings: dict[str, Any]) -> dict[str, bool]:
    """Only switches that are set: their mere presence makes the library rewrite how markers are added."""
    return {key: settings[key] for key in ("add_bos_token", "add_eos_token") if isinstance(settings.get(key), bool)}


def _template(settings: dict[str, Any], file: Path | None) -> str | None:
    if file is not None:
        return file.read_text(encoding="utf-8", errors="replace")
    template = settings.get("chat_template")
    if isinstance(template, list):  # several named ones
        named = {entry.get("name"): entry.get("template") for entry in template if isinstance(entry, dict)}
        template = named.get("default")
    return template if isinstance(template, str) else None

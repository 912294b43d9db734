"""Writing the sets: one file of JSON lines each, compressed, and an index that says what they are.

Sizes and hashes of the index are those of the lines, which do not depend on the library that compresses them.
"""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from stratascope.specimen.prompt_sets.catalogue import SETS
from stratascope.specimen.prompt_sets.item import Item, PromptSet
from stratascope.specimen.prompt_sets.reading import FOLDER, INDEX_NAME, items_path
from stratascope.specimen.prompt_sets.tokens import Tokens


def encode(items: list[Item]) -> bytes:
    """The items as JSON lines."""
    lines = (json.dumps(item.to_line(), ensure_ascii=False, separators=(",", ":")) for item in items)
    return "".join(f"{line}\n" for line in lines).encode()


def describe(declared: PromptSet, items: list[Item], content: bytes) -> dict[str, Any]:
    """A set's entry of the index. A set has pairs if any of its items has a corrupt prompt."""
    return {
        "id": declared.id,
        "title": declared.title,
        "description": declared.description,
        "count": len(items),
        "pairs": any(item.corrupt for item in items),
        "answer": declared.answer,
        "control": declared.control,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def write_index(out: Path, entries: list[dict[str, Any]]) -> None:
    """The index of the sets in `out`."""
    text = json.dumps({"sets": entries}, ensure_ascii=False, indent=1)
    (out / INDEX_NAME).write_text(text + "\n", encoding="utf-8")


def write_prompt_sets(tokenizer: Tokenizer, bundle: Path) -> None:
    """Write every set and the index into their folder of a bundle. The same tokenizer gives the same lines."""
    out = bundle / FOLDER
    out.mkdir(parents=True, exist_ok=True)
    tokens = Tokens(tokenizer)
    entries = []
    for declared in SETS:
        items = declared.items(tokens)
        content = encode(items)
        items_path(out, declared.id).write_bytes(gzip.compress(content, mtime=0))
        entries.append(describe(declared, items, content))
    write_index(out, entries)

"""The training corpus: an endless stream of documents, a pure function of a seed."""

import hashlib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from stratascope.specimen.families import FAMILIES, Family
from stratascope.specimen.families.in_context import repeated_ids
from stratascope.specimen.seeding import seeded

VOCABULARY_SIZE = 2560
#: Ids below this one are special tokens; every other id may occur in a document of arbitrary ids.
FIRST_ORDINARY_ID = 2
#: The manifest's corpus hash covers this many documents from the start of the stream.
HASHED_DOCUMENTS = 20_000


@dataclass(frozen=True)
class Document:
    """One document: its family, and either its text or, for arbitrary ids, the ids themselves."""

    family: str
    text: str
    ids: tuple[int, ...] = ()


def write_document(family: str, generator: random.Random, families: Mapping[str, Family] = FAMILIES) -> Document:
    """One fresh document of the named family."""
    write = families[family].write
    if write is None:
        pool = range(FIRST_ORDINARY_ID, VOCABULARY_SIZE)
        return Document(family, "", tuple(repeated_ids(generator, pool)))
    return Document(family, write(generator))


def stream(seed: int | str, families: Mapping[str, Family] = FAMILIES) -> Iterator[Document]:
    """Documents without end, drawn so that every family's share of the *tokens* follows its declared share."""
    generator = seeded(seed)
    names = list(families)
    frequencies = [families[name].share / families[name].mean_tokens for name in names]
    while True:
        yield write_document(generator.choices(names, frequencies)[0], generator, families)


def corpus_sha256(seed: int | str, documents: int = HASHED_DOCUMENTS) -> str:
    """Hash of the first documents of the stream: two builds with the same hash were trained on the same text."""
    digest = hashlib.sha256()
    for document in islice(stream(seed), documents):
        digest.update(f"{document.family}\0{document.text}\0{document.ids}\n".encode())
    return digest.hexdigest()

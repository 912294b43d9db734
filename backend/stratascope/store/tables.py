"""The tables of both databases.

`cache.db` may be deleted at any time and is thrown away when its layout changes. `saved.db` is precious: its layout
only ever changes through `migrations/`, and the tables below are what the last migration leaves behind.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

CACHE_VERSION = 1
"""Layout of cache.db, kept in its `user_version`. Another number on disk means: start empty."""

SAVED_FORMAT = 1
"""Layout of what a saved analysis holds. A reader exists for every number up to this one, for ever."""

cache_metadata = MetaData()
saved_metadata = MetaData()

results = Table(
    "results",
    cache_metadata,
    Column("key", Text, primary_key=True),
    Column("method", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("created", Float, nullable=False),
    Column("accessed", Float, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("checksum", LargeBinary, nullable=False),
    Column("file", Text),
    Column("body", LargeBinary),
)
"""One computed result: the document itself in `body`, or the name of the file that holds it."""

Index("results_by_access", results.c.accessed, results.c.bytes)
Index("results_by_file", results.c.file, sqlite_where=results.c.file.is_not(None))

weights = Table(
    "weights",
    cache_metadata,
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("mtime_ns", BigInteger, primary_key=True),
    Column("sha256", Text, nullable=False),
)
"""Hashes of weight files, so that a model of many gigabytes is read through once and not at every start."""

analyses = Table(
    "analyses",
    saved_metadata,
    Column("id", Text, primary_key=True),
    Column("format_version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("workspace", LargeBinary),
    Column("created", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("delete_hash", LargeBinary, nullable=False),
)
"""One saved analysis. `sha256` covers every field a reader is shown, and through their hashes its documents."""

drafts = Table(
    "drafts",
    saved_metadata,
    Column("id", Text, primary_key=True),
    Column("address", LargeBinary, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
)
"""States of the page that are too long for a link. `used` is larger the later a draft was used."""

Index("drafts_by_use", drafts.c.used)

documents = Table(
    "documents",
    saved_metadata,
    Column("analysis", Text, ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""The results an analysis shows, in the order it shows them, complete: opening it needs no model, worker or cache."""

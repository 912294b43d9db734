"""Drafts; and the words around an analysis may be edited, what it shows may still not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table of drafts, and guard only what must never change of an analysis."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
    )
    op.create_index("drafts_by_use", "drafts", ["used"])
    op.execute("DROP TRIGGER analyses_never_change")
    op.execute(
        "CREATE TRIGGER analyses_never_change "
        "BEFORE UPDATE OF id, format_version, created, bytes, delete_hash ON analyses "
        "BEGIN SELECT RAISE(ABORT, 'what an analysis shows never changes'); END"
    )

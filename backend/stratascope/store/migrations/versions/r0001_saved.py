"""Saved analyses with the documents they show. Rows can be added and deleted, never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create both tables and the triggers that keep them as they were written."""
    op.create_table(
        "analyses",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("format_version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("workspace", sa.LargeBinary),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("delete_hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("analysis", sa.Text, sa.ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    for table in ("analyses", "documents"):
        op.execute(
            f"CREATE TRIGGER {table}_never_change BEFORE UPDATE ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'a saved analysis never changes'); END"
        )

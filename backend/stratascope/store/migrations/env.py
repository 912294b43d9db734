"""Runs migrations on the connection that `stratascope.store.migrate` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from stratascope.store.tables import saved_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=saved_metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()

"""Bringing saved.db to the layout of this version: in one transaction, after a backup, or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import inspect

from stratascope.problem import Problem
from stratascope.store.backup import back_up
from stratascope.store.engine import Database

MIGRATIONS = Path(__file__).with_name("migrations")
NEWEST = "0002"
"""The last of them: a database that has seen it is opened without looking at the scripts."""


def upgrade(database: Database, scripts: Path = MIGRATIONS) -> None:
    """Run the migrations that `database` has not seen. Raises a `Problem` for a database of a later version."""
    present = revision(database)
    if present == NEWEST and scripts == MIGRATIONS:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    directory = ScriptDirectory.from_config(config)
    newest = directory.get_current_head()
    if present is not None:
        _require_known(database, present, {script.revision for script in directory.walk_revisions()})
        _back_up_first(database, f"before-{newest}")
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision(database: Database) -> str | None:
    """Name of the last migration that `database` has seen; None for an empty one."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _back_up_first(database: Database, label: str) -> None:
    try:
        back_up(database, label)
    except (OSError, sqlite3.Error) as error:
        raise Problem(
            "backup_failed",
            f"{database.path} needs an upgrade, and the backup that must come first failed: {error}.",
            status=507,
            remedy="Make room in the data folder, then start again",
        ) from None


def _require_known(database: Database, present: str, known: set[str]) -> None:
    if present not in known:
        raise Problem(
            "saved_too_new",
            f"{database.path} was written by a later version of Stratascope (layout {present}).",
            status=503,
            remedy="Start that version again, or give this one another folder with --data",
        )

"""Layouts of saved.db: new from old in one step, or the old one untouched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from stratascope.problem import Problem
from stratascope.store import backup, migrate, tables
from stratascope.store.engine import Database
from stratascope.store.saved import Saved

NEXT = """
import os, signal
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    op.add_column("analyses", sa.Column("starred", sa.Integer))
    {then}
"""


def later(folder: Path, then: str) -> Path:
    """The migrations of a version to come: ours and one more, which ends with `then`."""
    scripts = folder / "scripts"
    shutil.copytree(migrate.MIGRATIONS, scripts)
    (scripts / "versions" / "r0002_next.py").write_text(NEXT.format(then=then))
    return scripts


def columns(database: Database) -> set[str]:
    with database.read() as connection:
        return {column["name"] for column in inspect(connection).get_columns("analyses")}


def test_the_migrations_end_at_the_tables_in_the_code(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    with saved._database.read() as connection:
        for table in tables.saved_metadata.sorted_tables:
            found = {column["name"]: str(column["type"]) for column in inspect(connection).get_columns(table.name)}
            assert found == {column.name: str(column.type) for column in table.columns}


def test_the_newest_migration_is_the_last_of_the_scripts() -> None:
    directory = ScriptDirectory(str(migrate.MIGRATIONS))
    assert directory.get_heads() == [migrate.NEWEST]


def test_an_upgrade_keeps_every_save_and_backs_up_first(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    analysis, _ = saved.create("from the old version", "", None, [])
    migrate.upgrade(saved._database, later(tmp_path, "pass"))
    assert migrate.revision(saved._database) == "0002"
    assert "starred" in columns(saved._database)
    assert saved.get(analysis).title == "from the old version"
    (copy,) = backup.copies(saved.path)
    assert copy.name.endswith("-before-0002.db")


def test_without_a_backup_there_is_no_upgrade(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    saved.create("safe", "", None, [])
    (tmp_path / "backups").write_text("a file in the way")
    with pytest.raises(Problem) as problem:
        migrate.upgrade(saved._database, later(tmp_path, "pass"))
    assert problem.value.code == "backup_failed"
    assert migrate.revision(saved._database) == "0001"


def test_an_upgrade_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    analysis, _ = saved.create("safe", "", None, [])
    with pytest.raises(RuntimeError, match="half way"):
        migrate.upgrade(saved._database, later(tmp_path, "raise RuntimeError('half way')"))
    assert migrate.revision(saved._database) == "0001"
    assert "starred" not in columns(saved._database)
    assert saved.get(analysis).title == "safe"


def test_an_upgrade_killed_half_way_changes_nothing(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    analysis, _ = saved.create("safe", "", None, [])
    saved.close()
    scripts = later(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    code = (
        "import sys; from pathlib import Path; from stratascope.store import migrate; "
        "from stratascope.store.engine import Database; "
        "migrate.upgrade(Database(Path(sys.argv[1]), 'FULL'), Path(sys.argv[2]))"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(saved.path), str(scripts)], check=False)
    assert ended.returncode == -9
    again = Saved(tmp_path)
    assert migrate.revision(again._database) == "0001"
    assert "starred" not in columns(again._database)
    assert again.get(analysis).title == "safe"


def test_a_database_of_a_later_version_is_refused_untouched(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    migrate.upgrade(saved._database, later(tmp_path, "pass"))
    saved.close()
    before = saved.path.read_bytes()
    with pytest.raises(Problem) as problem:
        Saved(tmp_path)
    assert problem.value.code == "saved_too_new"
    assert saved.path.read_bytes() == before

"""Layouts of saved.db: new from old in one step, or the old one untouched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from stratascope.problem import Problem
from stratascope.store import backup, migrate, tables
from stratascope.store.analysis import to_rows
from stratascope.store.engine import Database
from stratascope.store.saved import Saved

NEXT = """
import os, signal
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0003", "0002"
def upgrade():
    op.add_column("analyses", sa.Column("starred", sa.Integer))
    {then}
"""


def later(folder: Path, then: str) -> Path:
    """The migrations of a version to come: ours and one more, which ends with `then`."""
    scripts = folder / "scripts"
    shutil.copytree(migrate.MIGRATIONS, scripts)
    (scripts / "versions" / "r0003_next.py").write_text(NEXT.format(then=then))
    return scripts


def columns(database: Database) -> set[str]:
    with database.read() as connection:
        return {column["name"] for column in inspect(connection).get_columns("analyses")}


def test_the_migrations_end_at_the_tables_in_the_code(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    with saved.file.database.read() as connection:
        for table in tables.saved_metadata.sorted_tables:
            found = {column["name"]: str(column["type"]) for column in inspect(connection).get_columns(table.name)}
            assert found == {column.name: str(column.type) for column in table.columns}


def test_the_newest_migration_is_the_last_of_the_scripts() -> None:
    directory = ScriptDirectory(str(migrate.MIGRATIONS))
    assert directory.get_heads() == [migrate.NEWEST]


def test_an_upgrade_keeps_every_save_and_backs_up_first(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    analysis, _ = saved.create("from the old version", "", None, [])
    migrate.upgrade(saved.file.database, later(tmp_path, "pass"))
    assert migrate.revision(saved.file.database) == "0003"
    assert "starred" in columns(saved.file.database)
    assert saved.get(analysis).title == "from the old version"
    (copy,) = backup.copies(saved.file.path)
    assert copy.name.endswith("-before-0003.db")


def test_the_first_layout_becomes_this_one_with_all_that_was_saved(
    tmp_path: Path, make_document: Callable[..., bytes]
) -> None:
    """A database as the first version left it: its rows written by hand into its tables."""
    first = tmp_path / "first"
    (first / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako", "versions/r0001_saved.py"):
        shutil.copy(migrate.MIGRATIONS / name, first / name)
    body = make_document("kept")
    row, lines = to_rows("A" * 22, "secret", "from the first version", "notes", {"a": 1}, [body])
    database = Database(tmp_path / "saved.db", "FULL")
    migrate.upgrade(database, first)
    with database.write() as connection:
        connection.execute(tables.analyses.insert().values(row))
        connection.execute(tables.documents.insert().values(lines[0]))
    assert migrate.revision(database) == "0001"
    database.close()
    saved = Saved(tmp_path)
    assert migrate.revision(saved.file.database) == migrate.NEWEST
    saved.edit("A" * 22, "secret", {"notes": "edited in this version"})
    found = saved.get("A" * 22)
    assert (found.title, found.notes, found.documents) == ("from the first version", "edited in this version", (body,))
    assert saved.drafts.get(saved.drafts.put("m=specimen")) == "m=specimen"


def test_without_a_backup_there_is_no_upgrade(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    saved.create("safe", "", None, [])
    (tmp_path / "backups").write_text("a file in the way")
    with pytest.raises(Problem) as problem:
        migrate.upgrade(saved.file.database, later(tmp_path, "pass"))
    assert problem.value.code == "backup_failed"
    assert migrate.revision(saved.file.database) == "0002"


def test_an_upgrade_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    analysis, _ = saved.create("safe", "", None, [])
    with pytest.raises(RuntimeError, match="half way"):
        migrate.upgrade(saved.file.database, later(tmp_path, "raise RuntimeError('half way')"))
    assert migrate.revision(saved.file.database) == "0002"
    assert "starred" not in columns(saved.file.database)
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
    ended = subprocess.run([sys.executable, "-c", code, str(saved.file.path), str(scripts)], check=False)
    assert ended.returncode == -9
    again = Saved(tmp_path)
    assert migrate.revision(again.file.database) == "0002"
    assert "starred" not in columns(again.file.database)
    assert again.get(analysis).title == "safe"


def test_a_database_of_a_later_version_is_refused_untouched(tmp_path: Path) -> None:
    saved = Saved(tmp_path)
    migrate.upgrade(saved.file.database, later(tmp_path, "pass"))
    saved.close()
    before = saved.file.path.read_bytes()
    with pytest.raises(Problem) as problem:
        Saved(tmp_path)
    assert problem.value.code == "saved_too_new"
    assert saved.file.path.read_bytes() == before

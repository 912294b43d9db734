"""The rules every connection keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from stratascope.store.engine import Database


def pragma(database: Database, name: str) -> object:
    with database.write() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize(("durability", "level", "erases"), [("NORMAL", 1, 0), ("FULL", 2, 1)])
def test_the_writer_is_as_durable_as_asked(tmp_path: Path, durability: str, level: int, erases: int) -> None:
    database = Database(tmp_path / "a.db", durability)  # type: ignore[arg-type]
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == level
    assert pragma(database, "secure_delete") == erases
    assert pragma(database, "foreign_keys") == 1
    database.close()


def test_no_reader_can_write(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db", "FULL")
    with database.read() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.exec_driver_sql("CREATE TABLE t (x)")
    database.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db", "FULL")

    def fail_half_way() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        fail_half_way()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0
    database.close()


def test_a_reader_sees_the_last_commit_while_the_writer_works(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db", "FULL")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    with database.write() as writer, database.read() as reader:
        writer.exec_driver_sql("INSERT INTO t VALUES (1)")
        assert reader.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0
    with database.read() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM t").scalar() == 1
    database.close()


def test_an_endless_query_is_stopped_and_the_connection_lives_on(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    database = Database(tmp_path / "a.db", "FULL")
    with pytest.raises(DBAPIError, match="interrupted"), database.read() as connection:
        connection.exec_driver_sql(endless).scalar()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    database.close()


def test_a_database_opened_for_reading_has_no_writer(tmp_path: Path) -> None:
    Database(tmp_path / "a.db", "FULL").close()
    database = Database(tmp_path / "a.db", "FULL", writable=False)
    with pytest.raises(RuntimeError, match="reading only"), database.write():
        pass
    database.close()

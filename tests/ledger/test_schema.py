"""Migrations and models say the same, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from support.old_ledgers import write_old_ledger
from support.runs import make_run

from suite.errors import StoreError
from suite.ledger.models import REVISION, Base
from suite.ledger.schema import VERSIONS
from suite.ledger.store import Ledger


@pytest.mark.parametrize("old", [True, False], ids=["carried over", "new"])
def test_an_old_ledger_and_a_new_one_come_to_what_the_models_describe(tmp_path: Path, old: bool) -> None:
    if old:
        write_old_ledger(tmp_path / "ledger.db", make_run(), revision="0001")
    with Ledger(tmp_path / "ledger.db") as ledger, ledger._engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": VERSIONS}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, VERSIONS}


def test_the_models_are_of_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "suite.ledger:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_a_ledger_has_wal_and_foreign_keys(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger, ledger._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_the_tables_are_good_for_postgresql() -> None:
    for table in Base.metadata.tables.values():
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


def test_a_ledger_whose_revision_was_in_alembics_table_keeps_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write_old_ledger(path, make_run(), revision="0003")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE loadledger_version RENAME TO alembic_version")
    for _ in range(2):
        with Ledger(path) as ledger, ledger._engine.connect() as connection:
            assert ledger.latest() == make_run()
            assert set(inspect(connection).get_table_names()) == {*Base.metadata.tables, VERSIONS}


def test_another_applications_revision_stays_and_is_not_taken_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write_old_ledger(path, make_run())
    with closing(sqlite3.connect(path)) as old:
        old.execute("DROP TABLE loadledger_version")
        old.execute("CREATE TABLE alembic_version (version_num)")
        old.execute("INSERT INTO alembic_version VALUES ('451aebb31d03'), ('0004')")
        old.commit()
    with Ledger(path) as ledger, ledger._engine.begin() as connection:
        assert ledger.latest() == make_run()
        left = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        assert left == ["451aebb31d03"]


def test_an_application_with_the_same_revision_is_not_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version AS SELECT '0004' AS version_num")
        connection.execute("CREATE TABLE runs (id)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="something else"):
        Ledger(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", ["typo.db", "sqlite:///{}/typo.db"])
def test_a_ledger_that_must_be_there_is_not_made(tmp_path: Path, place: str) -> None:
    place = place.format(tmp_path) if "{}" in place else str(tmp_path / place)
    with pytest.raises(StoreError, match=r"there is no ledger .*typo.db; start with: suite run"):
        Ledger.existing(place)
    (tmp_path / "typo.db").touch()
    for opening in (Ledger.existing, Ledger.as_it_is):
        with pytest.raises(StoreError, match="there is no ledger"):
            opening(place)
    assert (tmp_path / "typo.db").stat().st_size == 0


def test_a_ledger_that_is_only_read_from_is_not_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write_old_ledger(path, revision="0003")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"of an older loadledger \(revision 0003\) and is left as it is"):
        Ledger.as_it_is(path)
    assert path.read_bytes() == before
    Ledger(path).close()
    Ledger.as_it_is(path).close()


def test_a_ledger_that_was_upgraded_since_it_was_opened_is_not_written_to(tmp_path: Path) -> None:
    """A soak of hours added what it had measured to a ledger of which it no longer knew the tables."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        with closing(sqlite3.connect(path)) as newer:
            newer.execute(f"UPDATE {VERSIONS} SET version_num = '9999'")
            newer.commit()
        with pytest.raises(StoreError, match=r"written by a newer loadledger .*; use that version"):
            ledger.add(make_run())
        assert ledger.latest() is None


def test_an_upgrade_that_is_waited_for_counts_too(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger, closing(sqlite3.connect(path, check_same_thread=False)) as newer:
        newer.execute("BEGIN IMMEDIATE")
        newer.execute(f"UPDATE {VERSIONS} SET version_num = '9999'")
        timer = threading.Timer(0.3, newer.commit)
        timer.start()
        with pytest.raises(StoreError, match="written by a newer loadledger"):
            ledger.add(make_run())
        timer.join()


def test_a_ledger_that_was_removed_since_it_was_opened_is_made_anew_for_its_owner(tmp_path: Path) -> None:
    """SQLite made an empty file that all might read, in which no table was: nothing could be added."""
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        path.unlink()
        ledger.add(make_run())
    with Ledger.existing(path) as again:
        assert again.latest() == make_run()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_ledger_that_was_put_in_the_place_of_another_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path) as ledger:
        path.unlink()
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE documents (photo)")
        with pytest.raises(StoreError, match="a database of something else, not a ledger; choose another"):
            ledger.add(make_run())

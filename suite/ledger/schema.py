"""Bringing a ledger's schema to the newest revision, also when several processes open it at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from suite.errors import StoreError
from suite.ledger.database import use_wal
from suite.ledger.models import REVISION, Base

if TYPE_CHECKING:
    from alembic.config import Config

_LOG = logging.getLogger("loadledger")
_SECONDS = 2.0
Progress = Callable[[int, int], None]
VERSIONS = "loadledger_version"
"""The table of the revision; a name of our own, for Alembic's usual one may be another application's."""
_SHARED = "alembic_version"
_FORMERLY = ("0001", "0002", "0003", "0004")
"""Revisions that were once kept in that."""
_OURS = frozenset({"runs", "metrics", "round_values", "histograms"})
_LOCK = 7_140_231_155
"""Any number that all Loadledgers on one PostgreSQL server share."""


class UpgradeLog:
    """Progress of an upgrade that takes long, as a log line now and then."""

    def __init__(self, place: object) -> None:
        self._place = place
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told > _SECONDS:
            self._told = now
            _LOG.warning("bringing ledger %s up to date: %s of %s", self._place, f"{done:,}", f"{total:,}")


def upgrade(
    engine: Engine,
    place: object,
    timeout: float,
    *,
    create: bool = True,
    progress: Progress | None = None,
) -> None:
    """Upgrade the tables if need be; without any, make them, or raise if not to `create`.

    All or nothing: an upgrade that is interrupted leaves everything as it was. `progress` is told how many
    records are carried over, of how many.

    Raises StoreError for a newer or foreign database.
    """
    with engine.connect() as connection:
        found = _found(connection, place)
    if found == (VERSIONS, REVISION):
        return
    if found is None and not create:
        raise _missing(place)
    if engine.dialect.name == "sqlite":
        use_wal(engine, timeout)
    with engine.execution_options(writing=True).begin() as connection, ExitStack() as held:
        if connection.dialect.name == "postgresql":
            from suite.services.answering import patiently  # of an extra

            connection.execute(text("SET LOCAL statement_timeout = 0"))  # an upgrade may take its time
            held.enter_context(patiently(connection.connection.dbapi_connection))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Someone else may have done it while this process waited for the lock.
        table, revision = _found(connection, place) or (VERSIONS, None)
        if table == _SHARED:
            _take_over(connection, revision)
        if revision is None:
            _create(connection)
        elif revision != REVISION:
            _migrate(connection, revision, place, progress)


def is_current(connection: Connection, place: object) -> bool:
    """Whether the tables are as they are here, in a transaction that is to write: nobody changes them in it.

    Raises StoreError for a foreign database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _LOCK})
    return _found(connection, place) == (VERSIONS, REVISION)


def check(engine: Engine, place: object) -> None:
    """Raise StoreError unless the tables can be read as they are; changes nothing."""
    with engine.connect() as connection:
        found = _found(connection, place)
    if found is None:
        raise _missing(place)
    _, revision = found
    if revision != REVISION:
        _check_known(revision, place)
        raise StoreError(
            f"ledger {place} is of an older loadledger (revision {revision}) and is left as it is; "
            "bring it up to date first with: suite show --ledger, and its place"
        )


def _found(connection: Connection, place: object) -> tuple[str, str | None] | None:
    """The table that has the revision, and the revision; None for an empty database."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if VERSIONS in tables:
        return VERSIONS, connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar()  # noqa: S608
    if _SHARED in tables and tables >= _OURS:
        for revision in connection.execute(text(f"SELECT version_num FROM {_SHARED}")).scalars():  # noqa: S608
            if revision in _FORMERLY:
                return _SHARED, str(revision)
    raise StoreError(f"{place} is a database of something else, not a ledger; choose another one")


def _take_over(connection: Connection, revision: str | None) -> None:
    """Move our revision to our own table; what another application has there stays."""
    _stamp(connection, revision)
    ours = {"ours": revision}
    connection.execute(text(f"DELETE FROM {_SHARED} WHERE version_num = :ours"), ours)  # noqa: S608
    if connection.execute(text(f"SELECT version_num FROM {_SHARED}")).first() is None:  # noqa: S608
        connection.execute(text(f"DROP TABLE {_SHARED}"))


def _create(connection: Connection) -> None:
    """All tables at once: what the migrations come to, in a tenth of the time."""
    Base.metadata.create_all(connection)
    _stamp(connection, REVISION)


def _stamp(connection: Connection, revision: str | None) -> None:
    connection.execute(
        text(
            f"CREATE TABLE {VERSIONS} (version_num VARCHAR(32) NOT NULL, "
            f"CONSTRAINT {VERSIONS}_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text(f"INSERT INTO {VERSIONS} VALUES (:ours)"), {"ours": revision})  # noqa: S608


def _migrate(connection: Connection, revision: str | None, place: object, progress: Progress | None) -> None:
    # Imported here because a ledger that is new or up to date, the usual one, does without.
    from alembic import command

    _check_known(revision, place)
    config = _config()
    config.attributes["connection"] = connection
    config.attributes["progress"] = progress
    command.upgrade(config, "head")


def _check_known(revision: str | None, place: object) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision not in known:
        raise StoreError(
            f"ledger {place} was written by a newer loadledger (revision {revision}); "
            "use that version, or choose another ledger"
        )


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "suite.ledger:migrations")
    return config


def _missing(place: object) -> StoreError:
    return StoreError(f"there is no ledger {place}; start with: suite run")

"""Bringing a ledger's schema to the newest revision, also when several processes open it at once."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from suite.errors import StoreError
from suite.history.database import use_wal
from suite.history.models import REVISION

_VERSIONS = "alembic_version"
_LOCK = 7_140_231_155
"""Any number that all Loadledgers on one PostgreSQL server share."""


def upgrade(engine: Engine, place: object, timeout: float) -> None:
    """Create or upgrade the tables if need be. Raises StoreError for a newer or foreign database."""
    with engine.connect() as connection:
        revision = _revision(connection, place)
    if revision == REVISION:
        return
    if engine.dialect.name == "sqlite":
        use_wal(engine, timeout)
    with engine.execution_options(writing=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Someone else may have done it while this process waited for the lock.
        revision = _revision(connection, place)
        if revision != REVISION:
            _migrate(connection, revision, place)


def _revision(connection: Connection, place: object) -> str | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if _VERSIONS not in tables:
        raise StoreError(f"{place} is a database of something else, not a ledger; choose another file")
    revision: str | None = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608
    return revision


def _migrate(connection: Connection, revision: str | None, place: object) -> None:
    # Imported here because a ledger that is up to date, the usual one, does without.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "suite.history:migrations")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"ledger {place} was written by a newer loadledger (revision {revision}); "
            "run: pip install --upgrade loadledger, or choose another file"
        )
    command.upgrade(config, "head")

"""The database's schema: brought up to date, or looked at whether it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from suite.reference.api.database_url import async_url, place
from suite.reference.api.models import FAILED, QUEUED, RUNNING, SessionNote
from suite.reference.backend.problem import reason

_LOST = "the backend was started anew before it was done"


class SchemaError(Exception):
    """The database can't be used: one line says which, why, and what to do."""


def migrate(database: str, revision: str = "head") -> None:
    """Bring the schema to `revision`, and tell notes that a former process left. Raises SchemaError."""

    def upgraded(connection: Connection) -> None:
        _known(connection, place(url))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if revision == "head":
            left = update(SessionNote).where(SessionNote.state.in_([QUEUED, RUNNING]))
            connection.execute(left.values(state=FAILED, text=_LOST))

    url = _url(database)
    asyncio.run(_within(url, upgraded))


def check(database: str) -> None:
    """Raise SchemaError unless the schema is the one that this backend knows."""

    def checked(connection: Connection) -> None:
        found, wanted = _known(connection, place(url)), _script().get_current_head()
        if found != wanted:
            state = f"its schema is {found}, this backend needs {wanted}" if found else "it has no schema yet"
            raise SchemaError(
                f"the database {place(url)} is not ready: {state}; apply the migrations "
                "(python -m suite.reference.api migrate --database URL)"
            )

    url = _url(database)
    asyncio.run(_within(url, checked))


def _url(database: str) -> URL:
    try:
        url = async_url(database)
    except ValueError as error:
        raise SchemaError(str(error)) from error
    if url.host is None and not Path(url.database or "").parent.is_dir():
        raise SchemaError(f"the database {place(url)} can't be used: there is no such folder")
    return url


async def _within(url: URL, work: object) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(work)  # type: ignore[arg-type]
    except (OSError, TimeoutError, DBAPIError) as error:
        raise SchemaError(f"the database {place(url)} can't be used: {reason(error)}") from error
    finally:
        await engine.dispose()


def _known(connection: Connection, where: str) -> str | None:
    """The revision that is there; None: none. Raises SchemaError for one that is not ours."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in {one.revision for one in _script().walk_revisions()}:
        raise SchemaError(
            f"the database {where} has the schema {found}, which this backend does not know: it was made by "
            "a newer one, or by another program; give this one a database of its own"
        )
    return found


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())

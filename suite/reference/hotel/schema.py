"""The database's tables, made where they are missing."""

from __future__ import annotations

import asyncio

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from suite.reference.backend.problem import reason
from suite.reference.hotel.connections import async_url
from suite.reference.hotel.keys import digest
from suite.reference.hotel.models import ApiKey, HotelTable
from suite.reference.hotel.pms import models as _of_the_pms  # noqa: F401  # makes its tables known


class TablesMissing(Exception):
    """The database can't be used: one line says which, and why."""


def make_tables(database: str, admin_key: str) -> None:
    """Make what is missing, and let the administrator's key in. Raises TablesMissing."""
    try:
        asyncio.run(_made(database, admin_key))
    except ValueError as error:
        raise TablesMissing(str(error)) from error
    except (OSError, TimeoutError, DBAPIError) as error:
        url = async_url(database)
        raise TablesMissing(
            f"the database {url.host}:{url.port or 5432} can't be used: {reason(error)}"
        ) from error


async def _made(database: str, admin_key: str) -> None:
    engine = create_async_engine(async_url(database), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(HotelTable.metadata.create_all)
            key = {"digest": digest(admin_key), "name": "administrator", "role": "admin"}
            await connection.execute(insert(ApiKey).values(**key).on_conflict_do_nothing())
    finally:
        await engine.dispose()

"""The backend's database connections: a bounded pool, counted, that refuses at its time-out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.problem import HotelProblem
from suite.reference.hotel.settings import HotelSettings

_OUT = "checked out"


def async_url(text: str) -> URL:
    """The URL of a PostgreSQL with an async driver. Raises ValueError, which doesn't show a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # which would quote it all
        url = None
    if url is None or url.drivername.partition("+")[0] not in ("postgresql", "postgres"):
        raise ValueError(
            "the database is a PostgreSQL; write it like postgresql://user:password@host:5432/name"
        )
    return url.set(drivername="postgresql+asyncpg")


class HotelConnections:
    """At most `pool_size` + `pool_overflow` connections; who finds none free waits `pool_timeout` seconds.

    Counted: db_pool_size, db_pool_max_overflow, db_pool_checked_out; and in all db_pool_waits_total (who
    found none free), db_pool_wait_seconds_total, db_pool_timeouts_total.
    """

    def __init__(self, settings: HotelSettings, counters: HotelCounters) -> None:
        self.capacity = settings.pool_size + settings.pool_overflow
        self._timeout, self._counters = settings.pool_timeout, counters
        self._wanted = 0
        self._engine = create_async_engine(
            async_url(settings.database),
            pool_size=settings.pool_size,
            max_overflow=settings.pool_overflow,
            pool_timeout=settings.pool_timeout,
            pool_use_lifo=True,
            connect_args={"timeout": settings.patience, "command_timeout": settings.patience},
        )
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        """The same pool without transactions: two statements less for each request that only reads."""
        event.listen(self._engine.sync_engine, "checkout", self._taken)
        event.listen(self._engine.sync_engine, "checkin", self._returned)
        counters.set("db_pool_size", settings.pool_size)
        counters.set("db_pool_max_overflow", settings.pool_overflow)
        counters.set("db_pool_checked_out", 0)
        for name in ("waits", "wait_seconds", "timeouts"):
            counters.add(f"db_pool_{name}_total", 0)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for as long as the block lasts, to read.

        Raises HotelProblem, 503 pool_exhausted, when none came free in time.
        """
        async with self._connected(self._reading) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for as long as the block lasts, committed at its end. Raises as `reading` does."""
        async with self._connected(self._engine) as connection, connection.begin():
            yield connection

    async def close(self) -> None:
        """Close them all."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        waits = self._wanted >= self.capacity
        self._wanted += 1
        begun = time.monotonic()
        try:
            try:
                connection = await engine.connect().start()
            except PoolTimeout as error:
                self._counters.add("db_pool_timeouts_total")
                raise HotelProblem(
                    503, "pool_exhausted",
                    f"all {self.capacity} database connections stayed in use for {self._timeout:g} s",
                    {"Retry-After": "1"},
                ) from error  # fmt: skip
            finally:
                if waits:
                    self._counters.add("db_pool_waits_total")
                    self._counters.add("db_pool_wait_seconds_total", time.monotonic() - begun)
            try:
                yield connection
            finally:
                await asyncio.shield(connection.close())  # also when the request is given up
        finally:
            self._wanted -= 1

    def _taken(self, _connection: object, record: Any, _proxy: object) -> None:
        record.record_info[_OUT] = True
        self._counters.add("db_pool_checked_out")

    def _returned(self, _connection: object, record: Any) -> None:
        if record.record_info.pop(_OUT, False):  # what could not be made is returned too
            self._counters.add("db_pool_checked_out", -1)

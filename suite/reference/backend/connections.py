"""The backend's database connections: a bounded pool, counted, that refuses at its time-out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from suite.reference.backend.counting import Counting
from suite.reference.backend.problem import BackendProblem

_OUT = "checked out"


class Connections:
    """At most `size` + `overflow` connections; who finds none free waits `timeout` seconds.

    `tuned` is called with each new connection; `connecting` goes to the driver.
    Counted: db_pool_size, db_pool_max_overflow, db_pool_checked_out, db_pool_overflow; and
    in all db_pool_waits_total (who found none free), db_pool_wait_seconds_total, db_pool_timeouts_total and
    db_pool_busy_seconds_total (of each connection).
    """

    def __init__(
        self,
        url: URL,
        *,
        size: int,
        overflow: int,
        timeout: float,
        counters: Counting,
        tuned: Callable[..., None] | None = None,
        connecting: Mapping[str, Any] | None = None,
    ) -> None:
        self.capacity = size + overflow
        self._size, self._timeout, self._counters = size, timeout, counters
        self._out = 0
        self._wanted = 0
        self._since = time.monotonic()
        self._engine = create_async_engine(
            url,
            pool_size=size,
            max_overflow=overflow,
            pool_timeout=timeout,
            pool_use_lifo=True,
            hide_parameters=True,  # an error is logged with its statement: not with whose data it was for
            connect_args=dict(connecting or {}),
        )
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        """The same pool without transactions: two statements less for each request that only reads."""
        if tuned is not None:
            event.listen(self._engine.sync_engine, "connect", tuned)
        event.listen(self._engine.sync_engine, "checkout", self._taken)
        event.listen(self._engine.sync_engine, "checkin", self._returned)
        counters.set("db_pool_max_overflow", overflow)
        self._told()
        for name in ("waits", "wait_seconds", "busy_seconds", "timeouts"):
            counters.add(f"db_pool_{name}_total", 0)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for as long as the block lasts, to read.

        Raises BackendProblem, 503 pool_exhausted, when none came free in time.
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
                raise BackendProblem(
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
        self._changed(1)

    def _returned(self, _connection: object, record: Any) -> None:
        if record.record_info.pop(_OUT, False):  # what could not be made is returned too
            self._changed(-1)

    def _changed(self, by: int) -> None:
        now = time.monotonic()
        self._counters.add("db_pool_busy_seconds_total", self._out * (now - self._since))
        self._out, self._since = self._out + by, now
        self._told()

    def _told(self) -> None:
        self._counters.set("db_pool_size", self._size)
        self._counters.set("db_pool_checked_out", self._out)
        self._counters.set("db_pool_overflow", max(0, self._out - self._size))

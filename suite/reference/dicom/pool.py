"""The gateway's database pool: SQLAlchemy's QueuePool over SQLite, bounded, timed and counted."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from suite import Rejected


class PoolExhausted(Rejected):
    """No connection became free within the pool's time-out."""


@dataclass(frozen=True, slots=True)
class PoolCounters:
    """What the pool did: connections made and closed, checkouts, checkins, most out at once, refusals."""

    created: int = 0
    closed: int = 0
    checkouts: int = 0
    checkins: int = 0
    peak: int = 0
    exhausted: int = 0


class Pool:
    """At most `size` + `overflow` connections to the SQLite file at `path`, in WAL mode.

    A checkout that finds none free waits up to `timeout` seconds. Connections beyond `size` are closed
    when they come back and nobody waits, as QueuePool does it. `durable` makes every commit reach
    the disk (synchronous=FULL), else a power failure may lose the last ones and a crash of the process
    none. `readonly` never writes, not even to create the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: int = 5,
        overflow: int = 5,
        timeout: float = 5.0,
        durable: bool = False,
        readonly: bool = False,
    ) -> None:
        self.capacity = size + overflow
        self.timeout = timeout
        self._lock = threading.Lock()
        self._counters = PoolCounters()
        address = f"file:{quote(str(path))}?mode={'ro' if readonly else 'rwc'}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(address, uri=True, timeout=10.0, check_same_thread=False)

        self.engine = create_engine(
            "sqlite://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=overflow,
            pool_timeout=timeout,
        )

        def connected(connection: Any, *_: object) -> None:
            self._count("created")
            if not readonly:
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.execute("PRAGMA cache_size=-256")  # KiB; ten idle connections stay small

        event.listen(self.engine, "connect", connected)
        event.listen(self.engine, "close", lambda *_: self._count("closed"))
        event.listen(self.engine, "checkout", lambda *_: self._count("checkouts"))
        event.listen(self.engine, "checkin", lambda *_: self._count("checkins"))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for as long as the `with` lasts. Raises PoolExhausted after the time-out."""
        try:
            connection = self.engine.connect()
        except PoolTimeout as error:
            self._count("exhausted")
            raise PoolExhausted(
                f"all {self.capacity} database connections stayed in use for {self.timeout:g} s"
            ) from error
        with connection:
            yield connection

    @property
    def counters(self) -> PoolCounters:
        """The counters so far."""
        return self._counters

    @property
    def checked_out(self) -> int:
        """Connections in use now."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout()

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()

    def _count(self, name: str) -> None:
        with self._lock:
            after = replace(self._counters, **{name: getattr(self._counters, name) + 1})
            self._counters = replace(after, peak=max(after.peak, after.checkouts - after.checkins))

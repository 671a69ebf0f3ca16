"""The gateway's database pool: SQLAlchemy's QueuePool, bounded, timed and counted."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from suite import Rejected
from suite.reference.backend.counting import Counting

POOL_FIGURES = (
    "db_pool_size", "db_pool_max_overflow", "db_pool_checked_out", "db_pool_overflow",
    "db_pool_peak", "db_pool_waits_total", "db_pool_wait_seconds_total", "db_pool_timeouts_total",
)  # fmt: skip
"""What is counted for others to see: who found no connection free is a wait, the peak is most out at once."""


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
    waits: int = 0
    """Checkouts that found no connection free."""
    waited: float = 0.0
    """Seconds that these waited, in all."""


class Pool:
    """At most `size` + `overflow` connections to `place`: an SQLite file, in WAL mode, or PostgreSQL's URL.

    A checkout that finds none free waits up to `timeout` seconds. Connections beyond `size` are closed
    when they come back and nobody waits, as QueuePool does it. Of a file, `durable` makes every commit reach
    the disk (synchronous=FULL), else a power failure may lose the last ones and a crash of the process
    none, and `readonly` never writes, not even to create it.

    `shared`, if given, has POOL_FIGURES.
    """

    def __init__(
        self,
        place: Path | str,
        *,
        size: int = 5,
        overflow: int = 5,
        timeout: float = 5.0,
        durable: bool = False,
        readonly: bool = False,
        shared: Counting | None = None,
    ) -> None:
        self.capacity = size + overflow
        self.timeout = timeout
        self._size = size
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._peak = 0
        self._wanted = 0
        self._waited = 0.0
        self._shared = shared
        if shared is not None:
            shared.set("db_pool_size", size)
            shared.set("db_pool_max_overflow", overflow)
        self.engine = create_engine(
            _url(place) if isinstance(place, str) else "sqlite://",
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=overflow,
            pool_timeout=timeout,
            **({} if isinstance(place, str) else {"creator": _opener(place, readonly=readonly)}),
        )

        def connected(connection: Any, *_: object) -> None:
            self._count("created")
            if isinstance(place, str):
                return
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
        with self._lock:
            waits = self._wanted >= self.capacity
            self._wanted += 1
        try:
            with self._connected(waits) as connection:
                yield connection
        finally:
            with self._lock:
                self._wanted -= 1

    @property
    def counters(self) -> PoolCounters:
        """The counters so far."""
        with self._lock:
            return PoolCounters(**self._counts, peak=self._peak, waited=self._waited)

    def figures(self) -> dict[str, float]:
        """POOL_FIGURES, as others see them where they are shared."""
        seen, out = self.counters, self.checked_out
        values = (
            self._size, self.capacity - self._size, out, max(0, out - self._size),
            seen.peak, seen.waits, seen.waited, seen.exhausted,
        )  # fmt: skip
        return dict(zip(POOL_FIGURES, map(float, values), strict=True))

    @property
    def checked_out(self) -> int:
        """Connections in use now."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout()

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()

    def _connected(self, waits: bool) -> Connection:
        begun = time.monotonic()
        try:
            return self.engine.connect()
        except PoolTimeout as error:
            self._count("exhausted")
            raise PoolExhausted(
                f"all {self.capacity} database connections stayed in use for {self.timeout:g} s"
            ) from error
        finally:
            if waits:
                self._wait(time.monotonic() - begun)

    def _wait(self, seconds: float) -> None:
        with self._lock:
            self._counts["waits"] += 1
            self._waited += seconds
            if self._shared is not None:
                self._shared.add("db_pool_waits_total", 1)
                self._shared.add("db_pool_wait_seconds_total", seconds)

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
            out = self._counts["checkouts"] - self._counts["checkins"]
            self._peak = max(self._peak, out)
            if self._shared is None:
                return
            if name == "exhausted":
                self._shared.add("db_pool_timeouts_total", 1)
            self._shared.set("db_pool_checked_out", out)
            self._shared.set("db_pool_overflow", max(0, out - self._size))
            self._shared.set("db_pool_peak", self._peak)


def _url(text: str) -> URL:
    """With the driver whose connections may wait in threads."""
    return make_url(text).set(drivername="postgresql+psycopg")


def _opener(path: Path, *, readonly: bool) -> Callable[[], sqlite3.Connection]:
    address = f"file:{quote(str(path))}?mode={'ro' if readonly else 'rwc'}"
    return lambda: sqlite3.connect(address, uri=True, timeout=10.0, check_same_thread=False)

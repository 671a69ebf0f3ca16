"""The gateway's database pool alone: acquired, queried, and pushed past its size.

The pool is a Python object that threads of one process use, so it is measured as one, in threads of the
worker. Behind an endpoint of the gateway the way through the endpoint would cost many times an
acquisition, and that is what would be measured. An operation's time includes handing it to a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select

from suite import User, operation
from suite.reference.dicom.models import StoredInstance
from suite.reference.dicom.pool import Pool
from suite.reference.dicom.pool_rows import ask, make_rows
from suite.reference.dicom.store import FILE

Result = TypeVar("Result")
_SLACK = 2.0  # seconds that a busy machine may add to a time-out before we call it a hang


class Pooled:
    """The gateway's pool over a database of `rows` rows, and as many threads as users may need."""

    def __init__(
        self, *, pool_size: int, pool_overflow: int, pool_timeout: float, rows: int = 500, threads: int = 128
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="loadledger-pool-"))
        self.overflow = pool_overflow
        self.rows = rows
        with contextlib.closing(Pool(self.folder / FILE, size=1, overflow=0)) as first:
            make_rows(first, rows)
        self.pool = Pool(self.folder / FILE, size=pool_size, overflow=pool_overflow, timeout=pool_timeout)
        self._threads = ThreadPoolExecutor(threads, "pool-user")

    async def run(self, function: Callable[[], Result]) -> Result:
        """Call `function` in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    def close(self) -> None:
        """End the threads, close the pool, remove the database."""
        self._threads.shutdown()
        self.pool.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class PoolUser(User):
    """Base of the pool's users."""

    def connect(self, pooled: Pooled) -> None:
        self._pooled = pooled
        self._pool = pooled.pool


class Acquirer(PoolUser):
    """Takes a connection and gives it back."""

    @operation
    async def acquire(self) -> None:
        """Check a connection out and in."""
        await self._pooled.run(self._acquire)

    def _acquire(self) -> None:
        with self._pool.connection():
            pass


class Holder(PoolUser):
    """Takes a connection and sits on it for `hold` seconds (parameter)."""

    @operation
    async def hold(self) -> None:
        """Check a connection out, keep it, check it in. Rejected when none came free in time."""
        await self._pooled.run(self._hold)

    def _hold(self) -> None:
        with self._pool.connection():
            time.sleep(self.parameters["hold"])


class Querier(PoolUser):
    """Asks for an instance by UID and, `pause` seconds (parameter) later, for the number of instances.

    Both on one connection, as a request does that works with what it found. Without the pause the
    interpreter hardly lets two threads hold a connection at once, and no limit would be tried.
    """

    @operation
    async def query(self) -> None:
        """Check a connection out, ask twice, check it in."""
        number = self.random.randrange(self._pooled.rows)
        found = await self._pooled.run(partial(ask, self._pool, number, self.parameters["pause"]))
        assert found == (number, self._pooled.rows), f"the database answered {found} for row {number}"


def all_were_acquired(pooled: Pooled, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Every operation got its connection."""
    counts = recording.loop_only().counts()
    started = sum(counts.values())
    assert counts["ok"], "nothing was acquired"
    assert counts["ok"] == started, f"{started - counts['ok']} of {started} got none: {counts}"
    assert pooled.pool.counters.exhausted == 0, f"the pool counts {pooled.pool.counters.exhausted} refusals"
    return f"{started} of {started}"


def all_were_returned(pooled: Pooled, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No connection is out, the counters agree with the operations, and the limit was kept."""
    pool = pooled.pool
    end = time.monotonic() + 1.0  # an operation that was given up still runs in its thread
    while pool.checked_out and time.monotonic() < end:
        time.sleep(0.01)
    seen, counts = pool.counters, recording.loop_only().counts()
    assert pool.checked_out == 0, f"{pool.checked_out} connections were never returned"
    assert seen.checkouts == seen.checkins, f"{seen.checkouts} checkouts, {seen.checkins} checkins"
    assert seen.peak <= pool.capacity, f"{seen.peak} connections were out, {pool.capacity} are allowed"
    open_now = seen.created - seen.closed
    assert open_now <= pool.capacity, f"{open_now} connections are open, {pool.capacity} are allowed"
    if not (counts["timeout"] or counts["unfinished"]):
        assert counts["ok"] == seen.checkouts, f"{counts['ok']} were ok, the pool counts {seen.checkouts}"
        assert counts["rejected"] == seen.exhausted, (
            f"{counts['rejected']} were rejected, the pool counts {seen.exhausted}"
        )
    return f"{seen.checkouts} out and in, at most {seen.peak} at once, {seen.exhausted} refused"


def connections_were_reused(pooled: Pooled, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No more connections were made than the pool may hold; overflow comes and goes, so it may not be."""
    seen = pooled.pool.counters
    assert pooled.overflow == 0, "reuse can only be told without overflow (pool_overflow=0)"
    assert 0 < seen.created <= pooled.pool.capacity, (
        f"{seen.created} connections were made for {seen.checkouts} checkouts"
    )
    assert seen.checkouts > seen.created, "there were too few checkouts to see any reuse"
    return f"{seen.created} connections served {seen.checkouts} checkouts"


def exhaustion_is_clean(pooled: Pooled, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """The pool was exhausted, said so at its time-out and never later, and works again."""
    rows, pool = recording.loop_only(), pooled.pool
    counts = rows.counts()
    assert counts["rejected"], "the pool was never exhausted: more users or a longer hold are needed"
    assert counts["ok"], "nobody got a connection"
    others = {name: n for name, n in counts.items() if n and name not in ("ok", "rejected")}
    assert not others, f"exhaustion should reject, and nothing else: {others}"
    refused = rows.where(rows.outcome == 1).service_ns() / 1e9
    assert refused.min() >= pool.timeout * 0.9, f"refused after {refused.min():.3f} s, not {pool.timeout} s"
    assert refused.max() <= pool.timeout + _SLACK, f"refused only after {refused.max():.3f} s: a hang"
    with pool.connection() as connection:
        assert (
            connection.execute(select(func.count()).select_from(StoredInstance)).scalar_one() == pooled.rows
        )
    return f"{counts['rejected']} refused after {refused.min():.3f} to {refused.max():.3f} s"


def made(pooled: Pooled, kept: Sequence[Any], recording: Any) -> float:  # noqa: ARG001
    """Connections made."""
    return float(pooled.pool.counters.created)

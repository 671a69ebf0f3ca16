"""The gateway's pool in a process of its own, so that it can be watched over time, over either database."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from suite import User, operation
from suite.reference.backend.shared_counters import SharedCounters
from suite.reference.dicom.checks import figures
from suite.reference.dicom.gateway import COUNTERS
from suite.reference.dicom.pool import POOL_FIGURES, Pool, PoolExhausted
from suite.reference.dicom.pool_rows import ask, make_rows
from suite.reference.dicom.store import FILE

ROWS = 500
_EXHAUSTED = "exhausted"


async def serve(system: Any, *, pool_size: int, pool_overflow: int, pool_timeout: float) -> None:
    """Answer "NUMBER SECONDS" with what `ask` says, in threads, until SIGTERM; parameters are Pool's.

    It is over the database beside the system, else over a file of its own.
    """
    beside = system.beside.get("database")
    counting = SharedCounters(Path(system.directory) / COUNTERS)
    for name in POOL_FIGURES:
        counting.add(name, 0)
    place = beside.url if beside is not None else Path(system.directory) / FILE
    shared = Pool(place, size=pool_size, overflow=pool_overflow, timeout=pool_timeout, shared=counting)
    make_rows(shared, ROWS)
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    with contextlib.closing(shared), ThreadPoolExecutor(128, "pool-user") as threads:

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.closing(writer), contextlib.suppress(ConnectionError):
                while line := await reader.readline():
                    number, pause = line.split()
                    asked = partial(ask, shared, int(number), float(pause))
                    try:
                        size, count = await loop.run_in_executor(threads, asked)
                        answer = f"{size} {count}"
                    except PoolExhausted as error:
                        answer = f"{_EXHAUSTED} {error}"
                    writer.write(answer.encode() + b"\n")

        async with await asyncio.start_server(talk, "127.0.0.1", system.port):
            await ended.wait()


class Borrower(User):
    """Asks for an instance, and has its connection kept for `pause` seconds (parameter) meanwhile."""

    async def connect(self, system: Any) -> None:
        self._reader, self._writer = await asyncio.open_connection(system.host, system.port)

    @operation
    async def query(self) -> None:
        """Ask over a connection of the pool. Rejected when none came free in time."""
        number = self.random.randrange(ROWS)
        self._writer.write(f"{number} {self.parameters['pause']}\n".encode())
        answer = (await self._reader.readline()).decode()
        if answer.startswith(_EXHAUSTED):
            raise PoolExhausted(answer.removeprefix(_EXHAUSTED).strip())
        assert answer == f"{number} {ROWS}\n", f"the database answered {answer!r} for row {number}"

    async def close(self) -> None:
        self._writer.close()


def all_are_back(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No connection is out, and as many were refused as the pool says that it refused."""
    seen, counts = figures(system), recording.loop_only().counts()
    assert counts["ok"], "nobody got a connection"
    assert seen["db_pool_checked_out"] == 0, f"{seen['db_pool_checked_out']:g} connections never came back"
    given_up = counts["timeout"] + counts["unfinished"]
    told = seen["db_pool_timeouts_total"]
    assert counts["rejected"] <= told <= counts["rejected"] + given_up, (
        f"{counts['rejected']} were rejected, the pool counts {told:g}"
    )
    return f"{counts['ok']} out and in, at most {seen['db_pool_peak']:g} at once, {told:g} refused"

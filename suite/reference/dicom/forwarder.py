"""Drains the gateway's queue into the destination, with retries that survive a restart."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvloop
from sqlalchemy.exc import SQLAlchemyError

from suite import Rejected
from suite.clients.dicom import Association
from suite.clients.errors import ClientError
from suite.reference.dicom import files
from suite.reference.dicom.scp import SOP_CLASSES, TRANSFER_SYNTAX
from suite.reference.dicom.store import Due, ForwardedRow, Store

_BATCH = 32
_IDLE = 0.25  # seconds between looks at the queue when nobody wakes us: retries come due


class Forwarder:
    """A thread with `lanes` associations to the destination at `host`:`port`.

    Each instance is sent at least once: a crash between the destination's Success and our note of it
    sends it again. A failed attempt is repeated after `backoff` seconds, doubled each time up to a
    minute, at most `attempts` times. `accepted(uid)` gives and forgets the monotonic nanoseconds of
    Success to the sender, None if unknown. Results go to the database in batches, since a commit costs
    more than a send. Use `with`.
    """

    def __init__(
        self,
        store: Store,
        host: str,
        port: int,
        *,
        lanes: int = 2,
        backoff: float = 0.5,
        attempts: int = 20,
        timeout: float = 10.0,
        accepted: Callable[[str], int | None] = lambda _: None,
    ) -> None:
        self._store = store
        self._peer = (host, port)
        self._lanes = lanes
        self._backoff = backoff
        self._attempts = attempts
        self._timeout = timeout
        self._accepted = accepted
        self._done: list[ForwardedRow] = []
        self._taken: set[int] = set()
        self._queue: asyncio.Queue[Due]
        self._news: asyncio.Event
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)

    def __enter__(self) -> Forwarder:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self.wake()
        self._thread.join(1.0)

    def wake(self) -> None:
        """Say that there is something new in the queue; from any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self._news.set)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._queue, self._news = asyncio.Queue(), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._started.set()
        lanes = [asyncio.create_task(self._lane()) for _ in range(self._lanes)]
        try:
            while not self._stop:
                self._look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), _IDLE)
                self._news.clear()
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
            self._look(fetch=False)

    def _look(self, fetch: bool = True) -> None:
        """Note what was sent and fetch what is due, when it is worth a transaction."""
        low = self._queue.qsize() < self._lanes
        try:
            if self._done and (low or len(self._done) >= _BATCH // 2):
                self._store.sent(self._done)
                self._taken.difference_update(row.id for row in self._done)
                self._done = []
            if fetch and low:
                for row in self._store.due(time.time(), _BATCH, self._taken):
                    self._taken.add(row.id)
                    self._queue.put_nowait(row)
        except (SQLAlchemyError, Rejected) as error:
            _log(f"the database failed, later again: {error}")

    async def _lane(self) -> None:
        association: Association | None = None
        try:
            while True:
                row = await self._queue.get()
                try:
                    if association is None or association.closed:
                        association = await self._connect()
                    instance = files.read(Path(row.path))
                    await association.send(instance.sop_class, instance.uid, instance.dataset)
                except (ClientError, Rejected, OSError, ValueError) as error:
                    await self._failed(row, error)
                else:
                    success = self._accepted(row.uid) or row.accepted_at
                    self._done.append(ForwardedRow(row.id, row.accepted_at, success, time.monotonic_ns()))
                if self._queue.qsize() < self._lanes or len(self._done) >= _BATCH // 2:
                    self._news.set()
        finally:
            if association is not None:
                association.abort()
                await association.release()

    async def _connect(self) -> Association:
        contexts = [(sop_class, TRANSFER_SYNTAX) for sop_class in SOP_CLASSES]
        return await Association.connect(
            *self._peer, contexts=contexts, calling="GATEWAY", timeout=self._timeout
        )

    async def _failed(self, row: Due, error: Exception) -> None:
        tried = row.attempts + 1
        pause = min(60.0, self._backoff * 2.0**row.attempts)
        again = time.time() + pause if tried < self._attempts else None
        _log(f"{row.uid}: attempt {tried} failed, {'later again' if again else 'given up'}: {error}")
        if again is None:
            self._accepted(row.uid)
        try:
            self._store.not_sent(row.id, tried, again, str(error))
        except (SQLAlchemyError, Rejected) as fault:
            _log(f"{row.uid}: the database failed: {fault}")
            await asyncio.sleep(self._backoff)
        self._taken.discard(row.id)


def _log(text: str) -> None:
    sys.stderr.write(f"forwarder: {text}\n")

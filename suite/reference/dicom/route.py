"""One destination: what is queued for it, sent in the order of its coming, tried again, given up at last."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from suite import Rejected
from suite.clients.dicom import Association, OutOfResources
from suite.clients.errors import ClientError
from suite.reference.dicom import files
from suite.reference.dicom.scp import SOP_CLASSES, TRANSFER_SYNTAXES
from suite.reference.dicom.store import Due, Store

_BATCH = 64
_IDLE = 0.1  # seconds between looks at the queue when nobody wakes us: what was held may be released
_LONGEST = 60.0


class Destination(NamedTuple):
    """Where a gateway forwards to: an application entity at an address."""

    host: str
    port: int
    title: str = "ANY-SCP"

    def __str__(self) -> str:
        return f"{self.title}@{self.host}:{self.port}"


class Patience(NamedTuple):
    """How a route tries again.

    After `backoff` seconds, doubled each time up to a minute. An instance that the destination refused
    `attempts` times is given up, unless it was for want of resources. What fails before the instance is
    sent is no attempt: while the destination is down all wait, and nothing is given up.
    """

    backoff: float = 0.5
    attempts: int = 5
    timeout: float = 10.0


class Route:
    """Sends what is queued for `destination` over `lanes` associations, which stay open.

    Each instance is sent at least once: a crash between the destination's Success and our note of it
    sends it again. With one lane instances arrive in the order of their coming, with more of them one is
    overtaken by fewer than there are lanes. Results go to the database in batches, since a commit costs
    more than a send.
    """

    def __init__(self, store: Store, destination: Destination, lanes: int, patience: Patience) -> None:
        self.news = asyncio.Event()
        self._store = store
        self._destination = destination
        self._lanes = lanes
        self._patience = patience
        self._done: dict[int, int] = {}
        self._taken: set[int] = set()
        self._queue: asyncio.PriorityQueue[Due] = asyncio.PriorityQueue()
        self._failures = 0  # to reach it, one after the other
        self._pause_ends = 0.0

    async def run(self) -> None:
        """Forward until cancelled."""
        lanes = [asyncio.create_task(self._lane()) for _ in range(self._lanes)]
        try:
            while True:
                self._look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), _IDLE)
                self.news.clear()
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
            self._note()

    def _look(self) -> None:
        """Note what was sent and fetch what is due, when it is worth a transaction."""
        low = self._queue.qsize() < self._lanes
        if low or len(self._done) >= _BATCH // 2:
            self._note()
        if low:
            with self._failures_told():
                for row in self._store.due(str(self._destination), _BATCH, self._taken):
                    self._taken.add(row.id)
                    self._queue.put_nowait(row)

    def _note(self) -> None:
        if self._done:
            with self._failures_told():
                self._store.sent(self._done)
                self._taken.difference_update(self._done)
                self._done = {}

    async def _lane(self) -> None:
        association: Association | None = None
        try:
            while True:
                row = await self._queue.get()
                while (pause := self._pause_ends - time.monotonic()) > 0:
                    await asyncio.sleep(pause)
                if association is None or association.closed:
                    association = await self._connected()
                    if association is None:
                        self._queue.put_nowait(row)
                        continue
                await self._send(association, row)
                if self._queue.qsize() < self._lanes or len(self._done) >= _BATCH // 2:
                    self.news.set()
        finally:
            if association is not None:
                association.abort()
                await association.release()

    async def _connected(self) -> Association | None:
        """A new association; None, after a pause is due, if there was none to be had."""
        place = self._destination
        try:
            association = await Association.connect(
                place.host,
                place.port,
                contexts=list(itertools.product(SOP_CLASSES, TRANSFER_SYNTAXES)),
                called=place.title,
                calling="GATEWAY",
                timeout=self._patience.timeout,
            )
        except (ClientError, Rejected) as error:
            self._pause(self._failures)
            self._failures += 1
            _log(f"{place} can't be reached, later again: {error}")
            return None
        self._failures = 0
        return association

    async def _send(self, association: Association, row: Due) -> None:
        try:
            instance = files.read(Path(row.path))
            await association.send(
                instance.sop_class, instance.uid, instance.dataset, instance.transfer_syntax
            )
        except (ClientError, Rejected, OSError, ValueError) as error:
            tried = row.attempts + 1
            given_up = tried >= self._patience.attempts and not isinstance(error, OutOfResources)
            _log(
                f"{row.uid} to {self._destination}: attempt {tried} failed, "
                f"{'given up' if given_up else 'later again'}: {error}"
            )
            with self._failures_told():
                self._store.not_sent(row.id, tried, str(error), given_up=given_up)
            if given_up:
                self._taken.discard(row.id)
            else:
                self._pause(row.attempts)
                self._queue.put_nowait(row._replace(attempts=tried))
        else:
            self._done[row.id] = time.monotonic_ns()

    def _pause(self, before: int) -> None:
        pause = min(_LONGEST, self._patience.backoff * 2.0 ** min(before, 32))
        self._pause_ends = time.monotonic() + pause

    @contextlib.contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, Rejected) as error:
            _log(f"the database failed, later again: {error}")


def _log(text: str) -> None:
    sys.stderr.write(f"forwarder: {text}\n")

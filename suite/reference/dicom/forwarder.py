"""Drains the gateway's queue into its destinations, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence

import uvloop

from suite.reference.dicom.news import QueueNews
from suite.reference.dicom.route import Destination, Patience, Route
from suite.reference.dicom.store import Store


class Forwarder:
    """Routes to `destinations`, none of which waits for another. Use `with`.

    It looks into the queue when there is `news`. `lanes` and `patience` are of each Route.
    """

    def __init__(
        self,
        store: Store,
        destinations: Sequence[Destination],
        news: QueueNews,
        *,
        lanes: int,
        patience: Patience,
    ) -> None:
        self._store = store
        self._destinations = destinations
        self._news = news
        self._lanes = lanes
        self._patience = patience
        self._stop: asyncio.Event
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)

    def __enter__(self) -> Forwarder:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(1.0)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._main())

    async def _main(self) -> None:
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        routes = [Route(self._store, place, self._lanes, self._patience) for place in self._destinations]

        def told() -> None:
            self._news.take()
            for route in routes:
                route.news.set()

        self._loop.add_reader(self._news.descriptor, told)
        running = [asyncio.create_task(route.run()) for route in routes]
        self._started.set()
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
        self._loop.remove_reader(self._news.descriptor)
        for task in (stopped, *running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

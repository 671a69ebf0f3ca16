"""One direction of a proxied connection: straight through, or as late as the faults on it want."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from suite.faults.running_fault import RunningFault
from suite.faults.way_fault import Piece

_END = b""
"""Stands in the queue for the end of the data."""
_MOST = 256 * 1024
"""Bytes under way from which on the sender has to wait, as with a full window of TCP."""
_SOON = 0.0005
"""Seconds by which a timer may be early."""


class ByteStream:
    """From `source` to `sink`, which may come later; `done` is called at the end of the data.

    `direct` is the sink's `write` while nothing is in the way; `watch`, if any, sees all data first.
    """

    __slots__ = (
        "_full", "_held", "_last", "_queue", "_size", "_timer", "_waiting", "direct", "done", "faults",
        "sink", "source", "towards", "watch",
    )  # fmt: skip

    def __init__(self, done: Callable[[], None], *, towards: bool) -> None:
        self.towards = towards
        self.done = done
        self.source: asyncio.Transport | None = None
        self.sink: asyncio.Transport | None = None
        self.direct: Callable[[bytes], None] | None = None
        self.watch: Callable[[bytes], None] | None = None
        self.faults: list[RunningFault] = []
        self._queue: deque[Piece] = deque()
        self._size = 0
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._held = False  # by a fault that lets nothing through
        self._waiting = False  # for a sink whose own buffer is full
        self._full = False  # whether the source has to wait

    def open(self, sink: asyncio.Transport) -> None:
        """Have a sink from now on."""
        self.sink = sink
        self.flush()

    def take(self, data: bytes) -> None:
        """Let data pass, when the faults let it."""
        if self.watch is not None:
            self.watch(data)
        pieces = [Piece(time.monotonic(), data, self.towards)]
        for running in self.faults:
            pieces = running.fault.carry(pieces, running)
        self._put(pieces)

    def end(self) -> None:
        """Nothing more comes; what is under way still arrives."""
        if any(running.fault.swallows for running in self.faults):
            return
        held = max((running.fault.closing() for running in self.faults), default=0.0)
        self._put([Piece(time.monotonic() + held, _END, self.towards)])

    def change(self, faults: list[RunningFault]) -> None:
        """Be met by these from now on."""
        self.faults = faults
        self.direct = None
        self._held = any(running.fault.holds for running in faults)
        self.flush()

    def wait(self) -> None:
        """The sink's buffer is full."""
        self._waiting = True
        self._regulate()

    def go_on(self) -> None:
        """It no longer is."""
        self._waiting = False
        self.flush()

    def flush(self) -> None:
        """Hand over what is due, and come again for the rest."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        sink, queue, now = self.sink, self._queue, time.monotonic() + _SOON
        if sink is None or sink.is_closing():
            return
        blocked = self._held or self._waiting
        while queue and queue[0].at <= now and not blocked:
            data = queue.popleft().data
            self._size -= len(data)
            if data is _END:
                self._finish(sink)
                return
            sink.write(data)
            blocked = self._waiting  # the write may have filled the sink's buffer
        if queue and not blocked:
            pause = max(queue[0].at - time.monotonic(), 0.0)
            self._timer = asyncio.get_running_loop().call_later(pause, self.flush)
        elif not queue and not self.faults and self.watch is None:
            self.direct = sink.write
        self._regulate()

    def discard(self) -> None:
        """Forget all that is under way."""
        if self._timer is not None:
            self._timer.cancel()
        self._queue.clear()
        self.direct = None

    def _put(self, pieces: list[Piece]) -> None:
        """Into the queue, none before those that came earlier."""
        for piece in pieces:
            self._last = max(self._last, piece.at)
            self._queue.append(piece._replace(at=self._last))
            self._size += len(piece.data)
        self.flush()
        self._regulate()

    def _regulate(self) -> None:
        """Let the source wait while there is too much under way."""
        full = self._waiting or self._size > _MOST
        source = self.source
        if full == self._full or source is None or source.is_closing():
            return
        self._full = full
        if full:
            source.pause_reading()
        else:
            source.resume_reading()

    def _finish(self, sink: asyncio.Transport) -> None:
        if sink.can_write_eof():
            sink.write_eof()
        self.done()

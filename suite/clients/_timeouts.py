"""How long a client waits, by phase, and one look around for all clients of an event loop."""

from __future__ import annotations

import asyncio
import functools
import heapq
import itertools
import math
import time
import weakref
from dataclasses import dataclass
from typing import Any, Protocol

from suite.clients.errors import ClientError, FirstByteTimedOut, SendTimedOut, WholeTimedOut
from suite.contract.loop import Duration
from suite.errors import ConfigurationError
from suite.units import parse

LOOK = 0.02
"""Seconds between looks for what is overdue: a timeout comes at most so much late, and never early."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in seconds or as text ("500ms"); None waits for ever, until the workload's own timeout.

    `connect` bounds finding the address, connecting and TLS. `send`, `first_byte` and `whole` all run
    from the start of the request, on a connection that is made: until the system has taken all of the
    request, until the first byte of the answer is here, until the last one is.
    """

    connect: Duration | None = 10.0
    send: Duration | None = None
    first_byte: Duration | None = None
    whole: Duration | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None:
                seconds = parse(value, "s")
                if not 0 < seconds < math.inf:
                    raise ConfigurationError(f"timeout {name}={value!r}: give a time above 0, or None")
                object.__setattr__(self, name, seconds)

    def limits(self) -> tuple[float, float, float, float]:
        """(connect, send, first byte, whole) in seconds, infinite where there is none."""
        send, first, whole = (
            math.inf if value is None else float(value) for value in (self.send, self.first_byte, self.whole)
        )
        return (math.inf if self.connect is None else float(self.connect), send, first, whole)


@functools.lru_cache(256)
def timeouts_of(value: Duration | Timeouts) -> Timeouts:
    """`value` itself, or the same limit for every phase. Raises ConfigurationError."""
    return value if isinstance(value, Timeouts) else Timeouts(value, value, value, value)


def struck(
    limits: tuple[float, float, float, float], since: float, moment: float, *, sending: bool, answered: bool
) -> ClientError | float:
    """Which timeout a request that began at `since` has run into at `moment`, else when to look again."""
    _, send, first, whole = limits
    nearest = since + whole
    if sending:
        if since + send <= moment:
            return SendTimedOut(f"the request was not taken within {send:g} s")
        nearest = min(nearest, since + send)
    if not answered:
        if since + first <= moment:
            return FirstByteTimedOut(f"nothing was answered within {first:g} s")
        nearest = min(nearest, since + first)
    if since + whole <= moment:
        return WholeTimedOut(f"the answer was not complete within {whole:g} s")
    return nearest


class Overdue(Protocol):
    """Somebody who waits for something; `due` is when to look again, infinite for never."""

    due: float

    def overdue(self, moment: float) -> None:
        """`due` has come; `moment` is monotonic seconds. To be looked at again, ask the watch."""


class TimeoutWatch:
    """Looks every 20 ms which of its clients are due: nobody needs a timer per request.

    A client asks once for the limit of its current request. When that comes and the client is with a
    later request by then, it asks again; so requests that are quick cost nothing here.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[float, int, weakref.ref[Any]]] = []
        self._number = itertools.count()
        self._looking = False

    def ask(self, who: Overdue, due: float) -> None:
        """Have `who.overdue` called at monotonic second `due`, unless `who.due` has changed by then."""
        who.due = due
        heapq.heappush(self._heap, (due, next(self._number), weakref.ref(who)))
        if not self._looking:
            self._looking = True
            self._loop.call_later(LOOK, self._look)

    def _look(self) -> None:
        heap = self._heap
        moment = time.monotonic()
        while heap and heap[0][0] <= moment:
            due, _, reference = heapq.heappop(heap)
            who = reference()
            if who is not None and who.due == due:
                who.due = math.inf
                who.overdue(moment)
        self._looking = bool(heap)
        if heap:
            self._loop.call_later(LOOK, self._look)


_watches: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, TimeoutWatch] = weakref.WeakKeyDictionary()


def watch_of(loop: asyncio.AbstractEventLoop) -> TimeoutWatch:
    """The one Watch of `loop`."""
    watch = _watches.get(loop)
    if watch is None:
        watch = _watches[loop] = TimeoutWatch(loop)
    return watch

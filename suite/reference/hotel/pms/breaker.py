"""The circuit breaker of one server: of the property management system, or of what is kept of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from purgatory import ContextChanged
from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED, Context

from suite.reference.hotel.counters import HotelCounters

_LEVELS = {CLOSED: 0, HALF_OPENED: 1, OPENED: 2}
_EVENTS = {CLOSED: "closed", HALF_OPENED: "half_opened", OPENED: "opened"}
_REMEMBERED = 1_000


class PmsFailing(Exception):
    """A server fails: it is "slow" (no answer in time), "away" (no connection) or "broken" (its answer)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class BreakerOpen(Exception):
    """The server is not asked for now; in `wait` seconds it may be."""

    def __init__(self, server: str, wait: float) -> None:
        super().__init__(f"{server} has failed too often; it is tried again in {wait:.1f} s")
        self.wait = wait


class BreakerChange(NamedTuple):
    """When (monotonic seconds) it became closed, half_opened or opened."""

    at: float
    to: str


class PmsBreaker:
    """Opens after `threshold` failures in a row, for `rest` seconds; half-open, it lets one through.

    The states are purgatory's. It would let everybody through half-open, and listen to who had begun before
    it opened; and the error that it raises is one and the same, whose traceback grows with each raise.

    Counted by server: pms_breaker_state (0 closed, 1 half-open, 2 open), pms_breaker_opened_total,
    pms_breaker_half_opened_total, pms_breaker_closed_total.
    """

    def __init__(self, server: str, threshold: int, rest: float, counters: HotelCounters) -> None:
        self.server = server
        self.changes: deque[BreakerChange] = deque(maxlen=_REMEMBERED)
        self._rest, self._counters = rest, counters
        self._context = Context(server, threshold, rest)
        self._generation = 0
        self._probing = False
        counters.set(self._named("state"), 0)
        for event in _EVENTS.values():
            counters.add(self._named(f"{event}_total"), 0)

    @property
    def state(self) -> str:
        """closed, half_opened or opened."""
        return _EVENTS[self._context.state]

    def wait(self) -> float:
        """Seconds until it may be asked again."""
        opened = self._context.opened_at
        return 0.0 if opened is None else max(0.0, opened + self._rest - time.time())

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Around one attempt. Raises BreakerOpen; of errors inside only a PmsFailing counts as a failure."""
        context = self._context
        if self._probing or (context.state == OPENED and self.wait() > 0):
            raise BreakerOpen(self.server, self.wait())
        context.handle_new_request()
        self._tell()
        generation, probe = self._generation, context.state == HALF_OPENED
        self._probing = probe
        try:
            yield
        except PmsFailing as error:
            if generation == self._generation:
                context.handle_exception(error)
            raise
        else:
            if generation == self._generation:
                context.handle_end_request()
        finally:
            if probe:
                self._probing = False
            self._tell()

    def _tell(self) -> None:
        for event in self._context.messages:
            if isinstance(event, ContextChanged):
                self._generation += 1
                self.changes.append(BreakerChange(time.monotonic(), _EVENTS[event.state]))
                self._counters.add(self._named(f"{_EVENTS[event.state]}_total"))
                self._counters.set(self._named("state"), _LEVELS[event.state])
        self._context.messages.clear()

    def _named(self, what: str) -> str:
        return f'pms_breaker_{what}{{server="{self.server}"}}'

"""A connection that a client keeps, and makes anew when it must; how long its requests may take."""

from __future__ import annotations

import asyncio
from math import inf
from time import monotonic
from typing import Generic, TypeVar

from suite.clients._origin import Origin
from suite.clients._parties import Kept
from suite.clients._timeouts import Timeouts, struck, timeouts_of, watch_of
from suite.contract.loop import Duration
from suite.contract.user import current_user
from suite.units import parse

_NONE = (inf, inf, inf, inf)
L = TypeVar("L", bound=Kept)


class KeptConnection(Generic[L]):
    """One connection, for one request at a time. It is closed with the User in whose task it was made."""

    __slots__ = (
        "__weakref__", "_busy", "_current", "_limit", "_limited", "_limits", "_link", "_loop", "_mark",
        "_origin", "_saw", "_since", "_watch", "due",
    )  # fmt: skip

    def __init__(self, origin: Origin, timeout: Duration | Timeouts, limit: str | int) -> None:
        self._origin = origin
        self.due = inf
        self._limits = self._current = timeouts_of(timeout).limits()
        self._limited = min(self._limits[1:]) < inf
        self._since = 0.0
        self._limit = int(parse(limit, "B"))
        self._loop = asyncio.get_running_loop()
        self._watch = watch_of(self._loop)
        self._link: L | None = None
        self._busy = False
        user = current_user.get()
        self._saw = user.saw if user is not None else None
        self._mark = user._marker if user is not None else None
        if user is not None:
            user.close_later(self)

    async def close(self) -> None:
        """Close the connection; a request under way ends in CancelledError or an error. Idempotent."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _open(self, seconds: float) -> L:
        """A new connection."""
        raise NotImplementedError

    def _begin(self, limits: tuple[float, float, float, float]) -> None:
        """The timeouts of a request run from now."""
        now = self._since = monotonic()
        self._current = limits
        nearest = now + min(limits[1:])
        if nearest < self.due:
            self._watch.ask(self, nearest)

    def overdue(self, moment: float) -> None:
        """The request under way, if any, may have taken too long."""
        link = self._link
        if not self._busy or link is None or not link.alive:
            return
        found = struck(self._current, self._since, moment, sending=link.sending, answered=link.answered)
        if not isinstance(found, float):
            link.fail(found)
        elif found < inf:
            self._watch.ask(self, found)

    async def _taken(self, seconds: float | None = None) -> L:
        """The connection, for as long as `_busy` stays set; made within `seconds` if there is none."""
        if self._busy:
            raise RuntimeError("a session takes one request at a time; connect one more for this")
        self._busy = True
        self._current = _NONE  # those of the request before must not strike
        try:
            if self._link is None or not self._link.alive:
                self._link = await self._open(self._limits[0] if seconds is None else seconds)
        except BaseException:
            self._busy = False
            raise
        return self._link

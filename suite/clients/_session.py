"""A session with an HTTP server: its connection, timeouts and cookies."""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Mapping
from math import inf
from time import monotonic

from suite.clients._cookies import CookieJar, path_of
from suite.clients._dial import dial
from suite.clients._link import Link
from suite.clients._origin import Origin
from suite.clients._request import encoder_for
from suite.clients._response import Response
from suite.clients._status import TEXTS, Statuses, judged
from suite.clients._timeouts import Timeouts, struck, timeouts_of, watch_of
from suite.contract.loop import Duration
from suite.contract.user import current_user
from suite.units import parse

_NONE = (inf, inf, inf, inf)


class HttpSession:
    """What requests, pipelines and repeats share. One connection, for one of them at a time."""

    __slots__ = (
        "__weakref__", "_busy", "_current", "_encoded", "_encoder", "_jar", "_limit", "_limited", "_limits",
        "_link", "_loop", "_mark", "_origin", "_saw", "_since", "_watch", "due", "url",
    )  # fmt: skip

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: Duration | Timeouts = Timeouts(),  # noqa: B008
        limit: str | int = "64MB",
        ssl: tls.SSLContext | None = None,
    ) -> None:
        origin = self._origin = Origin.of(url, ("http", "https"), ssl)
        self.url = url.partition("#")[0].rstrip("/")
        self.due = inf
        self._limits = self._current = timeouts_of(timeout).limits()
        self._limited = min(self._limits[1:]) < inf
        self._since = 0.0
        self._limit = int(parse(limit, "B"))
        self._encoder = encoder_for(origin.authority, origin.path.rstrip("/"), headers)
        self._encoded = self._encoder.kept
        self._jar: CookieJar | None = None  # made for the first cookie
        self._loop = asyncio.get_running_loop()
        self._watch = watch_of(self._loop)
        self._link: Link | None = None
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

    async def _open(self, seconds: float) -> Link:
        loop, limit = self._loop, self._limit
        return await dial(self._origin, seconds, lambda sock: Link(loop, sock, limit))

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

    def _take_cookies(self, response: Response, request: bytes) -> None:
        if self._jar is None:
            self._jar = CookieJar(self._origin.host, secure=self._origin.context is not None)
        self._jar.take(response.head, path_of(request))

    async def _taken(self, seconds: float | None = None) -> Link:
        """The connection, for as long as `_busy` stays set; made within `seconds` if there is none."""
        if self._busy:
            raise RuntimeError("an Http session takes one request at a time; connect one more for this")
        self._busy = True
        self._current = _NONE  # those of the request before must not strike
        try:
            if self._link is None or not self._link.alive:
                self._link = await self._open(self._limits[0] if seconds is None else seconds)
        except BaseException:
            self._busy = False
            raise
        return self._link

    def _received(self, response: Response, request: bytes, expect: Statuses, rejected: Statuses) -> None:
        """A response is here: raises what it means if that is no success."""
        if response.sets_cookies:
            self._take_cookies(response, request)
        if self._saw is not None:
            self._saw(TEXTS[response.status])
        judged(response, expect, rejected)

"""A session with an HTTP server: its connection, timeouts and cookies."""

from __future__ import annotations

import ssl as tls
from collections.abc import Mapping

from suite.clients._cookies import CookieJar, path_of
from suite.clients._dial import dial
from suite.clients._kept import KeptConnection
from suite.clients._link import Link
from suite.clients._origin import Origin
from suite.clients._request import encoder_for
from suite.clients._response import Response
from suite.clients._status import TEXTS, Statuses, judged
from suite.clients._timeouts import Timeouts
from suite.contract.loop import Duration


class HttpSession(KeptConnection[Link]):
    """What requests, pipelines and repeats share. One connection, for one of them at a time."""

    __slots__ = ("_encoded", "_encoder", "_jar", "url")

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: Duration | Timeouts = Timeouts(),  # noqa: B008
        limit: str | int = "64MB",
        ssl: tls.SSLContext | None = None,
    ) -> None:
        super().__init__(Origin.of(url, ("http", "https"), ssl), timeout, limit)
        self.url = url.partition("#")[0].rstrip("/")
        origin = self._origin
        self._encoder = encoder_for(origin.authority, origin.path.rstrip("/"), headers)
        self._encoded = self._encoder.kept
        self._jar: CookieJar | None = None  # made for the first cookie

    async def _open(self, seconds: float) -> Link:
        loop, limit = self._loop, self._limit
        return await dial(self._origin, seconds, lambda sock: Link(loop, sock, limit))

    def _take_cookies(self, response: Response, request: bytes) -> None:
        if self._jar is None:
            self._jar = CookieJar(self._origin.host, secure=self._origin.context is not None)
        self._jar.take(response.head, path_of(request))

    def _received(self, response: Response, request: bytes, expect: Statuses, rejected: Statuses) -> None:
        """A response is here: raises what it means if that is no success."""
        if response.sets_cookies:
            self._take_cookies(response, request)
        if self._saw is not None:
            self._saw(TEXTS[response.status])
        judged(response, expect, rejected)

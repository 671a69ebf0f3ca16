"""A response that is read while it comes, chunk by chunk or event by event."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import AsyncIterator
from math import inf
from time import monotonic, monotonic_ns
from types import TracebackType
from typing import Self

from suite.clients._body import StreamedBody
from suite.clients._events import EventParser, ServerSentEvent
from suite.clients._link import Link
from suite.clients._response import Response
from suite.clients._session import HttpSession
from suite.clients._status import EXCERPT, REPEATABLE, SENT_AGAIN, UNANSWERED, Statuses, among
from suite.clients._timeouts import struck, timeouts_of
from suite.clients._verbs import Options
from suite.clients.errors import ConnectionBroken, ConnectionEnded, ProtocolError, StreamCut

_EVENTS = "text/event-stream"
_TURN = 1024
"""Events at a time: then others have their turn, timeouts among them."""


class Stream:
    """A response while it comes, within its block; use one of chunks and `events`.

    When each chunk or event came is noted for the metrics `first` and `gap`. A stream that ends too early
    raises `StreamCut`, or what broke the connection. The connection goes on to the next request if all
    of the response has come by the end of the block, else it is closed. Of its timeouts `first_byte` runs
    until something of the answer is here and `whole` until the end of the stream.
    """

    __slots__ = ("__weakref__", "_body", "_expect", "_http", "_last", "_limits", "_link", "_rejected",
                 "_request", "_since", "due")  # fmt: skip

    def __init__(self, http: HttpSession, method: str, path: str, options: Options) -> None:
        if method == "HEAD":
            raise ValueError("the answer to HEAD has no body to stream")
        timeout = options.get("timeout")
        self.due = inf
        self._http = http
        self._request = http._encoder.encoded(method, path, options, None)
        self._expect: Statuses = 200 if options.get("expect") is None else options["expect"]
        self._rejected = options.get("rejected")
        self._limits = http._limits if timeout is None else timeouts_of(timeout).limits()
        self._since = 0.0
        self._last = 0
        self._link: Link | None = None
        self._body: StreamedBody | None = None

    @property
    def status(self) -> int:
        """The status of the response."""
        return self._came.status

    @property
    def headers(self) -> dict[str, str]:
        """Values by name in lower case; those of a repeated name are joined by ", "."""
        return self._came.headers

    async def __aenter__(self) -> Self:
        http = self._http
        link = await http._taken(self._limits[0])
        answered = False
        try:
            if http._jar is not None:
                self._request = http._jar.applied(self._request)
            try:
                await self._ask(link)
            except (ConnectionEnded, ConnectionBroken):
                if link.idle is None or not self._request.startswith(REPEATABLE):
                    raise
                http._link = link = await http._open(self._limits[0])
                if http._saw is not None:
                    http._saw(SENT_AGAIN)
                await self._ask(link)
            status = self._came.status
            excerpt = b"" if among(status, self._expect) else await self._excerpt()
            answer, answered = Response(status, excerpt, bytes(self._came.raw)), True
            http._received(answer, self._request, self._expect, self._rejected)
        except BaseException:
            self._leave()
            if self._body is not None and not answered and http._saw is not None:
                http._saw(UNANSWERED)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next chunk; the end is that of the response."""
        found = await self._next()
        if found is None:
            self._end()
            raise StopAsyncIteration
        at, chunk = found
        self._note(at)
        return chunk

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """Server-sent events as WHATWG HTML has them, until the server ends the stream.

        Stricter than a browser: an end in the middle of an event raises StreamCut, another content type and
        what is no UTF-8 ProtocolError, an event above the session's limit TooLarge. Nobody connects again.
        """
        self._check_type()
        parser = EventParser(self._http._limit)
        while (found := await self._next()) is not None:
            at, chunk = found
            for number, event in enumerate(parser.feed(chunk)):
                if number % _TURN == _TURN - 1:  # one chunk may hold very many
                    await sleep(0)
                self._note(at)
                yield event
        self._end()
        if (rest := parser.unfinished) is not None:
            raise StreamCut(f"the stream ended in the middle of an event: {rest[:60]!r}")

    def overdue(self, moment: float) -> None:
        """The stream may have taken too long."""
        link, body = self._link, self._body
        if link is None or body is None or body.whole or body.error is not None:
            return
        found = struck(self._limits, self._since, moment, sending=link.sending, answered=body.answered)
        if not isinstance(found, float):
            link.fail(found)
        elif found < inf:
            self._http._watch.ask(self, found)

    @property
    def _came(self) -> StreamedBody:
        if self._body is None:
            raise RuntimeError('use it inside its block: async with http.stream("GET", "/path") as stream')
        return self._body

    async def _ask(self, link: Link) -> None:
        """Send the request and wait for the head of the response."""
        http = self._http
        self._link = link
        self._body = link.pipe = body = StreamedBody(link, http._limit)
        self._since = monotonic()
        if (nearest := min(self._limits[1:])) < inf:
            http._watch.ask(self, self._since + nearest)
        link.ask(self._request, None)
        while not body.status:
            await self._more(body)

    async def _excerpt(self) -> bytes:
        """The start of what came with a status that was not expected."""
        found = b""
        while len(found) < EXCERPT and (more := await self._next()) is not None:
            found += more[1]
        return found

    async def _next(self) -> tuple[int, bytes] | None:
        """When the next chunk came, and the chunk; None at the end."""
        body = self._came
        while (found := body.take()) is None:
            if body.whole:
                return None
            await self._more(body)
        return found

    async def _more(self, body: StreamedBody) -> None:
        """Wait until more of it is here. Raises what ended it."""
        try:
            if body.error is not None:
                raise body.error
            await body.wait()
        except BaseException:
            self._in_vain()
            raise

    def _leave(self) -> None:
        link, body = self._link, self._body
        self._link = None
        self._http._busy = False
        if link is None or body is None:
            return
        link.pipe = None
        if body.reusable and not link.sending:
            body.read_on()
            link.used = True
        else:
            link.drop()
        body.fail(ConnectionEnded("the stream was left before its end"))

    def _check_type(self) -> None:
        headers = self.headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _EVENTS:
            raise ProtocolError(f"answered with {kind or 'no content type'} where {_EVENTS} was awaited")
        if coding := headers.get("content-encoding"):
            raise ProtocolError(f"events packed with {coding}, which nobody unpacks here")

    def _note(self, at: int) -> None:
        if self._http._mark is not None:
            self._last = self._http._mark(self._last, at)

    def _end(self) -> None:
        if not self._last:
            self._in_vain()

    def _in_vain(self) -> None:
        """Until now we have waited for what did not come."""
        if self._http._mark is not None:
            self._http._mark(self._last, -monotonic_ns())

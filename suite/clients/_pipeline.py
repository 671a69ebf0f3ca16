"""Several requests of one session on their way at once (RFC 9112, 9.3.2)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from math import inf
from types import TracebackType
from typing import Self, Unpack

from httptools import HttpResponseParser

from suite.clients._link import HEAD_LIMIT, Link
from suite.clients._response import Response, fed, until_eof
from suite.clients._session import HttpSession
from suite.clients._status import UNANSWERED, Statuses
from suite.clients._timeouts import struck
from suite.clients._verbs import Options, Verbs
from suite.clients.errors import ClientError, ConnectionEnded, TooLarge
from suite.errors import Rejected

Answered = asyncio.Future[Response]


class Pipe(Verbs[Answered]):
    """Requests that do not wait for one another; a server answers them in order.

    Each of its methods sends at once and returns a future of the Response. Leaving the block waits for
    all of them and raises the first error, if there is one. Timeouts run for each request from its start.
    """

    def __init__(self, http: HttpSession) -> None:
        self.due = inf
        self._http = http
        self._link: Link | None = None
        self._all: list[Answered] = []
        self._open: deque[tuple[Answered, bytes, Statuses, Statuses, float]] = deque()
        self._size = 0
        self._begin()
        self._parser = HttpResponseParser(self)

    def get(self, path: str, **options: Unpack[Options]) -> Answered:
        """GET `path`."""
        return self.request("GET", path, **options)

    def request(self, method: str, path: str, **options: Unpack[Options]) -> Answered:
        """Send a request now. Options as for `Http.request`, but for `timeout`, which is the session's.

        Raises ValueError or TypeError for a request that can't be encoded, and for HEAD, whose response
        can't be told from the next one's.
        """
        if method == "HEAD" or options.get("timeout") is not None:
            raise ValueError("HEAD and timeout= are not for a pipeline")
        link = self._link
        if link is None:
            raise RuntimeError("use it inside its block: async with http.pipeline() as pipe")
        http = self._http
        encoded = http._encoder.encoded(method, path, options, http._jar)
        answer: Answered = link.loop.create_future()
        self._all.append(answer)
        since = time.monotonic()
        if not link.alive:
            answer.set_exception(ConnectionEnded("the connection has ended before this request was sent"))
            return answer
        self._open.append((answer, encoded, options.get("expect"), options.get("rejected"), since))
        link.send(encoded)
        limit = since + min(http._limits[1:])
        if limit < self.due:
            http._watch.ask(self, limit)
        return answer

    async def __aenter__(self) -> Self:
        link = self._link = await self._http._taken()
        link.pipe = self
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        link = self._link
        assert link is not None
        try:
            if error is None and self._all:
                await asyncio.wait(self._all)
        finally:
            if self._open:  # whoever left does not want them; nobody else may get them
                self.fail(ConnectionEnded("the pipeline was left before this was answered"))
                link.drop()
            self._link = link.pipe = None
            self._http._busy = False
            errors = [answer.exception() for answer in self._all if not answer.cancelled()]
        if error is None:
            for each in errors:
                if each is not None:
                    raise each

    def overdue(self, moment: float) -> None:
        """The oldest request may have been waiting for too long."""
        link = self._link
        if link is None or not self._open:
            return
        found = struck(
            self._http._limits,
            self._open[0][-1],
            moment,
            sending=link.sending,
            answered=self._size > 0 or self._status > 0,
        )
        if not isinstance(found, float):
            link.fail(found)
        elif found < inf:
            self._http._watch.ask(self, found)

    # What the link calls.

    def feed(self, data: bytes) -> None:
        """Take what was received."""
        link = self._link
        assert link is not None
        if self._size > (self._http._limit if self._status else HEAD_LIMIT):
            link.fail(TooLarge(f"a response of more than {self._size:,} bytes"))
            return
        self._size += len(data)
        wrong = fed(self._parser, data)
        if wrong is not None:
            link.fail(wrong)

    def ended(self) -> None:
        """The server has sent all that it will."""
        if self._open and self._status and until_eof(dict(self._headers)):
            self._complete(keep=False)

    def fail(self, error: ClientError) -> None:
        """None of the open requests will be answered."""
        for answer, *_ in self._open:
            if not answer.done():
                answer.set_exception(error)
            if self._http._saw is not None:
                self._http._saw(UNANSWERED)
        self._open.clear()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if not self._open and self._link is not None:
            self._link.drop()  # an answer too many

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._status:
            return  # a trailer
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:
            self._status = status
        else:  # it only announces one
            self._headers.clear()

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        if self._status:
            self._complete(keep=self._parser.should_keep_alive())

    def _begin(self) -> None:
        self._status = 0
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()
        self._size = 0

    def _complete(self, keep: bool) -> None:
        link = self._link
        if not self._open or link is None:
            return
        answer, request, expect, rejected, _ = self._open.popleft()
        lines = [f"HTTP/1.1 {self._status}", *(f"{name}: {value}" for name, value in self._headers)]
        head = "\r\n".join(lines).encode("latin-1")
        response = Response(self._status, bytes(self._body), head + b"\r\n\r\n")
        self._begin()
        try:
            self._http._received(response, request, expect, rejected)
        except (ClientError, Rejected) as error:
            if not answer.done():
                answer.set_exception(error)
        else:
            if not answer.done():
                answer.set_result(response)
        if not keep:
            link.fail(ConnectionEnded("the server ended the connection before this was answered"))

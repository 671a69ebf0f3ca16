"""An HTTP/1.1 client for load: one connection, one request at a time, a few microseconds each."""

from __future__ import annotations

import ssl as tls
from array import array
from collections.abc import Coroutine, Mapping
from typing import Any, Self, Unpack

from suite.clients._multipart import Fields, Files
from suite.clients._pieces import Pieces, are_pieces
from suite.clients._pipeline import Pipe
from suite.clients._redirect import asked_by, leads_to
from suite.clients._repeat import repeated
from suite.clients._request import Encoder
from suite.clients._response import Response
from suite.clients._session import HttpSession
from suite.clients._status import REPEATABLE, SENT_AGAIN, TEXTS, UNANSWERED, Statuses, judged
from suite.clients._stream import Stream
from suite.clients._timeouts import Timeouts, timeouts_of
from suite.clients._verbs import Options, Verbs
from suite.clients.errors import ConnectionBroken, ConnectionEnded, UnexpectedStatus
from suite.contract.loop import Duration

_ANY = range(1000)
Answer = Coroutine[Any, Any, Response]


class Http(HttpSession, Verbs[Answer]):
    """A session with an HTTP server over one kept connection.

    All requests take `expect` (a status or several; by default all below 400) and `rejected` (statuses
    that mean "a limit said no" and raise `Rejected`). Other statuses raise `UnexpectedStatus`; what else
    goes wrong raises a `ClientError`. So many `redirects` are followed, by default none. If the server
    closed the connection since the last response, or the last request failed or was cancelled, the next
    one connects anew. Nothing is sent twice but for this: a request that may be repeated (GET, HEAD, PUT,
    DELETE, OPTIONS, TRACE) and met a connection that the server closed for being idle. Cookies that the
    server sets go back to it.

    Each status is counted on the User in whose task `connect` was called, those of redirects as well; what
    was sent once more is counted as "sent again", what got no answer as "unanswered".
    """

    __slots__ = ()

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: Duration | Timeouts = Timeouts(),  # noqa: B008
        limit: str | int = "64MB",
        ssl: tls.SSLContext | None = None,
    ) -> Self:
        """Open a session with the server at `url`; paths of requests are below the URL's own.

        A Unix socket is http+unix:// and its path with %2F for slashes. User and password have no place in
        a URL, which is shown and kept: send a header.
        `headers` go with every request. `timeout` is one limit for every phase (seconds or text), or
        `Timeouts`; by default connecting, now and later, has 10 s, and the rest what the workload gives
        an operation. `limit` bounds the size of a response. `ssl` replaces the default context of https.
        Raises `ConnectFailed` or one of its kinds, ConfigurationError for a URL that makes no sense.
        """
        session = cls(url, headers=headers, timeout=timeout, limit=limit, ssl=ssl)
        session._link = await session._open(session._limits[0])
        return session

    @property
    def cookies(self) -> Mapping[str, str]:
        """Values of the cookies that the server has set, by name."""
        return self._jar.values() if self._jar is not None else {}

    def get(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Statuses = None,
        rejected: Statuses = None,
        redirects: int = 0,
        timeout: Duration | Timeouts | None = None,
    ) -> Answer:
        """GET `path`."""
        if redirects:
            options: Options = {"headers": headers, "timeout": timeout}
            return self._followed("GET", path, redirects, options, expect, rejected)
        if headers is None:
            encoded = self._encoded.get(path) or self._encoder.get(path)
        else:
            encoded = self._encoder.request("GET", path, headers)
        return self._exchange(encoded, False, expect, rejected, timeout)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | Pieces | None = None,
        data: Fields | None = None,
        files: Files | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Statuses = None,
        rejected: Statuses = None,
        redirects: int = 0,
        timeout: Duration | Timeouts | None = None,
    ) -> Answer:
        """Send a request to `path`, which must be percent-encoded where it matters.

        Its content is `body`, or `json` as JSON, or a form of `data` (fields) and `files`: each is bytes,
        (file name, bytes) or (file name, bytes, content type), or a list of these. What was sent before
        is not encoded again; of files this holds for the same bytes objects. A `body` that is an iterable of
        bytes, asynchronous or not, goes out in chunks while it is made. `timeout` replaces the session's for
        this request.

        Redirects lead to paths of the same server only. 303 is asked by GET, so are 301 and 302 after a POST.

        Raises ValueError or TypeError at once for a request that can't be encoded, and RuntimeError when
        awaited while another request of this session is under way.
        """
        if redirects or are_pieces(body):
            if are_pieces(body) and (json is not None or data is not None or files is not None):
                raise ValueError("give one of body=, json= and data= with files=")
            options: Options = {
                "json": json, "body": body, "data": data, "files": files, "headers": headers,
                "timeout": timeout,
            }  # fmt: skip
            return self._followed(method, path, redirects, options, expect, rejected)
        encoded = self._encoder.request(method, path, headers, body, json, data, files)  # type: ignore[arg-type]
        return self._exchange(encoded, method == "HEAD", expect, rejected, timeout)

    def pipeline(self) -> Pipe:
        """Send several requests without waiting for each: `async with http.pipeline() as pipe: ...`.

        `pipe.get("/a")` and its like return futures; leaving the block waits for all.
        """
        return Pipe(self)

    def stream(self, method: str, path: str, **options: Unpack[Options]) -> Stream:
        """Read a response while it comes: `async with http.stream("GET", "/events") as stream: ...`.

        Inside, `async for chunk in stream` has its chunks, `async for event in stream.events()` the
        server-sent events in them. Options as for `request`; `expect` is 200 unless it is given, and the
        session's `limit` bounds one chunk, or one event. Raises ValueError or TypeError for a request that
        can't be encoded.
        """
        return Stream(self, method, path, options)

    def repeat(
        self, times: int, method: str, path: str, **options: Unpack[Options]
    ) -> Coroutine[Any, Any, array[int]]:
        """Send one request `times` times, each when the last one is answered; nanoseconds of each answer.

        The cheapest closed loop there is: no operation and no coroutine for each request. The same bytes
        go out each time. Raises what ends it, as `request` does; `timeout` is the session's.
        """
        return repeated(self, times, method, path, options)

    async def _followed(
        self, method: str, path: str, redirects: int, options: Options, expect: Statuses, rejected: Statuses
    ) -> Response:
        encoder, root = self._encoder, self._encoder.from_root()
        asked, follow = self._origin.at(path), redirects > 0
        while True:
            response = await self._encoded_by(encoder, method, path, options)
            target = leads_to(response, asked) if follow else None
            if target is None:
                return judged(response, expect, rejected)
            if not redirects:
                raise UnexpectedStatus(response.status, f"redirects once more than allowed, to {target}")
            redirects -= 1
            method, options = asked_by(response.status, method, options)
            encoder, path, asked = root, target, self._origin.at(target, root=True)

    def _encoded_by(self, encoder: Encoder, method: str, path: str, options: Options) -> Answer:
        body = options.get("body")
        pieces = body if are_pieces(body) else None
        encoded = (
            encoder.chunked(method, path, options.get("headers"))
            if pieces is not None
            else encoder.encoded(method, path, options, None)
        )
        return self._exchange(encoded, method == "HEAD", _ANY, None, options.get("timeout"), pieces)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _exchange(
        self,
        encoded: bytes,
        bodiless: bool,
        expect: Statuses,
        rejected: Statuses,
        timeout: Duration | Timeouts | None,
        pieces: Pieces | None = None,
    ) -> Response:
        if self._busy:
            raise RuntimeError("an Http session takes one request at a time; connect one more for this")
        self._busy = True
        link = self._link
        asked = False
        try:
            if self._jar is not None:
                encoded = self._jar.applied(encoded)
            limits = self._limits if timeout is None else timeouts_of(timeout).limits()
            if link is None or not link.alive:
                self._link = link = await self._open(limits[0])
            if self._limited or timeout is not None:
                self._begin(limits)
            waiter = self._loop.create_future()
            asked = True
            if bodiless:
                link.bodiless = True
            link.ask(encoded, waiter)
            if pieces is not None:
                await link.stream(pieces, waiter)
            try:
                response: Response = await waiter
            except (ConnectionEnded, ConnectionBroken):
                if link.idle is None or pieces is not None or not encoded.startswith(REPEATABLE):
                    raise
                self._link = link = await self._open(limits[0])
                if self._saw is not None:
                    self._saw(SENT_AGAIN)
                waiter = self._loop.create_future()
                link.bodiless = bodiless
                link.ask(encoded, waiter)
                response = await waiter
        except BaseException:
            if link is not None:  # what is under way there must not answer the next request
                link.drop()
            if asked and self._saw is not None:
                self._saw(UNANSWERED)
            raise
        finally:
            self._busy = False
        if response.sets_cookies:
            self._take_cookies(response, encoded)
        status = response.status
        if self._saw is not None:
            self._saw(TEXTS[status])
        if status == expect:
            return response
        return judged(response, expect, rejected)

"""An HTTP/1.1 client for load: one connection, one request at a time, a few microseconds each."""

from __future__ import annotations

import asyncio
import socket
import ssl as tls
from collections.abc import Collection, Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack
from urllib.parse import SplitResult, urlsplit

from suite.clients._link import Link
from suite.clients._request import Encoder
from suite.clients._response import Response
from suite.clients.errors import ConnectFailed, ConnectTimedOut, UnexpectedStatus
from suite.errors import ConfigurationError, Rejected
from suite.loop import Duration
from suite.units import parse
from suite.user import current_user

Statuses = int | Collection[int] | None
Answer = Coroutine[Any, Any, Response]


class Options(TypedDict, total=False):
    """What `Http.request` takes by keyword, and with it all its short forms."""

    json: Any
    body: bytes | None
    headers: Mapping[str, str] | None
    expect: Statuses
    rejected: Statuses


_TEXTS = tuple(str(status) for status in range(1000))
_EXCERPT = 200


class Http:
    """A session with an HTTP server over one kept connection.

    All requests take `expect` (a status or several; by default all below 400) and `rejected` (statuses
    that mean "a limit said no" and raise `Rejected`). Other statuses raise `UnexpectedStatus`; what else
    goes wrong raises a `ClientError`. Redirects are not followed. If the server closed the connection
    since the last response, or the last request failed or was cancelled, the next one connects anew.
    Nothing is sent twice.

    Each status is counted on the User in whose task `connect` was called.
    """

    __slots__ = (
        "_address", "_busy", "_encoded", "_encoder", "_limit", "_link", "_loop", "_saw", "_timeout", "_tls",
        "url",
    )  # fmt: skip

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: Duration = 10.0,
        limit: str | int = "64MB",
        ssl: tls.SSLContext | None = None,
    ) -> None:
        parts = _base_url(url)
        secure = parts.scheme == "https"
        self.url = url.rstrip("/")
        self._address = (parts.hostname or "", parts.port or (443 if secure else 80))
        self._tls = (ssl or tls.create_default_context()) if secure else None
        self._timeout = parse(timeout, "s")
        self._limit = int(parse(limit, "B"))
        self._encoder = Encoder(parts.netloc, parts.path.rstrip("/"), headers)
        self._encoded = self._encoder.kept
        self._loop = asyncio.get_running_loop()
        self._link: Link | None = None
        self._busy = False
        user = current_user.get()
        self._saw = user.saw if user is not None else None
        if user is not None:
            user.close_later(self)

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: Duration = 10.0,
        limit: str | int = "64MB",
        ssl: tls.SSLContext | None = None,
    ) -> Self:
        """Open a session with the server at `url`; paths of requests are below the URL's own.

        `headers` go with every request. `timeout` bounds connecting, now and later (seconds or text);
        `limit` bounds the size of a response. `ssl` replaces the default context of https. Raises
        `ConnectFailed` or `ConnectTimedOut`, ConfigurationError for a URL that makes no sense.
        """
        session = cls(url, headers=headers, timeout=timeout, limit=limit, ssl=ssl)
        session._link = await session._open()
        return session

    def get(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        expect: Statuses = None,
        rejected: Statuses = None,
    ) -> Answer:
        """GET `path`."""
        if headers is not None:
            return self.request("GET", path, headers=headers, expect=expect, rejected=rejected)
        encoded = self._encoded.get(path)
        return self._exchange(encoded or self._encoder.get(path), False, expect, rejected)

    def head(self, path: str, **options: Unpack[Options]) -> Answer:
        """HEAD `path`; the response has no body. Options as for `request`."""
        return self.request("HEAD", path, **options)

    def delete(self, path: str, **options: Unpack[Options]) -> Answer:
        """DELETE `path`. Options as for `request`."""
        return self.request("DELETE", path, **options)

    def post(self, path: str, **options: Unpack[Options]) -> Answer:
        """POST to `path`. Options as for `request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Unpack[Options]) -> Answer:
        """PUT to `path`. Options as for `request`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Unpack[Options]) -> Answer:
        """PATCH `path`. Options as for `request`."""
        return self.request("PATCH", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Statuses = None,
        rejected: Statuses = None,
    ) -> Answer:
        """Send `body`, or `json` as JSON, to `path`, which must be percent-encoded where it matters.

        Raises ValueError or TypeError at once for a request that can't be encoded, and RuntimeError when
        awaited while another request of this session is under way.
        """
        encoded = self._encoder.request(method, path, headers, body, json)
        return self._exchange(encoded, method == "HEAD", expect, rejected)

    async def close(self) -> None:
        """Close the connection; a request under way ends in CancelledError or an error. Idempotent."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _exchange(
        self, encoded: bytes, bodiless: bool, expect: Statuses, rejected: Statuses
    ) -> Response:
        if self._busy:
            raise RuntimeError("an Http session takes one request at a time; connect one more for this")
        self._busy = True
        link = self._link
        try:
            if link is None or not link.alive:
                self._link = link = await self._open()
            response = await link.ask(encoded, bodiless)
        except BaseException:
            if link is not None:  # what is under way there must not answer the next request
                link.drop()
            raise
        finally:
            self._busy = False
        status = response.status
        if self._saw is not None:
            self._saw(_TEXTS[status])
        if status == expect:
            return response
        return _judged(response, expect, rejected)

    async def _open(self) -> Link:
        host, port = self._address
        try:
            async with asyncio.timeout(self._timeout):
                return await self._connect(host, port)
        except TimeoutError as error:
            raise ConnectTimedOut(f"no connection to {host}:{port} within {self._timeout:g} s") from error
        except OSError as error:
            raise ConnectFailed(f"can't connect to {host}:{port}: {error}") from error

    async def _connect(self, host: str, port: int) -> Link:
        loop = self._loop
        sock = await _socket_to(host, port, loop)
        try:
            direct = sock if self._tls is None else None
            _, link = await loop.create_connection(
                lambda: Link(loop, direct, self._limit),
                sock=sock,
                ssl=self._tls,
                server_hostname=host if self._tls is not None else None,
            )
        except BaseException:
            sock.close()
            raise
        return link


def _base_url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # of a port that is no number
        usable = False
    if not usable or parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigurationError(f"{url!r} is no base URL; write it like http://127.0.0.1:8000")
    return parts


async def _socket_to(host: str, port: int, loop: asyncio.AbstractEventLoop) -> socket.socket:
    """A connected socket, from the first of the host's addresses that takes us. Raises OSError."""
    failure: OSError | None = None
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure or OSError("the host has no address")


def _judged(response: Response, expect: Statuses, rejected: Statuses) -> Response:
    status = response.status
    if _among(status, expect):
        return response
    if _among(status, rejected):
        raise Rejected(f"status {status}")
    if expect is None and status < 400:
        return response
    raise UnexpectedStatus(status, response.body[:_EXCERPT].decode(errors="replace"))


def _among(status: int, statuses: Statuses) -> bool:
    if statuses is None:
        return False
    return status == statuses if isinstance(statuses, int) else status in statuses

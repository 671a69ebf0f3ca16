"""One connection to an HTTP/1.1 server: bytes out, one response in."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from suite.clients._response import Response, parse_headers
from suite.clients.errors import ClientError, ConnectionBroken, ConnectionEnded, ProtocolError, TooLarge

_HEAD_LIMIT = 65_536


class Link(asyncio.Protocol):
    """A connection that takes one request at a time; once not `alive` it is of no more use.

    `limit` bounds one response, headers included, in bytes. `sock` is None under TLS.
    """

    __slots__ = (
        "_bodiless", "_headers_done", "_limit", "_lost", "_parser", "_parts", "_raw", "_size", "_sock",
        "_spilled", "_transport", "_waiter", "alive", "loop",
    )  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket | None, limit: int) -> None:
        self.loop = loop
        self.alive = False
        self._sock = sock
        self._limit = limit
        self._lost = loop.create_future()
        self._waiter: asyncio.Future[Response] | None = None
        self._bodiless = False
        self._spilled = False
        self._parser = HttpResponseParser(self)
        self._begin()

    def _begin(self) -> None:
        self._raw: list[bytes] = []  # what was received until the headers were complete
        self._parts: list[bytes] = []
        self._size = 0
        self._headers_done = False

    def ask(self, request: bytes, bodiless: bool) -> asyncio.Future[Response]:
        """Send `request`; `bodiless` for HEAD, whose response has no body whatever its headers say."""
        waiter: asyncio.Future[Response] = self.loop.create_future()
        self._waiter = waiter
        self._bodiless = bodiless
        if self._sock is None:
            self._transport.write(request)
            return waiter
        # Straight into the socket: a transport would send when all other ready callbacks have run, and
        # the time of other users would count as the server's.
        try:
            sent = self._sock.send(request)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.fail(ConnectionBroken(f"sending failed: {error}"))
            return waiter
        if sent != len(request):
            self._spilled = True
            self._transport.write(memoryview(request)[sent:])
        return waiter

    def fail(self, error: ClientError) -> None:
        """Give up this connection; the response awaited, if any, ends in `error`."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
        self.drop()

    def drop(self) -> None:
        """Close at once; nobody hears of it."""
        self.alive = False
        self._waiter = None
        self._transport.abort()

    async def close(self) -> None:
        """Close and wait until that has happened."""
        self.fail(ConnectionEnded("the session was closed while a response was awaited"))
        await self._lost

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.alive = True

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:  # nothing was asked: whatever this is, it answers no request of ours
            self.drop()
            return
        if not self._headers_done:
            if self._size > _HEAD_LIMIT:
                self.fail(TooLarge(f"headers of more than {_HEAD_LIMIT:,} bytes"))
                return
            self._raw.append(data)
        self._size += len(data)
        if self._size > self._limit:
            self.fail(TooLarge(f"a response of more than {self._limit:,} bytes"))
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.fail(ProtocolError("an upgrade that nobody asked for"))
        except HttpParserError as error:
            self.fail(ProtocolError(f"{error} in {data[:60]!r}"))
        if self._bodiless and self._headers_done:
            self._complete(keep=_persists(b"".join(self._raw)))
            self._parser = HttpResponseParser(self)  # the old one waits for a body

    def eof_received(self) -> None:
        self.alive = False
        if self._waiter is not None and self._headers_done and _until_eof(b"".join(self._raw)):
            self._complete(keep=False)

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self.fail(ConnectionBroken(str(error) or type(error).__name__))
        else:
            when = "in the middle of its response" if self._size else "without a response"
            self.fail(ConnectionEnded(f"the server closed the connection {when}"))
        if not self._lost.done():
            self._lost.set_result(None)

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._waiter is None:
            self.drop()  # a second response to one request

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self._headers_done = status >= 200 or status == 101

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        if self._headers_done:
            self._complete(keep=self._parser.should_keep_alive())

    def _complete(self, keep: bool) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            return
        body = b"".join(self._parts)
        if self._bodiless and body:  # a body where there must be none: who knows what else will come
            body, keep = b"", False
        if not waiter.done():
            waiter.set_result(Response(self._parser.get_status_code(), body, b"".join(self._raw)))
        self._begin()
        # A server that answers before it has read the request leaves the rest of it in our buffer.
        if not keep or (self._spilled and self._transport.get_write_buffer_size()):
            self.drop()


def _until_eof(raw: bytes) -> bool:
    """Whether only the end of the connection ends this response."""
    headers = parse_headers(raw)
    coding = headers.get("transfer-encoding", "").lower()
    return not coding.endswith("chunked") if coding else "content-length" not in headers


def _persists(raw: bytes) -> bool:
    """Whether the connection outlives this response."""
    return (
        raw.lstrip(b"\r\n")[:8] == b"HTTP/1.1"
        and "close" not in parse_headers(raw).get("connection", "").lower()
    )

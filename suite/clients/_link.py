"""One connection to an HTTP/1.1 server: bytes out, one response in."""

from __future__ import annotations

import asyncio
import socket

from httptools import HttpResponseParser

from suite.clients._asking import Asking
from suite.clients._dial import idle_before_sending
from suite.clients._parties import Follower, Intake
from suite.clients._response import Response, fed, parse_headers, persists, until_eof
from suite.clients._tolerant import TolerantParser
from suite.clients.errors import ClientError, ConnectionEnded, TooLarge

HEAD_LIMIT = 65_536
_KNOWN_LIMIT = 4_096
_PIECE = 65_536
_SMALL = 4_096


class Link(Asking):
    """A connection whose answers are HTTP responses; `limit` bounds one, headers included.

    One whose bytes equal those of the last one is not parsed again: both are the same Response. With a `pipe`
    there is no waiter, and that gets what is received.
    """

    __slots__ = (
        "_answer", "_body", "_known", "_more", "_parser", "_parts", "_raw", "_status", "bodiless", "idle",
        "next", "pipe", "used",
    )  # fmt: skip

    _awaited = "a response"

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket | None, limit: int) -> None:
        super().__init__(loop, sock, limit)
        self.pipe: Intake | None = None
        self.next: Follower | None = None
        self.used = False
        """Whether it has brought a response already."""
        self.idle: float | None = None
        """Seconds that it was idle before a request that the server, having closed it, never answered."""
        self.bodiless = False
        """Set it before asking by HEAD: that one response has no body whatever its headers say."""
        self._known = b""
        self._answer: Response | None = None
        self._parser: HttpResponseParser | TolerantParser = HttpResponseParser(self)
        # Most responses come in one piece, so that pieces have places of their own for the other ones only.
        self._raw = b""  # what was received until the headers were complete: first piece, others
        self._more: list[bytes] = []
        self._body = b""
        self._parts: list[bytes | bytearray] = []  # of its body, after the first; small ones are put together
        self._status = 0  # of the response that is not only announced

    def read(self, *, on: bool) -> None:
        """Stop reading, so that the server has to wait, or go on."""
        if self.alive and on:
            self._transport.resume_reading()
        elif self.alive:
            self._transport.pause_reading()

    def fail(self, error: ClientError) -> None:
        """Give up this connection; the response awaited, if any, and the pipe end in `error`."""
        if self.pipe is not None:
            self.pipe.fail(error)
        super().fail(error)

    # What the transport calls.

    def data_received(self, data: bytes) -> None:
        waiter = self._waiter
        if waiter is None:
            self._unasked(data)
            return
        if data == self._known and not self._size and not self.bodiless and self._answer is not None:
            self._waiter = None
            if self._spilled:
                self._settle()
            if not waiter.done():
                waiter.set_result(self._answer)
            if self.next is not None:
                self._go_on()
            return
        if not self._status:
            if not self._size:
                self._raw = data
            elif self._size <= HEAD_LIMIT:
                self._more.append(data)
            else:
                self.fail(TooLarge(f"headers of more than {HEAD_LIMIT:,} bytes"))
                return
        self._size += len(data)
        if self._size > self._limit:
            self.fail(TooLarge(f"a response of more than {self._limit:,} bytes"))
            return
        wrong = fed(self._parser, data)
        if wrong is not None and not self._status and self._raw.lstrip(b"\r\n").startswith(b"HTTP/1."):
            # Once more with what a client may accept; most responses never come here.
            self._parser = TolerantParser(self, self._put_right)
            wrong = fed(self._parser, self._head())
        if wrong is not None:
            self.fail(wrong)
        if self.bodiless and self._status:
            self._complete(keep=persists(self._head()))
            self._parser = HttpResponseParser(self)  # the old one waits for a body
        if self.next is not None:
            self._go_on()

    def eof_received(self) -> None:
        super().eof_received()
        if self.pipe is not None:
            self.pipe.ended()
        elif self._waiter is not None and self._status and until_eof(parse_headers(self._head())):
            self._complete(keep=False)

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._read_on()
        super().connection_lost(error)

    def _not_sent(self, error: OSError) -> None:
        self._read_on()
        super()._not_sent(error)

    def _idleness(self) -> str:
        if not self.used or self._size or (self._waiter is None and self.pipe is None):
            return ""
        idle = self.idle = idle_before_sending(self._sock or self._transport.get_extra_info("socket"))
        return f"; it had been idle: the server closes after about {idle:.1f} s idle" if idle else ""

    def _read_on(self) -> None:
        """Take what the peer sent before the connection broke: an early answer (413) outruns the request."""
        while self._waiter is not None and self._sock is not None:
            try:
                data = self._sock.recv(_PIECE)
            except OSError:
                return
            if not data:
                self.eof_received()
                return
            self.data_received(data)

    def _go_on(self) -> None:
        """Only now: what else was received with a response answers nothing that was asked after it."""
        repeat, self.next = self.next, None
        if repeat is not None and self.alive:
            repeat.again()
        elif repeat is not None:
            repeat.set_exception(ConnectionEnded("more than one response to one request"))

    def _unasked(self, data: bytes) -> None:
        """Nothing was asked: whatever `data` is, it answers no request of ours, unless there is a pipe."""
        if self.pipe is not None:
            self.pipe.feed(data)
        else:
            self.drop()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._waiter is None:
            self.drop()  # a second response to one request

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 or status == 101:
            self._status = status

    def on_body(self, part: bytes) -> None:
        if not self._body:
            self._body = part
        elif len(part) > _SMALL:
            self._parts.append(part)
        elif self._parts and isinstance(last := self._parts[-1], bytearray):
            last += part
        else:
            self._parts.append(bytearray(part))

    def on_message_complete(self) -> None:
        if self._status:
            self._complete(keep=self._parser.should_keep_alive())

    def _complete(self, keep: bool) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is None:
            return
        body = self._body
        if self._parts:
            body = b"".join([body, *self._parts])
            self._parts = []
        if self.bodiless and body:  # a body where there must be none: who knows what else will come
            body, keep = b"", False
        self.used = True
        size, head = self._size, self._raw
        if self._more:
            head = self._head()
            self._more = []
        answer = Response(self._status, body, head)
        # All of it in one piece (what else is in that piece ends the connection): it may come again.
        if size <= _KNOWN_LIMIT and len(self._raw) == size and keep and not self.bodiless:
            self._known, self._answer = head, answer
        self._raw = self._body = b""
        self._size = self._status = 0
        self.bodiless = False
        if not keep:
            self.drop()
        elif self._spilled:
            self._settle()
        if not waiter.done():
            waiter.set_result(answer)

    def _put_right(self, parser: HttpResponseParser, head: bytes) -> None:
        self._parser, self._raw, self._more = parser, head, []

    def _head(self) -> bytes:
        return b"".join([self._raw, *self._more])

    def _settle(self) -> None:
        # A server that answers before it has read the request leaves the rest of it in our buffer.
        if self._transport.get_write_buffer_size():
            self.drop()
        elif self._sock is not None:
            self._spilled = False

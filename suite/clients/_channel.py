"""One WebSocket connection: frames in and out through wsproto, messages in a queue."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from time import monotonic_ns
from typing import cast

from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError

from suite.clients._frame_intake import FrameIntake
from suite.clients._inbox import Inbox, Message
from suite.clients.errors import ClientError, ProtocolError, TooLarge, WebSocketClosed, lost

_HEAD_LIMIT = 16_384
_EXCERPT = 200


class Channel(asyncio.Protocol):
    """A connection, from the upgrade on; its messages are in `inbox`.

    `sock` is None under TLS; `saw` is told the status of the upgrade and the code of the close.
    """

    __slots__ = (
        "_called", "_closing", "_excerpt", "_gone", "_intake", "_loop", "_lost", "_opened", "_paused",
        "_pinged", "_protocol", "_received", "_resumed", "_saw", "_sock", "_status", "_transport", "end",
        "inbox", "pongs", "subprotocol",
    )  # fmt: skip

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket | None,
        inbox: Inbox,
        saw: Callable[[str], None] | None,
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._saw = saw
        self.inbox = inbox
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._intake = FrameIntake(self._protocol, inbox, self._take_event)
        self.end: ClientError | None = None
        """Why no more messages will come, once that is so."""
        self.subprotocol: str | None = None
        self.pongs: deque[asyncio.Future[None]] = deque()
        self._opened: asyncio.Future[int] | None = None
        self._status = 0
        self._excerpt = b""
        self._resumed: asyncio.Future[None] | None = None
        self._lost: asyncio.Future[None] | None = None
        self._received = 0  # bytes before the answer to the upgrade was complete
        self._paused = False
        self._closing = False
        self._gone = False
        self._called = False  # whether our next turn has been asked for
        self._pinged: Ping | None = None  # to be answered when the peer has read what we said

    def open(self, request: Request) -> asyncio.Future[int]:
        """Ask for the upgrade; the status of the answer, 101 if it is granted."""
        self._opened = self._loop.create_future()
        self._write(request)
        return self._opened

    @property
    def refusal(self) -> str:
        """What came with a status other than 101."""
        return self._excerpt[:_EXCERPT].decode(errors="replace")

    def send(self, what: bytes | Event) -> asyncio.Future[None] | None:
        """Send an encoded frame or an event now. If the peer does not keep up, a future to wait for.

        Raises why the connection has ended, if it has.
        """
        if self.end is not None:
            raise self.end.with_traceback(None)
        if isinstance(what, bytes):
            self._put(what)
        else:
            self._write(what)
        return self._resumed

    def take(self) -> tuple[Message, int] | None:
        """The next message, if it is here, and when it came. Raises why the connection ended, if it has."""
        found = self.inbox.take()
        if found is None:
            if self.end is not None:
                raise self.end.with_traceback(None)
        elif self._paused and not self._called and self.inbox.low:
            self._go_on()
        return found

    def fail(self, error: ClientError) -> None:
        """Nothing more will be sent or received; messages that are here may still be taken."""
        if self.end is None:
            self.end = error
        self._intake.ended = True
        self.inbox.wake()
        if self._opened is not None and not self._opened.done():
            if self._status:  # the server has refused, and ended what it says about it
                self._opened.set_result(self._status)
            else:
                self._opened.set_exception(self.end)
        for waiting in (self._resumed, *self.pongs):
            if waiting is not None and not waiting.done():
                waiting.set_exception(self.end)
                waiting.exception()  # it may be that nobody waits any more
        self.pongs.clear()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    async def close(self, code: int, reason: str, seconds: float) -> None:
        """Say that we close, and wait `seconds` for the peer to do so too."""
        if self._gone:
            return
        if self._lost is None:
            self._lost = self._loop.create_future()
        if self.end is None:
            self._count(code)
            self.fail(WebSocketClosed(code, reason))
            self._closing = True
            self._write(CloseConnection(code, reason or None))
        if self._paused and not self._called:
            self._go_on()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._lost)
        except TimeoutError:
            self._transport.abort()
            await self._lost
        finally:
            if not self._gone:
                self._transport.abort()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def pause_writing(self) -> None:
        self._resumed = self._loop.create_future()

    def resume_writing(self) -> None:
        waiting, self._resumed = self._resumed, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        if self._pinged is not None and not self._closing:
            pinged, self._pinged = self._pinged, None
            self._write(pinged.response())

    def data_received(self, data: bytes) -> None:
        self.inbox.at = monotonic_ns()
        if not self._status:
            self._received += len(data)
        if self._intake.take_one(data):
            if self.inbox.full:
                self._go_on()
            return
        self._intake.add(data)
        if not self._intake.behind:
            self._go_on()

    def connection_lost(self, error: Exception | None) -> None:
        self._gone = True
        self._intake.last = True
        while self._intake.behind and self.end is None:
            self._take()
        self.fail(lost(error, "the server closed the connection without a close frame"))
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)

    def _go_on(self) -> None:
        """Take what there is room for; while more than that has come the peer has to wait."""
        self._called = False
        if self._gone:
            return
        self._take()
        behind, full = self._intake.behind, self._intake.full
        if behind and not full:
            self._called = True
            self._loop.call_soon(self._go_on)
        if (behind or full) is not self._paused:
            self._paused = not self._paused
            (self._transport.pause_reading if self._paused else self._transport.resume_reading)()

    def _take(self) -> None:
        try:
            self._intake.take()
        except ProtocolError as error:
            large = not self._status and self._received > _HEAD_LIMIT
            self._break(TooLarge(f"headers of more than {_HEAD_LIMIT:,} bytes") if large else error)
        except TooLarge as error:
            self._break(error)
        except LocalProtocolError:
            self._intake.behind = False
            self.abort()  # more came after the end

    def _break(self, error: ClientError) -> None:
        self._intake.behind = False
        self.fail(error)
        self.abort()

    def _write(self, event: Event) -> None:
        self._put(self._protocol.send(event))

    def _put(self, data: bytes) -> None:
        # Straight into the socket, as long as nothing is waiting: a transport would send when all other
        # ready callbacks have run, and the time of other users would count as the server's.
        if self._sock is not None and not self._transport.get_write_buffer_size():
            with contextlib.suppress(OSError):  # would block, or broken: the transport finds out which
                data = data[self._sock.send(data) :]
        if data:
            self._transport.write(data)

    def _count(self, code: int) -> None:
        if self._saw is not None:
            self._saw(str(code))

    def _take_event(self, event: Event) -> None:
        if isinstance(event, TextMessage | BytesMessage):
            if self.end is None and not self.inbox.add(event):
                self._break(TooLarge(f"a message of more than {self.inbox.limit:,} bytes"))
        elif isinstance(event, Ping):
            if self._resumed is not None:  # of several the last may stand for all (RFC 6455, 5.5.3)
                self._pinged = event
            elif not self._closing:
                self._write(event.response())
        elif isinstance(event, Pong):
            if self.pongs and not (waiting := self.pongs.popleft()).done():
                waiting.set_result(None)
        elif isinstance(event, CloseConnection):
            self._take_close(event)
        elif isinstance(event, AcceptConnection):
            self.subprotocol = event.subprotocol
            self._answered(101)
        elif isinstance(event, RejectConnection):
            self._status = event.status_code
            if not event.has_body:
                self._answered(event.status_code)
        elif isinstance(event, RejectData):
            self._excerpt += event.data[: _EXCERPT - len(self._excerpt)]
            if event.body_finished or len(self._excerpt) >= _EXCERPT:
                self._answered(self._status)

    def _take_close(self, event: CloseConnection) -> None:
        if self._protocol.state is ConnectionState.OPEN:  # not the peer's: what wsproto would have us say
            self._write(event)
            self._break(ProtocolError(f"{event.reason or 'not a WebSocket frame'} (code {event.code})"))
            return
        if not self._closing:
            self._closing = True
            self._count(event.code)
            self._write(event.response())
        self.fail(WebSocketClosed(event.code, event.reason or ""))

    def _answered(self, status: int) -> None:
        self._status = status
        self._count(status)
        if self._opened is not None and not self._opened.done():
            self._opened.set_result(status)

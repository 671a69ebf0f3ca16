"""The half of a connection that asks: one request at a time, whose answer is awaited."""

from __future__ import annotations

import asyncio
import socket
from typing import ClassVar, cast

from suite.clients._parties import Waiter
from suite.clients._sending import Sending
from suite.clients.errors import ClientError, ConnectionBroken, ConnectionEnded, lost


class Asking(Sending):
    """A connection that takes one request at a time; once not `alive` it is of no more use.

    `limit` bounds one answer, in bytes. `sock` is None under TLS. A subclass gives what was received to
    the waiter, and `_size` is how much of the answer awaited is here.
    """

    __slots__ = ("_gone", "_limit", "_lost", "_size", "_sock", "_waiter", "alive")

    _awaited: ClassVar[str] = "an answer"

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket | None, limit: int) -> None:
        super().__init__(loop)
        self.alive = False
        self._sock = sock
        self._limit = limit
        self._size = 0
        self._waiter: Waiter | None = None
        self._gone = False
        self._lost: asyncio.Future[None] | None = None  # made when somebody waits for the end

    def ask(self, request: bytes, waiter: Waiter | None) -> None:
        """Send `request` and give the answer to `waiter`."""
        self._waiter = waiter
        broken = self.send_now(request, self._sock)
        if broken is not None:
            self._not_sent(broken)

    @property
    def answered(self) -> bool:
        """Whether something of the answer is here."""
        return self._size > 0

    def fail(self, error: ClientError) -> None:
        """Give up this connection; the answer awaited, if any, ends in `error`."""
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
        self.fail(ConnectionEnded(f"the session was closed while {self._awaited} was awaited"))
        if not self._gone:
            self._lost = self.loop.create_future()
            await self._lost

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.alive = True

    def eof_received(self) -> None:
        self.alive = False

    def connection_lost(self, error: Exception | None) -> None:
        self._gone = True
        whole = self._awaited.split()[-1]
        when = f"in the middle of its {whole}" if self._size else f"without {self._awaited}"
        self.fail(lost(error, f"the server closed the connection {when}", self._idleness()))
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)

    def _not_sent(self, error: OSError) -> None:
        self.fail(ConnectionBroken(f"sending failed: {error}{self._idleness()}"))

    def _idleness(self) -> str:
        """What explains the end of a connection that lay idle before the request under way."""
        return ""

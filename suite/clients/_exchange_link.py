"""One connection of any protocol: a request's bytes out, one answer in."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from suite.clients._sending import Sending
from suite.clients.errors import (
    ClientError,
    ConnectionBroken,
    ConnectionEnded,
    ProtocolError,
    TooLarge,
    lost,
)

Parse = Callable[[bytes], "tuple[Any, int] | int"]


class ExchangeLink(Sending):
    """A connection that takes one request at a time; once not `alive` it is of no more use.

    `parse` makes an answer of what was received; `limit` bounds one, in bytes. `sock` is None under TLS.
    """

    __slots__ = (
        "_gone",
        "_limit",
        "_lost",
        "_parse",
        "_pieces",
        "_size",
        "_sock",
        "_waiter",
        "_wanted",
        "alive",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, sock: socket.socket | None, limit: int, parse: Parse
    ) -> None:
        super().__init__(loop)
        self.alive = False
        self._sock = sock
        self._limit = limit
        self._parse = parse
        self._waiter: asyncio.Future[Any] | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._wanted = 1
        self._gone = False
        self._lost: asyncio.Future[None] | None = None

    def ask(self, request: bytes, waiter: asyncio.Future[Any]) -> None:
        """Send `request` and give the answer to `waiter`."""
        self._waiter = waiter
        broken = self.send_now(request, self._sock)
        if broken is not None:
            self.fail(ConnectionBroken(f"sending failed: {broken}"))

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
        self.fail(ConnectionEnded("the session was closed while an answer was awaited"))
        if not self._gone:
            self._lost = self.loop.create_future()
            await self._lost

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.alive = True

    def data_received(self, data: bytes) -> None:
        waiter = self._waiter
        if waiter is None:  # it answers nothing that was asked
            self.drop()
            return
        self._size += len(data)
        if self._size > self._limit:
            self.fail(TooLarge(f"an answer of more than {self._limit:,} bytes"))
            return
        if self._pieces:
            self._pieces.append(data)
        if self._size < self._wanted:
            self._pieces = self._pieces or [data]
            return
        whole = b"".join(self._pieces) if self._pieces else data
        try:
            found = self._parse(whole)
        except ClientError as error:
            self.fail(error)
            return
        except Exception as error:  # noqa: BLE001 - whatever the user's own code makes of bytes it does not know
            self.fail(ProtocolError(f"not understood: {type(error).__name__}: {error}"))
            return
        if isinstance(found, int):
            self._wanted = max(found, self._size + 1)
            self._pieces = [whole]
            return
        answer, used = found
        self._waiter = None
        self._pieces = []
        self._size, self._wanted = 0, 1
        if used != len(whole):
            self.drop()  # more than one answer to one request: what else comes answers nothing
        if not waiter.done():
            waiter.set_result(answer)

    def eof_received(self) -> None:
        self.alive = False

    def connection_lost(self, error: Exception | None) -> None:
        self._gone = True
        when = "in the middle of its answer" if self._size else "without an answer"
        self.fail(lost(error, f"the server closed the connection {when}"))
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)

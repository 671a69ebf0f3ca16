"""The half of a connection that sends: as fast as the peer takes it."""

from __future__ import annotations

import asyncio
import socket

from suite.clients._pieces import Pieces, each_of
from suite.clients._response import Response


class Sending(asyncio.Protocol):
    """What is sent by way of the transport, which keeps what the peer has not taken yet."""

    __slots__ = ("_resumed", "_spilled", "_transport", "loop")

    _transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._spilled = False  # whether the transport has had something to send
        self._resumed: asyncio.Future[None] | None = None  # made when the peer does not keep up

    async def stream(self, pieces: Pieces, waiter: asyncio.Future[Response]) -> None:
        """Send the rest of a request in chunks, as fast as the peer takes them; no more once it answers."""
        self._spilled = True
        async for piece in each_of(pieces):
            if waiter.done():
                self.drop()  # it waits for a rest that will not come
                return
            if piece:
                self._transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            if self._resumed is not None:
                await asyncio.wait((self._resumed, waiter), return_when=asyncio.FIRST_COMPLETED)
        self._transport.write(b"0\r\n\r\n")

    def send_now(self, request: bytes, sock: socket.socket | None) -> OSError | None:
        """Send `request` straight into the socket, what it does not take by way of the transport.

        A transport would send when all other ready callbacks have run, and the time of other users would
        count as the server's. `sock` is None under TLS. Why the connection is broken, if it is.
        """
        if sock is None:
            self._spilled = True
            self._transport.write(request)
            return None
        try:
            sent = sock.send(request)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            return error
        if sent != len(request):
            self._spilled = True
            self._transport.write(memoryview(request)[sent:])
        return None

    def send(self, data: bytes) -> None:
        """Send `data` without a waiter, for a pipe."""
        self._transport.write(data)

    @property
    def sending(self) -> bool:
        """Whether the peer has not yet taken all of the request."""
        return self._spilled and self._transport.get_write_buffer_size() > 0

    def drop(self) -> None:
        """Close at once; nobody hears of it."""
        raise NotImplementedError

    # What the transport calls.

    def pause_writing(self) -> None:
        self._resumed = self.loop.create_future()

    def resume_writing(self) -> None:
        resumed, self._resumed = self._resumed, None
        if resumed is not None and not resumed.done():
            resumed.set_result(None)

"""The upper layer of one association: PDUs out and in, phases, timeouts, how it ends (PS3.8)."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import cast

from suite.clients.dicom import pdu
from suite.clients.dicom.errors import AssociationAborted, AssociationRejected, PhaseTimeout
from suite.clients.dicom.store_request import UsualAnswer
from suite.clients.errors import ConnectionBroken, ConnectionEnded, ProtocolError

MAX_PDU = 16_384
"""What we take, in bytes: answers are short."""
_MOST_EMPTY = 64
"""Values without content in one command set: what has none never ends."""


class UpperLayer(asyncio.Protocol):
    """A connection with one request at a time on it, each within `timeout` seconds."""

    def __init__(self, timeout: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._parser = pdu.Parser(MAX_PDU)
        self._transport: asyncio.Transport
        self._socket: socket.socket
        self._plain = True
        self._queued = False
        self._waiter: asyncio.Future[object] | None = None
        self._phase = "connect"
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._end: Exception | None = None
        self._ended = self._loop.create_future()
        self._command = b""
        self._empty = 0  # values of it without content
        self._usual: UsualAnswer | None = None  # to the request under way, if it is known

    @property
    def closed(self) -> bool:
        """Whether this association is over; connect another one then."""
        return self._end is not None

    def abort(self) -> None:
        """End at once with A-ABORT."""
        self._fail(ConnectionEnded("we aborted the association"))

    def _check_free(self) -> None:
        if self._end is not None:
            raise ConnectionEnded(f"the association is over: {self._end}") from self._end
        if self._waiter is not None:
            raise RuntimeError("one request at a time: another one waits for its answer")

    async def _ask(self, phase: str, data: bytes | bytearray) -> object:
        waiter = self._begin(phase)
        self._send(data)
        try:
            return await waiter
        except asyncio.CancelledError:
            self._give_up(phase)
            raise
        finally:
            self._waiter = None

    def _begin(self, phase: str) -> asyncio.Future[object]:
        """What becomes the answer to what is sent now, unless that takes longer than is allowed."""
        self._check_free()
        self._phase, self._usual = phase, None
        self._waiter = waiter = self._loop.create_future()
        self._deadline = self._loop.time() + self._timeout
        if self._timer is None:  # one per association, moved only when it fires: a request costs none
            self._timer = self._loop.call_at(self._deadline, self._overdue)
        return waiter

    def _give_up(self, phase: str) -> None:
        """Nobody waits any more for the answer, which could come at any later time."""
        self._fail(ConnectionEnded(f"{phase} was given up"))

    def _send(self, data: bytes | bytearray) -> None:
        """Straight into the socket, as far as it takes it.

        A transport sends when all other ready callbacks have run; the time that other users take by then
        would count as the server's.
        """
        sent = 0
        if not self._unsent():
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                pass
            except OSError as error:
                self._fail(ConnectionBroken(f"sending failed: {error}"))
                return
        if sent < len(data):
            self._queued = True
            self._transport.write(memoryview(data)[sent:])

    def _unsent(self) -> bool:
        """Whether the transport has, or must be given, what is to be sent."""
        if self._queued and self._plain:
            self._queued = self._transport.get_write_buffer_size() > 0
        return self._queued

    def _overdue(self) -> None:
        self._timer = None
        if self._end is not None or self._waiter is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._overdue)
        else:
            self._fail(PhaseTimeout(self._phase, self._timeout))

    def _answered(self, context: int, command: bytes) -> None:
        """A whole command set came, when something was asked. Raises ProtocolError."""
        raise NotImplementedError

    def _give(self, answer: object) -> None:
        if self._waiter is None or self._waiter.done():
            raise ProtocolError("an answer to nothing")
        self._waiter.set_result(answer)

    def _fail(self, error: Exception) -> None:
        """End the association from our side because of `error`."""
        if self._end is None:
            self._finish(error)
            if self._transport.get_write_buffer_size():
                self._transport.abort()  # in the middle of a PDU an A-ABORT would be read as data
            else:
                self._transport.write(pdu.ABORT_REQUEST)
                self._transport.close()

    def _finish(self, error: Exception) -> None:
        """The association is over; whoever waits is told why."""
        if self._end is not None:
            return
        self._end, self._usual = error, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._plain = transport.get_extra_info("sslcontext") is None
        self._queued = not self._plain
        # A handle of our own, to send without the transport: see _send. It must be closed as well.
        self._socket = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        usual = self._usual
        if usual is not None and data == usual.buffer and not self._parser.pending:
            waiter, self._usual = self._waiter, None
            if waiter is not None and not waiter.done():
                waiter.set_result(usual.response)
                return
        if self._end is not None:
            return
        try:
            for kind, payload in self._parser.feed(data):
                if self._end is None:
                    self._received(kind, payload)
        except ProtocolError as error:
            self._fail(error)

    def connection_lost(self, error: Exception | None) -> None:
        if error is None:
            self._finish(ConnectionEnded("the peer closed the connection"))
        else:
            self._finish(ConnectionBroken(f"the connection broke: {error}"))
        self._socket.close()
        if not self._ended.done():
            self._ended.set_result(None)

    def _received(self, kind: int, payload: pdu.Payload) -> None:
        if kind == pdu.P_DATA:
            if not payload:
                raise ProtocolError("a P-DATA-TF without a value")
            self._usual = None
            for context, flags, fragment in pdu.values(payload):
                if not flags & 1:
                    raise ProtocolError("a dataset came along with a C-STORE response")
                self._command += fragment
                self._empty += not fragment
                if len(self._command) > MAX_PDU or self._empty > _MOST_EMPTY:
                    raise ProtocolError("a command set without end")
                if flags & 2:
                    command, self._command, self._empty = self._command, b"", 0
                    self._answered(context, command)
        elif kind == pdu.ASSOCIATE_AC and self._phase == "associate":
            self._give(pdu.parse_accept(bytes(payload)))
        elif kind == pdu.ASSOCIATE_RJ and self._phase == "associate":
            self._finish(AssociationRejected(*pdu.reasons(bytes(payload))))
            self._transport.close()
        elif kind == pdu.RELEASE_RP and self._phase == "release":
            self._give(None)
        elif kind == pdu.RELEASE_RQ:
            self._transport.write(pdu.RELEASE_RESPONSE)
            self._finish(ConnectionEnded("the peer released the association"))
            self._transport.close()
        elif kind == pdu.ABORT:
            self._finish(AssociationAborted(*pdu.reasons(bytes(payload))[1:]))
            self._transport.close()
        else:
            raise ProtocolError(f"a PDU of type {kind} is not expected while we {self._phase}")

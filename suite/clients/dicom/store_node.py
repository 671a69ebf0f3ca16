"""A DICOM node that takes C-STORE: the destination of a gateway under test, the ceiling of a sender."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Self, cast

from suite.clients.dicom import negotiation, pdu
from suite.clients.dicom.dimse import (
    C_ECHO_RQ,
    C_STORE_RQ,
    VERIFICATION,
    CommandSet,
    parse_command,
    response_to,
)
from suite.clients.dicom.errors import AssociationAborted
from suite.clients.dicom.negotiation import ACCEPTED, NO_SUCH_SOP_CLASS, NO_SUCH_SYNTAX, Agreed, Proposed
from suite.clients.errors import ProtocolError

LIMIT_EXCEEDED = (2, 3, 2)
"""A-ASSOCIATE-RJ of who comes when all associations are taken: transient, provider, local limit exceeded."""
_CALLED_NOT_RECOGNISED = (1, 1, 7)
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_UNRECOGNISED = (2, 1)
_ROOM = 1 << 18  # bytes that are read at once
_KEPT = 1 << 24  # bytes of a place that is used again
_MOST_COMMAND = 1 << 16  # bytes of a command set
_MOST_EMPTY = 64  # values without content in one message: what has none never ends


@dataclass(frozen=True, slots=True)
class ReceivedInstance:
    """An instance as it came: `dataset` is encoded as it was sent, in `transfer_syntax`."""

    sop_class: str
    uid: str
    transfer_syntax: str
    dataset: bytes
    calling: str


Handle = Callable[[ReceivedInstance], int | Awaitable[int | None] | None]
"""Gives the status to answer, None to leave it unanswered; raises AssociationAborted to abort so."""


class StoreNode:
    """Listens on the loopback's `port` (0: any free one) and calls `handle` for each C-STORE.

    Without one everything is answered Success and thrown away. C-ECHO is answered. `title` is who we are,
    "" answers to any; at most `associations` at once; `max_pdu` is the largest P-DATA we take;
    `syntaxes` are the transfer syntaxes we take, any if there are none; with `tls` it talks TLS. An instance
    of more than `limit` bytes ends its association. Use `async with`.
    """

    def __init__(
        self,
        handle: Handle | None = None,
        *,
        port: int = 0,
        title: str = "",
        associations: int = 1_000,
        max_pdu: int = 131_072,
        syntaxes: Collection[str] = (),
        tls: ssl.SSLContext | None = None,
        limit: int = 1 << 30,
    ) -> None:
        self.limit = limit
        self.handle = handle
        self.port = port
        self.title = title
        self.associations = associations
        self.max_pdu = max_pdu
        self.syntaxes = syntaxes
        self.tls = tls
        self.open: set[_Accepted] = set()
        self.received = 0
        """Instances that came, whatever was answered."""
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Accepted(self), "127.0.0.1", self.port, backlog=256, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for association in list(self.open):
            association.end()

    def agreed(self, context: Proposed) -> Agreed:
        """What is answered to a proposed context."""
        wanted = [one for one in context.syntaxes if not self.syntaxes or one in self.syntaxes]
        if not context.sop_class.startswith((_STORAGE, VERIFICATION)):
            return Agreed(NO_SUCH_SOP_CLASS, context.syntaxes[0])
        return Agreed(ACCEPTED, wanted[0]) if wanted else Agreed(NO_SUCH_SYNTAX, context.syntaxes[0])


class _Gathered:
    """Bytes that come in pieces, in a place that is kept: faulting in a new one costs more than a copy."""

    def __init__(self) -> None:
        self._place = memoryview(bytearray(_ROOM))
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def clear(self) -> None:
        """Begin anew; the place of something very large is given back."""
        self._size = 0
        if len(self._place) > _KEPT:
            self._place = memoryview(bytearray(_ROOM))

    def add(self, piece: pdu.Payload) -> None:
        """Append a piece."""
        begin, self._size = self._size, self._size + len(piece)
        if self._size > len(self._place):
            larger = memoryview(bytearray(2 * self._size))
            larger[:begin] = self._place[:begin]
            self._place = larger
        self._place[begin : self._size] = piece

    def whole(self) -> bytes:
        """All of it."""
        return bytes(self._place[: self._size])


class _Accepted(asyncio.BufferedProtocol):
    """One association that a peer asked for."""

    def __init__(self, node: StoreNode) -> None:
        self._node = node
        self._parser = pdu.Parser(node.max_pdu, _ROOM)
        self._transport: asyncio.Transport
        self._calling = ""
        self._syntaxes: dict[int, str] | None = None
        """Of the accepted contexts; None before there are any."""
        self._encoded = b""
        self._empty = 0
        self._waits = 0
        self._command: CommandSet | None = None
        self._dataset = _Gathered()
        self._answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        self._node.open.discard(self)
        if self._answering is not None:
            self._answering.cancel()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        return self._parser.space()

    def buffer_updated(self, nbytes: int) -> None:
        try:
            for kind, payload in self._parser.filled(nbytes):
                self._received(kind, payload)
        except ProtocolError:
            self._transport.write(negotiation.abort(*_UNRECOGNISED))
            self._transport.close()

    def pause_writing(self) -> None:
        """It does not read what we answer: then nor do we what it asks."""
        self._wait(1)

    def resume_writing(self) -> None:
        """It does again."""
        self._wait(-1)

    def _wait(self, more: int) -> None:
        self._waits += more
        if self._waits:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def end(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _received(self, kind: int, payload: pdu.Payload) -> None:
        if kind == pdu.P_DATA and self._syntaxes is not None:
            for context, flags, fragment in pdu.values(payload):
                self._fragment(context, flags, fragment)
        elif kind == pdu.ASSOCIATE_RQ and self._syntaxes is None:
            self._associate(bytes(payload))
        elif kind == pdu.RELEASE_RQ:
            self._node.open.discard(self)  # it may come again as soon as it is told
            self._transport.write(pdu.RELEASE_RESPONSE)
            self._transport.close()
        elif kind == pdu.ABORT:
            self._transport.close()
        else:
            raise ProtocolError(f"a PDU of type {kind} is not expected")

    def _associate(self, payload: bytes) -> None:
        request, node = negotiation.parse_request(payload), self._node
        if node.title and request.called != node.title:
            refusal = _CALLED_NOT_RECOGNISED
        elif len(node.open) >= node.associations:
            refusal = LIMIT_EXCEEDED
        else:
            node.open.add(self)
            results = {number: node.agreed(context) for number, context in request.contexts.items()}
            self._syntaxes = {
                number: result.syntax for number, result in results.items() if result.result == ACCEPTED
            }
            self._calling = request.calling
            self._transport.write(negotiation.accept(payload, results, node.max_pdu))
            return
        self._transport.write(negotiation.reject(*refusal))
        self._transport.close()

    def _fragment(self, context: int, flags: int, fragment: pdu.Payload) -> None:
        assert self._syntaxes is not None
        if context not in self._syntaxes:
            raise ProtocolError(f"presentation context {context} was not accepted")
        self._empty = 0 if fragment else self._empty + 1
        if self._empty > _MOST_EMPTY:
            raise ProtocolError("a message without end")
        if flags & 1:
            self._encoded += fragment
            if len(self._encoded) > _MOST_COMMAND:
                raise ProtocolError("a command set without end")
            if flags & 2:
                encoded, self._encoded = self._encoded, b""
                self._command = parse_command(encoded)
                self._dataset.clear()
                if not self._command.has_dataset:
                    self._message(context)
        elif self._command is None:
            raise ProtocolError("a dataset came without a command")
        else:
            if self._node.handle is not None:
                self._dataset.add(fragment)
                if len(self._dataset) > self._node.limit:
                    raise ProtocolError(f"an instance of more than {self._node.limit:,} bytes")
            if flags & 2:
                self._message(context)

    def _message(self, context: int) -> None:
        assert self._syntaxes is not None
        command, self._command = self._command, None
        assert command is not None
        if self._answering is not None and not self._answering.done():
            raise ProtocolError("a message came before the last one was answered")
        if command.field == C_ECHO_RQ:
            self._answer(context, command, 0)
            return
        if command.field != C_STORE_RQ:
            raise ProtocolError(f"a message 0x{command.field:04X} is not expected")
        node = self._node
        node.received += 1
        if node.handle is None:
            self._answer(context, command, 0)
            return
        instance = ReceivedInstance(
            command.sop_class, command.uid, self._syntaxes[context], self._dataset.whole(), self._calling
        )
        try:
            status: Any = node.handle(instance)
        except AssociationAborted as error:
            self._abort(error)
            return
        if isawaitable(status):
            self._wait(1)  # one at a time, as was agreed
            self._answering = asyncio.ensure_future(self._answer_later(context, command, status))
        else:
            self._answer(context, command, status)

    async def _answer_later(self, context: int, command: CommandSet, status: Awaitable[int | None]) -> None:
        try:
            self._answer(context, command, await status)
        except AssociationAborted as error:
            self._abort(error)
        finally:
            self._wait(-1)

    def _answer(self, context: int, command: CommandSet, status: int | None) -> None:
        if status is not None:
            answer = response_to(command, status)
            self._transport.write(pdu.p_data(context, answer, command=True, last=True))

    def _abort(self, error: AssociationAborted) -> None:
        self._transport.write(negotiation.abort(error.source, error.reason))
        self._transport.close()

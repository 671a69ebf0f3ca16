"""One association of a C-STORE SCU, as an asyncio protocol."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from typing import Self, cast

from suite.clients.dicom import pdu
from suite.clients.dicom.dimse import (
    StoreRequest,
    StoreResponse,
    fragment_size,
    fragments,
    parse_response,
    store_command,
)
from suite.clients.dicom.errors import (
    AssociationAborted,
    AssociationRejected,
    OutOfResources,
    PhaseTimeout,
    StoreFailed,
)
from suite.clients.errors import (
    ClientError,
    ConnectFailed,
    ConnectionBroken,
    ConnectionEnded,
    ProtocolError,
)
from suite.contract.user import current_user
from suite.data.ct import Template

_MAX_PDU = 16_384  # what we take: answers are short
_WARNINGS = frozenset((0x0001, 0x0107, 0x0116))


class Association(asyncio.Protocol):
    """An established association. Make one with `await Association.connect(...)`.

    One request at a time, as peers grant (an asynchronous operations window is not proposed). A request
    that was cancelled or timed out ends the association, since its answer could come at any later time;
    `closed` says so. Statuses are counted for the User in whose task it was connected.
    """

    def __init__(self, timeout: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._parser = pdu.Parser(_MAX_PDU)
        self._transport: asyncio.Transport
        self._socket: socket.socket
        self._waiter: asyncio.Future[object] | None = None
        self._phase = "connect"
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._end: Exception | None = None
        self._ended = self._loop.create_future()
        self._message_id = 0
        self._command = b""
        self._contexts: dict[str, int] = {}
        self._prepared: StoreRequest | None = None
        user = current_user.get()
        self._saw: Callable[[str], None] | None = user.saw if user is not None else None
        self.max_pdu = 0
        """Largest P-DATA that the peer takes, in bytes; 0 if it sets no limit."""

    @classmethod
    async def connect(
        cls,
        host: str,
        port: int,
        *,
        instances: Template | None = None,
        contexts: Sequence[tuple[str, str]] = (),
        called: str = "ANY-SCP",
        calling: str = "LOADLEDGER",
        timeout: float = 30.0,
    ) -> Self:
        """Connect and associate.

        `instances` is the template of what `store` sends; `contexts` are further (SOP class, transfer
        syntax) for `send`. `timeout`, in seconds, bounds each phase by itself. Raises ConnectFailed,
        PhaseTimeout, AssociationRejected, AssociationAborted, ConnectionEnded, ConnectionBroken, or
        ProtocolError, also if the peer does not accept the template's context.
        """
        wanted = [pdu.Context(*context) for context in contexts]
        if instances is not None:
            wanted.insert(0, pdu.Context(instances.sop_class, instances.transfer_syntax))
        request = pdu.associate_request(wanted, called=called, calling=calling, max_pdu=_MAX_PDU)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, self = await loop.create_connection(lambda: cls(timeout), host, port)
        except TimeoutError as error:
            raise PhaseTimeout("connect", timeout) from error
        except OSError as error:
            raise ConnectFailed(f"can't connect to {host}:{port}: {error}") from error
        try:
            accepted = await self._ask("associate", request)
            assert isinstance(accepted, pdu.AssociationAccepted)
            self._prepare(accepted, wanted, instances)
        except (ClientError, AssociationRejected) as error:
            self._fail(error)
            await self._ended
            raise
        return self

    @property
    def closed(self) -> bool:
        """Whether this association is over; connect another one then."""
        return self._end is not None

    async def store(self, uid: str) -> int:
        """C-STORE the template's instance `uid`; its status: 0x0000, or a warning (0xBxxx and others).

        Raises OutOfResources for 0xA7xx, StoreFailed for other failures, ConnectionEnded,
        ConnectionBroken, AssociationAborted, PhaseTimeout, or ProtocolError, and ValueError for a UID of
        another width.
        """
        request = self._prepared
        if request is None:
            raise ValueError("connect with instances=, or use send()")
        self._check_free()
        if self._transport.get_write_buffer_size():
            # The peer answered before it had read all: its bytes must not change under way.
            request.buffer = bytearray(request.buffer)
        self._message_id = self._message_id % 0xFFFF + 1
        request.patch(self._message_id, uid)
        return self._judge(await self._ask("store", request.buffer))

    async def send(self, sop_class: str, uid: str, dataset: bytes) -> int:
        """C-STORE any encoded `dataset` in the transfer syntax of its context; as `store`, encoded anew."""
        context_id = self._contexts.get(sop_class)
        if context_id is None:
            raise ProtocolError(f"the peer accepted no presentation context for {sop_class}")
        self._check_free()
        size = fragment_size(self.max_pdu)
        self._message_id = self._message_id % 0xFFFF + 1
        command = store_command(sop_class, uid, self._message_id)
        parts = fragments(context_id, command, size, command=True)
        parts += fragments(context_id, dataset, size, command=False)
        return self._judge(await self._ask("store", b"".join(parts)))

    async def release(self) -> None:
        """End politely. An association that is over already, or a peer that just closes, is fine."""
        if self._end is None:
            try:
                await self._ask("release", pdu.RELEASE_REQUEST)
            except ConnectionEnded:
                pass
            else:
                self._finish(ConnectionEnded("the association was released"))
                self._transport.close()
        await self._ended

    def abort(self) -> None:
        """End at once with A-ABORT."""
        self._fail(ConnectionEnded("we aborted the association"))

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        # A handle of our own, to send without the transport: see _send. It must be closed as well.
        self._socket = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        if self._end is not None:
            return
        try:
            for kind, payload in self._parser.feed(data):
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

    # Our own

    def _check_free(self) -> None:
        if self._end is not None:
            raise ConnectionEnded(f"the association is over: {self._end}") from self._end
        if self._waiter is not None:
            raise RuntimeError("one request at a time: another one waits for its answer")

    async def _ask(self, phase: str, data: bytes | bytearray) -> object:
        self._check_free()
        self._phase = phase
        self._waiter = waiter = self._loop.create_future()
        self._watch()
        self._send(data)
        try:
            return await waiter
        except asyncio.CancelledError:
            self._fail(ConnectionEnded(f"{phase} was given up"))
            raise
        finally:
            self._waiter = None

    def _send(self, data: bytes | bytearray) -> None:
        """Straight into the socket, as far as it takes it.

        A transport sends when all other ready callbacks have run; the time that other users take by then
        would count as the server's.
        """
        sent = 0
        if not self._transport.get_write_buffer_size():
            try:
                sent = self._socket.send(data)
            except BlockingIOError:
                pass
            except OSError as error:
                self._fail(ConnectionBroken(f"sending failed: {error}"))
                return
        if sent < len(data):
            self._transport.write(memoryview(data)[sent:])

    def _watch(self) -> None:
        """One timer per association, moved only when it fires: a request costs none."""
        self._deadline = self._loop.time() + self._timeout
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._overdue)

    def _overdue(self) -> None:
        self._timer = None
        if self._end is not None or self._waiter is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._overdue)
        else:
            self._fail(PhaseTimeout(self._phase, self._timeout))

    def _received(self, kind: int, payload: bytes) -> None:
        if kind == pdu.P_DATA:
            for _, flags, fragment in pdu.values(payload):
                if not flags & 1:
                    raise ProtocolError("a dataset came along with a C-STORE response")
                self._command += fragment
                if len(self._command) > _MAX_PDU:
                    raise ProtocolError("a command set without end")
                if flags & 2:
                    command, self._command = self._command, b""
                    self._answered(parse_response(command))
        elif kind == pdu.ASSOCIATE_AC and self._phase == "associate":
            self._give(pdu.parse_accept(payload))
        elif kind == pdu.ASSOCIATE_RJ and self._phase == "associate":
            self._finish(AssociationRejected(*pdu.reasons(payload)))
            self._transport.close()
        elif kind == pdu.RELEASE_RP and self._phase == "release":
            self._give(None)
        elif kind == pdu.RELEASE_RQ:
            self._transport.write(pdu.RELEASE_RESPONSE)
            self._finish(ConnectionEnded("the peer released the association"))
            self._transport.close()
        elif kind == pdu.ABORT:
            self._finish(AssociationAborted(*pdu.reasons(payload)[1:]))
            self._transport.close()
        else:
            raise ProtocolError(f"a PDU of type {kind} is not expected while we {self._phase}")

    def _answered(self, response: StoreResponse) -> None:
        if self._phase != "store" or response.message_id != self._message_id:
            raise ProtocolError(f"an answer to message {response.message_id}, which was not asked")
        if self._saw is not None:
            self._saw(f"0x{response.status:04X}")
        self._give(response)

    def _give(self, answer: object) -> None:
        if self._waiter is None or self._waiter.done():
            raise ProtocolError("an answer to nothing")
        self._waiter.set_result(answer)

    def _judge(self, response: object) -> int:
        assert isinstance(response, StoreResponse)
        status = response.status
        if status == 0 or status >> 12 == 0xB or status in _WARNINGS:
            return status
        if status >> 8 == 0xA7:
            raise OutOfResources(status, response.comment)
        raise StoreFailed(status, response.comment)

    def _prepare(
        self, accepted: pdu.AssociationAccepted, wanted: Sequence[pdu.Context], instances: Template | None
    ) -> None:
        self.max_pdu = accepted.max_pdu
        for i, context in enumerate(wanted):
            if accepted.results.get(2 * i + 1) == 0:
                self._contexts.setdefault(context.sop_class, 2 * i + 1)
        if instances is None:
            return
        if accepted.results.get(1) != 0:
            raise ProtocolError(
                f"the peer does not accept {instances.sop_class} in {instances.transfer_syntax} "
                f"(result {accepted.results.get(1)})"
            )
        start, end = instances.uid_offset, instances.uid_offset + instances.uid_width
        uid = instances.dataset[start:end].decode("ascii")
        self._prepared = StoreRequest(1, instances.sop_class, uid, instances.dataset, start, self.max_pdu)

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
        self._end = error
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

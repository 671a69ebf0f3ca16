"""One association of a C-STORE SCU: what is asked, and what the answers mean."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Self

from suite.clients.dicom import pdu
from suite.clients.dicom.dimse import (
    C_ECHO_RSP,
    C_STORE_RSP,
    VERIFICATION,
    DimseResponse,
    echo_command,
    fragment_size,
    fragments,
    parse_response,
    store_command,
)
from suite.clients.dicom.errors import (
    AssociationRejected,
    ContextRefused,
    OutOfResources,
    PhaseTimeout,
    StoreFailed,
)
from suite.clients.dicom.store_request import StoreRequest, UsualAnswer
from suite.clients.dicom.upper_layer import MAX_PDU, UpperLayer
from suite.clients.errors import ClientError, ConnectFailed, ConnectionEnded, ProtocolError, TlsFailed
from suite.contract.user import current_user
from suite.data.ct import Template

_ASKED = {"store": C_STORE_RSP, "echo": C_ECHO_RSP}
_WARNINGS = frozenset((0x0001, 0x0107, 0x0116))
_written = lru_cache(maxsize=64)("0x{:04X}".format)


class Association(UpperLayer):
    """An established association. Make one with `await Association.connect(...)`.

    One request at a time, as peers grant (an asynchronous operations window is not proposed). A request
    that was cancelled or timed out ends the association, since its answer could come at any later time;
    `closed` says so. Statuses are counted for the User in whose task it was connected.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout)
        self._message_id = 0
        self._contexts: dict[tuple[str, str], int] = {}
        self._prepared: list[StoreRequest | ContextRefused] = []
        self._under_way: tuple[StoreRequest, str] | None = None
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
        instances: Template | Sequence[Template] | None = None,
        contexts: Sequence[tuple[str, str]] = (),
        called: str = "ANY-SCP",
        calling: str = "LOADLEDGER",
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> Self:
        """Connect and associate.

        `instances` is the template of what `store` sends, or several; `contexts` are further (SOP class,
        transfer syntax) for `send`. `timeout`, in seconds, bounds each phase by itself. `tls` is for a peer
        that talks TLS; it costs a copy of each instance. Raises ConnectFailed, TlsFailed,
        PhaseTimeout, AssociationRejected, AssociationAborted, ConnectionEnded, ConnectionBroken,
        ProtocolError, or ContextRefused if the peer accepts the context of no template.
        """
        templates = [instances] if isinstance(instances, Template) else list(instances or ())
        needed = [pdu.Context(one.sop_class, one.transfer_syntax) for one in templates]
        wanted = list(dict.fromkeys([*needed, *(pdu.Context(*context) for context in contexts)]))
        request = pdu.associate_request(wanted, called=called, calling=calling, max_pdu=MAX_PDU)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, self = await loop.create_connection(
                    lambda: cls(timeout),
                    host,
                    port,
                    ssl=tls,
                    ssl_shutdown_timeout=None if tls is None else timeout,
                )
        except TimeoutError as error:
            raise PhaseTimeout("connect", timeout) from error
        except ssl.SSLError as error:
            raise TlsFailed(f"can't agree on TLS with {host}:{port}: {error}") from error
        except OSError as error:
            raise ConnectFailed(f"can't connect to {host}:{port}: {error}") from error
        try:
            accepted = await self._ask("associate", request)
            assert isinstance(accepted, pdu.AssociationAccepted)
            self._prepare(accepted, wanted, templates)
        except (ClientError, AssociationRejected) as error:
            self._fail(error)
            await self._ended
            raise
        return self

    async def store(self, uid: str, which: int = 0) -> int:
        """C-STORE instance `uid` of template `which`; its status: 0x0000, or a warning (0xBxxx and others).

        Raises OutOfResources for 0xA7xx, StoreFailed for other failures, ConnectionEnded,
        ConnectionBroken, AssociationAborted, PhaseTimeout, ProtocolError, or ContextRefused for a template
        that the peer does not take, and ValueError for a UID of another width.
        """
        if not self._prepared:
            raise ValueError("connect with instances=, or use send()")
        request = self._prepared[which]
        waiter = self._begin("store")
        try:
            if isinstance(request, ContextRefused):
                raise request
            if self._queued and self._unsent():
                # The peer answered before it had read all: its bytes must not change under way.
                request.buffer = bytearray(request.buffer)
            self._message_id = number = self._message_id % 0xFFFF + 1
            request.patch(number, uid)
            self._under_way, self._usual = (request, uid), request.success
            self._send(request.buffer)
            return self._judge(await waiter)
        except asyncio.CancelledError:
            self._give_up("store")
            raise
        finally:
            self._waiter = None

    async def send(self, sop_class: str, uid: str, dataset: bytes, syntax: str = "") -> int:
        """C-STORE any `dataset`, encoded in transfer `syntax` ("": that of the SOP class's first context).

        As `store`, but all of it is encoded anew.
        """
        context_id = self._context(sop_class, syntax)
        self._check_free()
        size = fragment_size(self.max_pdu)
        self._message_id = self._message_id % 0xFFFF + 1
        command = store_command(sop_class, uid, self._message_id)
        parts = fragments(context_id, command, size, command=True)
        parts += fragments(context_id, dataset, size, command=False)
        self._under_way = None
        return self._judge(await self._ask("store", b"".join(parts)))

    async def echo(self) -> int:
        """C-ECHO, in the context of the Verification SOP class; its status. Raises as `store` does."""
        context_id = self._context(VERIFICATION, "")
        self._check_free()
        self._message_id = self._message_id % 0xFFFF + 1
        command = echo_command(self._message_id)
        return self._judge(await self._ask("echo", pdu.p_data(context_id, command, command=True, last=True)))

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

    def _answered(self, context: int, command: bytes) -> None:
        response = parse_response(command)
        asked = _ASKED.get(self._phase)
        if response.field != asked or response.message_id != self._message_id:
            raise ProtocolError(f"an answer to message {response.message_id}, which was not asked")
        if self._under_way is not None and asked == C_STORE_RSP and response.status == 0:
            request, uid = self._under_way
            request.success = request.success or UsualAnswer(context, command, uid, response)
        self._give(response)

    def _context(self, sop_class: str, syntax: str) -> int:
        for (known, its_syntax), number in self._contexts.items():
            if known == sop_class and syntax in ("", its_syntax):
                return number
        raise ContextRefused(sop_class, syntax)

    def _judge(self, response: object) -> int:
        assert isinstance(response, DimseResponse)
        status = response.status
        if self._saw is not None:
            self._saw(_written(status))
        if status == 0 or status >> 12 == 0xB or status in _WARNINGS:
            return status
        if status >> 8 == 0xA7:
            raise OutOfResources(status, response.comment)
        raise StoreFailed(status, response.comment)

    def _prepare(
        self,
        accepted: pdu.AssociationAccepted,
        wanted: Sequence[pdu.Context],
        templates: Sequence[Template],
    ) -> None:
        self.max_pdu = accepted.max_pdu
        results = {context: accepted.results.get(2 * i + 1) for i, context in enumerate(wanted)}
        self._contexts = {context: 2 * i + 1 for i, context in enumerate(wanted) if results[context] == 0}
        for one in templates:
            context = pdu.Context(one.sop_class, one.transfer_syntax)
            number = self._contexts.get(context)
            if number is None:
                self._prepared.append(ContextRefused(*context, results[context]))
                continue
            start, end = one.uid_offset, one.uid_offset + one.uid_width
            uid = one.dataset[start:end].decode("ascii")
            self._prepared.append(StoreRequest(number, one.sop_class, uid, one.dataset, start, self.max_pdu))
        refused = [one for one in self._prepared if isinstance(one, ContextRefused)]
        if refused and len(refused) == len(templates):
            raise refused[0]

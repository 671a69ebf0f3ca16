"""Peers of the C-STORE client: pynetdicom's SCP, and one that says what it is told to say."""

from __future__ import annotations

import asyncio
import hashlib
import struct

import uvloop
from pynetdicom import AE, evt

from suite.clients.dicom import Association, pdu
from suite.clients.dicom.dimse import _ELEMENT, _number, _text
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, ct

SMALL = ct(4_000)


def digest(data: bytes) -> str:
    """Compared in place of the data, of which a failing test would print and compare millions of bytes."""
    return hashlib.sha256(data).hexdigest()


class Scp:
    """A pynetdicom SCP that keeps what it gets and answers `status`."""

    def __init__(self, max_pdu: int, status: int = 0x0000) -> None:
        self.got: dict[str, bytes] = {}
        entity = AE(ae_title="SCP")
        entity.maximum_pdu_size = max_pdu
        entity.add_supported_context(CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN)

        def keep(event):
            self.got[str(event.request.AffectedSOPInstanceUID)] = event.request.DataSet.getvalue()
            return status

        self.server = entity.start_server(
            ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)]
        )
        self.port = self.server.server_address[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()


def accept(result: int = 0) -> bytes:
    body = (
        struct.pack(">HH", 1, 0)
        + bytes(64)
        + pdu.item(0x10, pdu.APPLICATION_CONTEXT.encode())
        + pdu.item(0x21, bytes((1, 0, result, 0)) + pdu.item(0x40, EXPLICIT_LITTLE_ENDIAN.encode()))
        + pdu.item(0x50, pdu.item(0x51, struct.pack(">I", 16_384)))
    )
    return struct.pack(">BxI", 2, len(body)) + body


ACCEPT = accept()


def response(message_id: int, status: int, comment: str = "") -> bytes:
    elements = (
        _number(0x0100, 0x8001)
        + _number(0x0120, message_id)
        + _number(0x0800, 0x0101)
        + _number(0x0900, status)
        + (_text(0x0902, comment) if comment else b"")
    )
    command = _ELEMENT.pack(0, 0, 4) + struct.pack("<I", len(elements)) + elements
    return pdu.p_data(1, command, command=True, last=True)


async def request(reader: asyncio.StreamReader) -> None:
    """Read one PDU: the association request."""
    head = await reader.readexactly(6)
    await reader.readexactly(int.from_bytes(head[2:], "big"))


async def message(reader: asyncio.StreamReader) -> None:
    """Read PDUs until a C-STORE request is complete."""
    while True:
        head = await reader.readexactly(6)
        body = await reader.readexactly(int.from_bytes(head[2:], "big"))
        if any(flags == 2 for _, flags, _ in pdu.values(body)):
            return


def against(talk, client, *, timeout=30.0, runner=uvloop.run):
    """Run `client(association)` against a peer that runs `talk(reader, writer)`; the client's result."""

    async def main():
        async def serve(reader, writer):
            try:
                await talk(reader, writer)
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            association = await Association.connect("127.0.0.1", port, instances=SMALL, timeout=timeout)
            return await client(association)
        finally:
            server.close()
            await server.wait_closed()

    return runner(main())


def accepting(*answers: bytes, hold: float = 0.0):
    """A peer that accepts, answers the nth store with the nth of `answers`, and leaves after `hold` s."""

    async def talk(reader, writer):
        await request(reader)
        writer.write(ACCEPT)
        for answer in answers:
            await message(reader)
            writer.write(answer)
        await writer.drain()
        if hold:
            await asyncio.sleep(hold)

    return talk


async def one_store(association):
    return await association.store(SMALL.uid(0, 1))

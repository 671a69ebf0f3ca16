"""The C-STORE client against pynetdicom, and against peers that misbehave in every way."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
from collections import Counter

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from pynetdicom import AE, evt

from suite import Rejected, User
from suite.clients.dicom import (
    Association,
    AssociationAborted,
    AssociationRejected,
    OutOfResources,
    PhaseTimeout,
    StoreFailed,
    pdu,
)
from suite.clients.dicom.dimse import _ELEMENT, _number, _text
from suite.clients.errors import (
    ClientError,
    ConnectFailed,
    ConnectionBroken,
    ConnectionEnded,
    ProtocolError,
)
from suite.contract.user import current_user
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, ct

SMALL = ct(4_000)
RUNNERS = [asyncio.run, uvloop.run]


def digest(data: bytes) -> str:
    """Compared in place of the data, of which a failing test would print and compare millions of bytes."""
    return hashlib.sha256(data).hexdigest()


# A real peer


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


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("max_pdu", [0, 64, 1_000, 16_382, 131_072])
def test_a_real_scp_gets_every_byte(runner, max_pdu):
    template = ct(4_000) if max_pdu == 64 else ct(40_000)

    async def main(port):
        association = await Association.connect("127.0.0.1", port, instances=template, timeout=30)
        assert association.max_pdu == max_pdu
        statuses = [await association.store(template.uid(1, n)) for n in range(3)]
        await association.release()
        return statuses

    with Scp(max_pdu) as scp:
        assert runner(main(scp.port)) == [0, 0, 0]
    uids = [template.uid(1, n) for n in range(3)]
    assert {uid: digest(data) for uid, data in scp.got.items()} == {
        uid: digest(template.instance(uid)) for uid in uids
    }


def test_send_takes_any_dataset_of_an_accepted_context():
    async def main(port):
        association = await Association.connect(
            "127.0.0.1", port, contexts=[(CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN)], timeout=10
        )
        assert await association.send(CT_IMAGE_STORAGE, "1.2.3", SMALL.dataset) == 0
        with pytest.raises(ProtocolError, match="no presentation context"):
            await association.send("1.2.840.10008.5.1.4.1.1.4", "1.2.3", SMALL.dataset)
        with pytest.raises(ValueError, match="instances="):
            await association.store("1.2.3")
        await association.release()

    with Scp(16_384) as scp:
        uvloop.run(main(scp.port))
    assert scp.got == {"1.2.3": SMALL.dataset}


# Scripted peers


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


@pytest.mark.parametrize(
    ("codes", "transient", "text"),
    [((1, 1, 7), False, "called AE title not recognised"), ((2, 3, 2), True, "local limit exceeded")],
)
def test_a_refused_association_is_a_rejection_with_its_codes(codes, transient, text):
    async def talk(reader, writer):
        await request(reader)
        writer.write(b"\x03\x00\x00\x00\x00\x04\x00" + bytes(codes))

    with pytest.raises(AssociationRejected, match=text) as caught:
        against(talk, one_store)
    assert (caught.value.result, caught.value.source, caught.value.reason) == codes
    assert caught.value.transient is transient
    assert isinstance(caught.value, Rejected)
    assert caught.value.cause == ("association-limit" if codes == (2, 3, 2) else "association-rejected")


def test_pynetdicom_refuses_an_association_beyond_its_limit():
    async def main(port):
        first = await Association.connect("127.0.0.1", port, instances=SMALL, timeout=30)
        with pytest.raises(AssociationRejected) as caught:
            await Association.connect("127.0.0.1", port, instances=SMALL, timeout=30)
        await first.release()
        return caught.value

    with Scp(16_384) as scp:
        scp.server.ae.maximum_associations = 1
        error = uvloop.run(main(scp.port))
    assert (error.result, error.source, error.reason) == (2, 3, 2)


@pytest.mark.parametrize(
    ("status", "kind"), [(0xA700, OutOfResources), (0xA7FF, OutOfResources), (0xC211, StoreFailed)]
)
def test_a_failure_status_becomes_its_error_and_the_association_goes_on(status, kind):
    async def client(association):
        with pytest.raises(kind, match=f"0x{status:04X}: full up") as caught:
            await one_store(association)
        assert caught.value.status == status
        assert await one_store(association) == 0

    against(accepting(response(1, status, "full up"), response(2, 0), hold=0.2), client)
    assert issubclass(OutOfResources, Rejected)
    assert not issubclass(StoreFailed, Rejected)


def test_a_warning_is_returned():
    assert against(accepting(response(1, 0xB000)), one_store) == 0xB000


def test_statuses_are_counted_for_the_user_that_connected():
    class Someone(User):
        pass

    user = Someone()
    user._statuses, user._operation = Counter(), "store"

    async def client(association):
        await one_store(association)
        with pytest.raises(OutOfResources):
            await one_store(association)

    token = current_user.set(user)
    try:
        against(accepting(response(1, 0), response(2, 0xA700)), client)
    finally:
        current_user.reset(token)
    assert user._statuses == {("store", "0x0000"): 1, ("store", "0xA700"): 1}


def test_a_response_may_come_byte_by_byte():
    async def talk(reader, writer):
        await request(reader)
        for answer in (ACCEPT, response(1, 0)):
            for byte in answer:
                writer.write(bytes([byte]))
                await writer.drain()
            if answer is ACCEPT:
                await message(reader)

    assert against(talk, one_store) == 0


def test_an_abort_ends_the_association():
    async def client(association):
        with pytest.raises(AssociationAborted, match="unexpected PDU") as caught:
            await one_store(association)
        assert (caught.value.source, caught.value.reason) == (2, 2)
        assert association.closed
        with pytest.raises(ConnectionEnded, match="aborted"):
            await one_store(association)
        await association.release()

    against(accepting(b"\x07\x00\x00\x00\x00\x04\x00\x00\x02\x02"), client)


def test_a_release_by_the_peer_is_answered():
    answer = []

    async def talk(reader, writer):
        await request(reader)
        writer.write(ACCEPT)
        await message(reader)
        writer.write(pdu.RELEASE_REQUEST)
        answer.append(await reader.readexactly(10))

    with pytest.raises(ConnectionEnded, match="peer released"):
        against(talk, one_store)
    assert answer == [pdu.RELEASE_RESPONSE]


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_peer_that_closes_is_a_connection_that_ended(runner):
    with pytest.raises(ConnectionEnded, match="closed"):
        against(accepting(b""), one_store, runner=runner)


def test_a_peer_that_closes_before_it_accepts():
    async def talk(reader, writer):
        await request(reader)

    with pytest.raises(ClientError):
        against(talk, one_store)


def test_a_reset_is_a_connection_that_broke():
    async def talk(reader, writer):
        await request(reader)
        writer.write(ACCEPT)
        await message(reader)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with pytest.raises(ConnectionBroken):
        against(talk, one_store)


def test_a_silent_peer_runs_into_the_time_out_of_its_phase():
    async def silent(reader, writer):
        await reader.read()

    with pytest.raises(PhaseTimeout, match="associate") as caught:
        against(silent, one_store, timeout=0.1)
    assert isinstance(caught.value, TimeoutError)

    async def client(association):
        with pytest.raises(PhaseTimeout) as caught:
            await one_store(association)
        assert caught.value.phase == "store"
        assert association.closed

    against(accepting(hold=1.0), client, timeout=0.1)


def test_nobody_listening_is_a_failed_connect():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectFailed, match=str(port)):
        uvloop.run(Association.connect("127.0.0.1", port, instances=SMALL))


def test_a_context_that_is_not_accepted_is_an_error():
    async def talk(reader, writer):
        await request(reader)
        writer.write(accept(result=3))
        await reader.read()

    with pytest.raises(ProtocolError, match="does not accept"):
        against(talk, one_store)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        response(99, 0),
        response(1, 0) + response(1, 0),
        pdu.p_data(1, b"data", command=False, last=True),
        ACCEPT,
        b"\x04\x00\x00\x00\x00\x06\x00\x00\x00\xff\x01\x03",
    ],
    ids=["http", "wrong id", "twice", "dataset", "accept again", "bad value"],
)
def test_what_is_no_answer_is_a_protocol_error(answer):
    async def client(association):
        async def two_stores():  # the first one may have its answer before the rest arrives
            await one_store(association)
            await one_store(association)

        with pytest.raises((ProtocolError, ConnectionEnded), match=r"PDU|asked|nothing|dataset|value"):
            await two_stores()
        assert association.closed

    against(accepting(answer, hold=0.2), client)


def test_a_cancelled_store_ends_the_association():
    async def client(association):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await one_store(association)
        assert association.closed
        with pytest.raises(ConnectionEnded, match="given up"):
            await one_store(association)

    against(accepting(hold=0.3), client)


def test_a_second_request_meanwhile_is_refused():
    async def client(association):
        first = asyncio.create_task(one_store(association))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one request at a time"):
            await one_store(association)
        assert await first == 0

    against(accepting(response(1, 0), hold=0.1), client)


def test_an_early_answer_leaves_the_bytes_under_way_alone():
    """A peer that answers before it has read a large instance still gets that instance unharmed."""
    template = ct(8_000_000)
    seen = []

    async def talk(reader, writer):
        await request(reader)
        writer.write(ACCEPT)
        for answer in (response(1, 0xA700), response(2, 0)):
            data, flags = b"", 0
            while flags != 2:
                head = await reader.readexactly(6)
                body = await reader.readexactly(int.from_bytes(head[2:], "big"))
                ((_, flags, fragment),) = pdu.values(body)
                if flags & 1:
                    writer.write(answer)
                    await asyncio.sleep(0.1)  # the client has its answer while most is still to be sent
                else:
                    data += fragment
            seen.append(data)
        writer.close()

    async def main():
        server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 20)
        port = server.sockets[0].getsockname()[1]
        association = await Association.connect("127.0.0.1", port, instances=template)
        statuses = []
        for number in (1, 2):
            try:
                statuses.append(await association.store(template.uid(0, number)))
            except OutOfResources as error:
                statuses.append(error.status)
        while len(seen) < 2:
            await asyncio.sleep(0.01)
        association.abort()
        await association.release()
        server.close()
        await server.wait_closed()
        return statuses

    assert uvloop.run(main()) == [0xA700, 0]
    sent = [template.instance(template.uid(0, 1)), template.instance(template.uid(0, 2))]
    assert [digest(data) for data in seen] == [digest(data) for data in sent]


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=120), st.booleans())
def test_whatever_a_peer_says_becomes_one_clear_error(said, before):
    async def talk(reader, writer):
        await request(reader)
        writer.write(said if before else ACCEPT)
        if not before:
            await message(reader)
            writer.write(said)

    with pytest.raises((ClientError, Rejected)):
        against(talk, one_store, timeout=2.0)

"""How an association ends: refused, aborted, cut, given up, in nonsense; each with an error of its own."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from support.dicom_peers import (
    ACCEPT,
    SMALL,
    Scp,
    accept,
    accepting,
    against,
    message,
    one_store,
    request,
    response,
)

from suite import Rejected
from suite.clients.dicom import (
    Association,
    AssociationAborted,
    AssociationRejected,
    PhaseTimeout,
    pdu,
)
from suite.clients.errors import (
    ClientError,
    ConnectFailed,
    ConnectionBroken,
    ConnectionEnded,
    ProtocolError,
)

RUNNERS = [asyncio.run, uvloop.run]


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

"""The node that takes C-STORE, asked by peers that talk nonsense, too much or too early."""

import asyncio
import contextlib
import socket
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.dicom_node import node_in_a_thread

from suite.clients.dicom import pdu
from suite.clients.dicom.dimse import VERIFICATION, echo_command, store_command
from suite.data.ct import CT_IMAGE_STORAGE

IMPLICIT = "1.2.840.10008.1.2"
REQUEST = pdu.associate_request(
    [pdu.Context(CT_IMAGE_STORAGE, IMPLICIT)], called="A", calling="B", max_pdu=16_384
)


@pytest.fixture(scope="module")
def port():
    """Of a node that runs in a thread."""
    with node_in_a_thread(lambda _: 0) as node:
        yield node.port


def said(port, *messages):
    """All that the node answers until it closes."""
    with socket.create_connection(("127.0.0.1", port), 30) as peer:
        answer = b""
        with contextlib.suppress(OSError):  # it has heard enough
            for message in messages:
                peer.sendall(message)
            peer.shutdown(socket.SHUT_WR)
            while data := peer.recv(65_536):
                answer += data
    return answer


@pytest.mark.parametrize(
    "message",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        pdu.p_data(1, b"before there is an association", command=False, last=True),
        REQUEST + REQUEST,
        REQUEST + pdu.p_data(3, store_command("1.2", "1.2.3", 1), command=True, last=True),
        REQUEST + pdu.p_data(1, b"no command", command=False, last=True),
        REQUEST + pdu.p_data(1, b"nonsense", command=True, last=True),
        REQUEST + struct.pack(">BxI", 4, 1 << 30),
        struct.pack(">BxI", 1, 4) + b"1234",
    ],
)
def test_nonsense_is_answered_with_an_abort(port, message):
    assert said(port, message).endswith(bytes.fromhex("0700 00000004 0000 0201".replace(" ", "")))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=3), st.booleans())
def test_whatever_is_said_the_node_goes_on(port, chunks, associated):
    said(port, REQUEST if associated else b"", *chunks)
    assert said(port, REQUEST, pdu.RELEASE_REQUEST).endswith(pdu.RELEASE_RESPONSE)


def element(number: int, value: bytes) -> bytes:
    return struct.pack("<HHI", 0, number, len(value)) + value


ODD_COMMAND = b"".join(
    element(number, value)
    for number, value in (
        (0x0002, b"1.2\xff\xfe3"), (0x0100, b"\1\0"), (0x0110, b"\1\0"), (0x0800, b"\1\1"),
    )
)  # fmt: skip


def proposed(sop_class: bytes, syntax: bytes) -> bytes:
    context = pdu.item(0x20, bytes((1, 0, 0, 0)) + pdu.item(0x30, sop_class) + pdu.item(0x40, syntax))
    return pdu.whole(1, struct.pack(">HH", 1, 0) + b"A".ljust(16) + b"B".ljust(16) + bytes(32) + context)


@pytest.mark.parametrize(
    "message",
    [
        REQUEST + pdu.p_data(1, ODD_COMMAND, command=True, last=True),
        proposed(CT_IMAGE_STORAGE.encode(), b"\xff" * 30_000),
        proposed(b"1.2.\xff", IMPLICIT.encode()),
    ],
)
def test_a_name_that_is_no_text_is_a_matter_of_the_protocol(port, message):
    """It was an exception in the event loop."""
    assert said(port, message).endswith(bytes.fromhex("0700 00000004 0000 0201".replace(" ", "")))


def test_what_a_peer_has_a_node_hold_is_bounded():
    """Fragments that are never the last: the node took all memory that there was."""
    store = pdu.p_data(1, store_command(CT_IMAGE_STORAGE, "1.2.3", 1), command=True, last=True)
    abort = bytes.fromhex("0700 00000004 0000 0201".replace(" ", ""))
    with node_in_a_thread(lambda _: 0, limit=1_000_000) as node:
        for begin, part, count in (
            (b"", pdu.p_data(1, bytes(60_000), command=True, last=False), 2),
            (store, pdu.p_data(1, bytes(60_000), command=False, last=False), 17),
            (b"", pdu.p_data(1, b"", command=True, last=False), 65),
            (store, pdu.p_data(1, b"", command=False, last=False), 65),
        ):
            assert abort not in said(node.port, REQUEST, begin, part * (count - 1))
            assert abort in said(node.port, REQUEST, begin, part * count)
        assert node.received == 0


def test_who_reads_no_answers_is_not_read_either():
    """What it was answered piled up in memory."""
    echo = pdu.p_data(1, echo_command(1), command=True, last=True)
    request = pdu.associate_request(
        [pdu.Context(VERIFICATION, IMPLICIT)], called="A", calling="B", max_pdu=16_384
    )
    with (
        node_in_a_thread(lambda _: 0) as node,
        socket.create_connection(("127.0.0.1", node.port), 30) as peer,
    ):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        peer.sendall(request)
        assert peer.recv(65_536)
        peer.settimeout(1.0)
        with pytest.raises(TimeoutError):
            peer.sendall(echo * 1_000_000)  # 120 MB of questions


def test_a_message_before_the_answer_to_the_last_one_is_refused():
    """Each was a task more, and only the last of them ended with the connection."""
    begun = []

    async def slow(_instance):
        begun.append(1)
        await asyncio.sleep(30)

    both = b"".join(
        pdu.p_data(1, store_command(CT_IMAGE_STORAGE, f"1.2.{number}", number), command=True, last=True)
        + pdu.p_data(1, b"1234", command=False, last=True)
        for number in (1, 2, 3)
    )
    with node_in_a_thread(slow) as node:
        assert said(node.port, REQUEST, both).endswith(bytes.fromhex("070000000004" + "00000201"))
    assert len(begun) == 1

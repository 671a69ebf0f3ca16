"""The DICOM codec: properties, and pynetdicom as a second opinion."""

from __future__ import annotations

import contextlib
import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom.dsutils import decode
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ, P_DATA_TF

from suite.clients.dicom import pdu
from suite.clients.dicom.dimse import (
    C_STORE_RQ,
    CommandSet,
    echo_command,
    fragment_size,
    parse_command,
    parse_response,
    response_to,
    store_command,
)
from suite.clients.dicom.negotiation import Agreed, Proposed, accept, parse_request
from suite.clients.dicom.store_request import StoreRequest, UsualAnswer
from suite.clients.errors import ProtocolError
from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN

IMPLICIT = "1.2.840.10008.1.2"
UID = "1.2.3.4.5.6.7.8.90"
pdus = st.lists(st.tuples(st.integers(1, 7), st.binary(max_size=300)), max_size=8)


def encoded(kind: int, payload: bytes) -> bytes:
    return struct.pack(">BxI", kind, len(payload)) + payload


@given(pdus, st.lists(st.integers(1, 400), min_size=1))
def test_a_stream_gives_the_same_pdus_however_it_is_chopped(sent, cuts):
    stream = b"".join(encoded(kind, payload) for kind, payload in sent)
    parser, found, at, step = pdu.Parser(16_384), [], 0, 0
    while at < len(stream):
        size = cuts[step % len(cuts)]
        found += [(kind, bytes(payload)) for kind, payload in parser.feed(stream[at : at + size])]
        at, step = at + size, step + 1
    assert found == sent


@given(st.lists(st.binary(max_size=64), max_size=10))
def test_arbitrary_bytes_are_pdus_or_a_protocol_error(chunks):
    parser = pdu.Parser(1_000)
    try:
        for chunk in chunks:
            for kind, payload in parser.feed(chunk):
                assert 1 <= kind <= 7
                list(pdu.values(payload))
    except ProtocolError:
        pass


def test_a_pdu_that_announces_gigabytes_is_refused_at_once():
    with pytest.raises(ProtocolError, match="announced a PDU of 4294967295 bytes"):
        list(pdu.Parser(16_384).feed(b"\x04\x00\xff\xff\xff\xff"))


def test_another_protocol_is_recognised_by_its_first_byte():
    with pytest.raises(ProtocolError, match="does not talk DICOM"):
        list(pdu.Parser(16_384).feed(b"H"))


@given(st.binary(max_size=200))
def test_any_body_of_an_answer_is_read_or_refused(body):
    for read in (pdu.parse_accept, pdu.reasons, parse_command, parse_response, lambda b: list(pdu.values(b))):
        with contextlib.suppress(ProtocolError):
            read(body)


@given(
    dataset=st.binary(min_size=40, max_size=3_000),
    offset=st.integers(0, 2_900),
    max_pdu=st.one_of(st.just(0), st.integers(8, 4_000)),
    message_id=st.integers(1, 0xFFFF),
)
def test_a_patched_request_reassembles_to_what_was_asked(dataset, offset, max_pdu, message_id):
    offset = min(offset, len(dataset) - len(UID))
    request = StoreRequest(5, CT_IMAGE_STORAGE, "9" * len(UID), dataset, offset, max_pdu)
    request.patch(message_id, UID)
    command, data, lasts = b"", b"", []
    for kind, payload in pdu.Parser(1 << 21).feed(bytes(request.buffer)):
        assert kind == pdu.P_DATA
        assert max_pdu == 0 or len(payload) <= max_pdu
        for context, flags, fragment in pdu.values(payload):
            assert context == 5
            if flags & 1:
                assert not data
                command += fragment
            else:
                data += fragment
            lasts += [flags] if flags & 2 else []
    assert lasts == [3, 2]
    assert command == store_command(CT_IMAGE_STORAGE, UID, message_id)
    assert data == dataset[:offset] + UID.encode() + dataset[offset + len(UID) :]


def test_a_request_refuses_a_uid_of_another_width():
    request = StoreRequest(1, CT_IMAGE_STORAGE, UID, b"x" * 50, 0, 0)
    with pytest.raises(ValueError, match="18 characters"):
        request.patch(1, UID + ".1")


@pytest.mark.parametrize("max_pdu", [1, 6, 7])
def test_a_peer_that_takes_nothing_is_refused(max_pdu):
    with pytest.raises(ProtocolError, match="nothing fits"):
        fragment_size(max_pdu)


def test_pynetdicom_reads_our_association_request():
    request = pdu.associate_request(
        [pdu.Context(CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN)], called="SCP", calling="US", max_pdu=16_384
    )
    read = A_ASSOCIATE_RQ()
    read.decode(request)
    assert (read.called_ae_title, read.calling_ae_title) == ("SCP", "US")
    (context,) = read.presentation_context
    assert context.context_id == 1
    assert context.abstract_syntax == CT_IMAGE_STORAGE
    assert context.transfer_syntax == [EXPLICIT_LITTLE_ENDIAN]
    assert read.user_information.maximum_length == 16_384


@given(st.from_regex(r"[1-9](\.[1-9][0-9]{0,8}){1,6}", fullmatch=True), st.integers(0, 0xFFFF))
def test_pynetdicom_reads_our_command_set(uid, message_id):
    from io import BytesIO

    read = decode(BytesIO(store_command(CT_IMAGE_STORAGE, uid, message_id)), True, True)
    assert (read.CommandField, read.MessageID, read.Priority) == (1, message_id, 0)
    assert (read.AffectedSOPClassUID, read.AffectedSOPInstanceUID) == (CT_IMAGE_STORAGE, uid)
    assert read.CommandDataSetType != 0x0101
    assert read.CommandGroupLength == len(store_command(CT_IMAGE_STORAGE, uid, message_id)) - 12


def test_pynetdicom_reads_our_p_data():
    read = P_DATA_TF()
    read.decode(pdu.p_data(3, b"abcd", command=False, last=True))
    (item,) = read.presentation_data_value_items
    assert (item.context_id, item.data) == (3, b"\x02abcd")


@pytest.mark.parametrize("title", ["", "seventeen letters", "naïve", "line\n"])
def test_an_impossible_ae_title_is_refused(title):
    with pytest.raises(ValueError, match="AE title"):
        pdu.associate_request([pdu.Context("1", "2")], called=title, calling="US", max_pdu=0)


@pytest.mark.parametrize("count", [0, 129])
def test_an_impossible_number_of_contexts_is_refused(count):
    with pytest.raises(ValueError, match="1 to 128"):
        pdu.associate_request([pdu.Context("1", "2")] * count, called="A", calling="B", max_pdu=0)


@given(st.sampled_from([1, 0x30]), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_an_answer_answers_what_was_asked(field, message_id, status):
    ask = store_command("1.2", UID, message_id) if field == 1 else echo_command(message_id)
    request = parse_command(ask)
    assert (request.field, request.message_id, request.has_dataset) == (field, message_id, field == 1)
    answer = response_to(request, status)
    found = parse_response(answer)
    assert (found.field, found.message_id, found.status) == (field | 0x8000, message_id, status)
    theirs = decode(BytesIO(answer), True, True)
    assert (theirs.CommandField, theirs.Status) == (field | 0x8000, status)
    assert theirs.MessageIDBeingRespondedTo == message_id
    assert theirs.CommandGroupLength == len(answer) - 12
    assert theirs.get("AffectedSOPInstanceUID", "") == request.uid


def test_a_number_of_another_length_is_a_protocol_error():
    command = response_to(CommandSet(1, 5, sop_class="1.2"), 0).replace(
        b"\x02\0\0\0\x01\x80", b"\1\0\0\0\x01"
    )
    with pytest.raises(ProtocolError, match="not two bytes"):
        parse_command(command)


def test_pynetdicom_reads_our_answer_to_an_association_request():
    request = pdu.associate_request(
        [pdu.Context("1.2", IMPLICIT), pdu.Context("1.3", IMPLICIT)], called="A", calling="B", max_pdu=20_000
    )
    found = parse_request(request[6:])
    assert (found.called, found.calling, found.max_pdu) == ("A", "B", 20_000)
    assert found.contexts == {1: Proposed("1.2", (IMPLICIT,)), 3: Proposed("1.3", (IMPLICIT,))}
    theirs = A_ASSOCIATE_AC()
    answer = accept(request[6:], {1: Agreed(0, IMPLICIT), 3: Agreed(4, IMPLICIT)}, 30_000)
    theirs.decode(answer)
    assert [(cx.context_id, cx.result) for cx in theirs.presentation_context] == [(1, 0), (3, 4)]
    assert theirs.user_information.maximum_length == 30_000
    ours = pdu.parse_accept(answer[6:])
    assert (ours.max_pdu, ours.results) == (30_000, {1: 0, 3: 4})


@given(st.binary(max_size=300))
def test_any_body_of_a_request_is_read_or_refused(body):
    for start in (b"", bytes(68)):
        with contextlib.suppress(ProtocolError):
            parse_request(start + body)


@given(st.booleans(), st.integers(0, 0xFFFF), st.integers(1, 255), st.sampled_from([UID, UID[:-1] + "1"]))
def test_a_usual_answer_is_what_the_peer_says_next(named, message_id, context, uid):
    def answer(number, instance):
        asked = CommandSet(C_STORE_RQ, number, sop_class=CT_IMAGE_STORAGE, uid=instance if named else "")
        return response_to(asked, 0)

    usual = UsualAnswer(context, answer(1, UID), UID, parse_response(answer(1, UID)))
    usual.patch(message_id.to_bytes(2, "little"), uid.encode())
    said = pdu.p_data(context, answer(message_id, uid), command=True, last=True)
    assert bytes(usual.buffer) == said
    assert usual.response.status == 0


def test_a_peer_that_names_another_instance_does_so_again():
    other = CommandSet(C_STORE_RQ, 1, sop_class=CT_IMAGE_STORAGE, uid="1.2.3")
    usual = UsualAnswer(1, response_to(other, 0), UID, parse_response(response_to(other, 0)))
    usual.patch(b"\7\0", UID.encode())
    again = other._replace(message_id=7)
    assert bytes(usual.buffer) == pdu.p_data(1, response_to(again, 0), command=True, last=True)


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=6), st.integers(1, 400), st.integers(6, 64))
def test_what_is_read_into_its_buffer_is_cut_as_what_is_fed(sizes, step, room):
    stream = b"".join(encoded(pdu.P_DATA, bytes([at]) * size) for at, size in enumerate(sizes))
    parser, found, at = pdu.Parser(4_000, room), [], 0
    while at < len(stream):
        space = parser.space()
        taken = min(step, len(space), len(stream) - at)
        space[:taken] = stream[at : at + taken]
        at += taken
        found += [(kind, bytes(payload)) for kind, payload in parser.filled(taken)]
        assert parser.pending == at - sum(len(payload) + 6 for _, payload in found)
    assert found == [(pdu.P_DATA, bytes([at]) * size) for at, size in enumerate(sizes)]

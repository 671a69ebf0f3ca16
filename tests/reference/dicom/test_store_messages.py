"""C-STORE the short way: any fragmentation gives the same message, and all else goes pynetdicom's way."""

import queue
from io import BytesIO
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom.dsutils import decode

from suite.clients.dicom.dimse import CommandSet, echo_command, response_to, store_command
from suite.reference.dicom.store_messages import StoreMessages

COMMAND = store_command("1.2", "1.2.3", 7)


class FakeAssociation:
    """As much of pynetdicom's as is used here."""

    def __init__(self, max_pdu=16_384):
        self.theirs, self.sent, self.aborted = [], [], False
        self._accepted_cx = {1: SimpleNamespace(transfer_syntax=["1.2.840"])}
        self.dimse = SimpleNamespace(
            receive_primitive=self.theirs.append, get_msg=self.get, msg_queue=queue.Queue(),
            maximum_pdu_size=max_pdu,
        )  # fmt: skip
        self.dul = SimpleNamespace(send_pdu=lambda data: self.sent.extend(data.presentation_data_value_list))

    def get(self, block):
        return (None, None) if self.dimse.msg_queue.empty() else self.dimse.msg_queue.get()

    def abort(self):
        self.aborted = True


def cut(message, sizes, control, context=1):
    """Fragments of `message`; the last one says so."""
    fragments, at = [], 0
    for size in sizes:
        fragments.append((context, bytes((control,)) + message[at : at + size]))
        at += size
    return [*fragments, (context, bytes((control | 2,)) + message[at:])]


def receive(association, *primitives):
    for fragments in primitives:
        association.dimse.receive_primitive(SimpleNamespace(presentation_data_value_list=fragments))


def answering(association, status=0):
    got = []

    def answer(message, syntax):
        got.append((message.command.uid, bytes(message.dataset.getvalue()), syntax))
        return status

    StoreMessages(association, answer, 0xC211)
    return got


@given(
    st.binary(min_size=1, max_size=300),
    st.lists(st.integers(0, 60), max_size=4),
    st.lists(st.integers(0, 60), max_size=4),
    st.lists(st.integers(1, 3), min_size=1, max_size=12),
)
def test_however_it_is_cut_it_is_the_same_message(dataset, command_sizes, dataset_sizes, together):
    association = FakeAssociation()
    got = answering(association, 0xB000)
    for _ in range(2):
        fragments = cut(COMMAND, command_sizes, 1) + cut(dataset, dataset_sizes, 0)
        while fragments:
            for count in together:
                receive(association, fragments[:count])
                fragments = fragments[count:]
    assert association.dimse.get_msg(False) == (None, None)
    assert got == [("1.2.3", dataset, "1.2.840")] * 2
    assert association.theirs == []
    for context, data in association.sent:
        assert (context, data[0]) == (1, 3)
        assert decode(BytesIO(data[1:]), True, True).Status == 0xB000


def test_other_messages_and_what_is_none_go_their_own_way():
    association = FakeAssociation()
    got = answering(association)
    find = store_command("1.2", "1.2.3", 7).replace(
        b"\x02\x00\x00\x00\x01\x00", b"\x02\x00\x00\x00\x20\x00", 1
    )
    for command in (echo_command(1), b"nonsense", find):
        receive(association, cut(command, [5], 1)[:1], cut(command, [5], 1)[1:])
    assert len(association.theirs) == 6
    receive(association, cut(b"identifier", [3], 0))  # of the C-FIND, which has one
    assert len(association.theirs) == 7
    receive(association, cut(COMMAND, [], 1) + cut(b"dataset", [], 0))
    association.dimse.get_msg(False)
    assert [dataset for _, dataset, _ in got] == [b"dataset"]
    assert len(association.theirs) == 7


def test_a_context_that_was_not_accepted_ends_the_association():
    association = FakeAssociation()
    got = answering(association)
    receive(association, cut(COMMAND, [], 1, 3) + cut(b"dataset", [], 0, 3))
    assert association.dimse.get_msg(False) == (None, None)
    assert association.aborted
    assert got == []


def test_an_answer_keeps_to_the_peers_size(capsys):
    association = FakeAssociation(max_pdu=56)

    def fails(message, syntax):
        raise RuntimeError("a fault of ours")

    StoreMessages(association, fails, 0xC211)
    receive(association, cut(COMMAND, [], 1) + cut(b"dataset", [], 0))
    association.dimse.get_msg(False)
    assert max(len(data) for _, data in association.sent) == 51
    assert [data[0] for _, data in association.sent] == [1] * (len(association.sent) - 1) + [3]
    answer = b"".join(data[1:] for _, data in association.sent)
    assert answer == response_to(CommandSet(1, 7, sop_class="1.2", uid="1.2.3"), 0xC211)
    assert "a fault of ours" in capsys.readouterr().err


@pytest.mark.parametrize("most", [0, 16_384])
def test_an_answer_is_one_fragment_as_a_rule(most):
    association = FakeAssociation(max_pdu=most)
    answering(association)
    receive(association, cut(COMMAND, [], 1) + cut(b"dataset", [], 0))
    association.dimse.get_msg(False)
    assert len(association.sent) == 1
